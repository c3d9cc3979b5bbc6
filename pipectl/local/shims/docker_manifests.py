"""`docker manifest` and `docker buildx imagetools`: lists of manifests, which need no container."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from pipectl.local.shims import docker_images, docker_options, docker_registry, docker_templates
from pipectl.local.shims.docker_errors import DockerError

_LIST = docker_registry.LIST
_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_PLATFORM = {"architecture": "amd64", "os": "linux"}


def manifest(words: list[str]) -> None:
    """`create`, `annotate`, `push`, `inspect`, `rm` (Docker docs, "docker manifest")"""
    commands = {
        "create": _create, "annotate": _annotate, "push": _push, "inspect": _inspect, "rm": _remove
    }  # fmt: skip
    _chosen(commands, words, "manifest")


def imagetools(words: list[str]) -> None:
    """`create` and `inspect` (Docker docs, "docker buildx imagetools")"""
    _chosen({"create": _tools_create, "inspect": _tools_inspect}, words, "buildx imagetools")


def _chosen(commands: dict[str, Any], words: list[str], name: str) -> None:
    if not words or words[0] not in commands:
        raise DockerError(
            f"the docker of the local AWS does not know `docker {' '.join([name, *words[:1]])}`"
        )
    commands[words[0]](words[1:])


def _lists() -> dict[str, dict[str, Any]]:
    """The lists of this build: list -> image -> its entry"""
    file = docker_images.folder() / "manifests.json"
    found: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _store(lists: dict[str, dict[str, Any]]) -> None:
    (docker_images.folder() / "manifests.json").write_text(json.dumps(lists))


def _create(words: list[str]) -> None:
    options = docker_options.parse(
        words, flags=("amend", "insecure"), short={"-a": "amend"}, command="manifest create"
    )
    if len(options.words) < 2:  # noqa: PLR2004  a list and its first image
        raise DockerError('"docker manifest create" requires at least 2 arguments.')
    name, *sources = [docker_images.normal(word) for word in options.words]
    lists = _lists()
    if name in lists and not options.has("amend"):
        raise DockerError("refusing to amend an existing manifest list with no --amend flag")
    entries = lists.setdefault(name, {})
    for source in sources:
        entries[source] = _entry(source)
    _store(lists)
    sys.stdout.write(f"Created manifest list {name}\n")


def _entry(source: str) -> dict[str, Any]:
    try:
        image = docker_registry.fetch(source)
    except DockerError as error:
        if "manifest unknown" in str(error):
            raise DockerError(f"no such manifest: {source}") from error
        raise
    kind = json.loads(image.manifest).get("mediaType", _MANIFEST)
    if kind in (_LIST, _INDEX):
        raise DockerError(f"{source} is a manifest list")
    return {
        "mediaType": kind, "size": len(image.manifest), "digest": image.digest, "platform": dict(_PLATFORM)
    }  # fmt: skip


def _annotate(words: list[str]) -> None:
    options = docker_options.parse(
        words, valued=("arch", "os", "os-features", "os-version", "variant"), command="manifest annotate"
    )
    if len(options.words) != 2:  # noqa: PLR2004  a list and one of its images
        raise DockerError('"docker manifest annotate" requires exactly 2 arguments.')
    name, source = [docker_images.normal(word) for word in options.words]
    lists = _lists()
    entry = _needed(name, lists).get(source)
    if entry is None:
        raise DockerError(f"manifest for image {source} does not exist in {name}")
    members = {"arch": "architecture", "os": "os", "os-version": "os.version", "variant": "variant"}
    for option, member in members.items():
        if (value := options.last(option)) is not None:
            entry["platform"][member] = value
    if options.all("os-features"):
        entry["platform"]["os.features"] = options.all("os-features")
    _store(lists)


def _needed(name: str, lists: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if name not in lists:
        raise DockerError(f"No such manifest: {name}")
    return lists[name]


def _push(words: list[str]) -> None:
    options = docker_options.parse(
        words, flags=("purge", "insecure"), short={"-p": "purge"}, command="manifest push"
    )
    if len(options.words) != 1:
        raise DockerError('"docker manifest push" requires exactly 1 argument.')
    name, lists = docker_images.normal(options.words[0]), _lists()
    text = _written(list(_needed(name, lists).values()), _LIST)
    docker_registry.put(name, text)
    sys.stdout.write(f"{_digest(text)}\n")
    if options.has("purge"):
        del lists[name]
        _store(lists)


def _written(entries: list[dict[str, Any]], kind: str) -> str:
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries}, indent=3)


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _inspect(words: list[str]) -> None:
    """A list of this build, else what the registry has"""
    options = docker_options.parse(words, flags=("insecure",), command="manifest inspect")
    if not options.words:
        raise DockerError('"docker manifest inspect" requires at least 1 argument.')
    name, lists = docker_images.normal(options.words[-1]), _lists()
    if name in lists:
        text = _written(list(lists[name].values()), _LIST)
    else:
        try:
            text = docker_registry.fetch(name).manifest
        except DockerError as error:
            if "manifest unknown" in str(error):
                raise DockerError(f"no such manifest: {name}") from error
            raise
    sys.stdout.write(json.dumps(json.loads(text), indent=4) + "\n")


def _remove(words: list[str]) -> None:
    lists = _lists()
    for word in words:
        name = docker_images.normal(word)
        _needed(name, lists)
        del lists[name]
    _store(lists)


def _tools_create(words: list[str]) -> None:
    options = docker_options.parse(
        words,
        flags=("append", "dry-run"),
        valued=("tag", "builder", "progress", "annotation", "platform", "file"),
        short={"-t": "tag", "-f": "file"},
        command="buildx imagetools create",
    )
    for refused in ("annotation", "platform", "file"):
        if options.has(refused):
            raise DockerError(f"the docker of the local AWS does not know imagetools create --{refused}")
    names = options.all("tag")
    sources = (names[:1] if options.has("append") else []) + options.words
    if not options.words or not (names or options.has("dry-run")):
        raise DockerError("ERROR: at least one source and one tag (--tag) are required")
    text = _combined(sources)
    if options.has("dry-run"):
        sys.stdout.write(f"{text}\n")
        return
    for name in names:
        docker_registry.put(docker_images.normal(name), text)


def _combined(sources: list[str]) -> str:
    """One source is copied as it is; several make an index, of docker's kind when all are docker's"""
    manifests = [_fetched(source) for source in sources]
    if len(manifests) == 1:
        return manifests[0]
    entries: dict[str, dict[str, Any]] = {}
    kinds = set()
    for text in manifests:
        content = json.loads(text)
        kind = content.get("mediaType", _MANIFEST)
        own = {"mediaType": kind, "digest": _digest(text), "size": len(text), "platform": dict(_PLATFORM)}
        for entry in content["manifests"] if kind in (_LIST, _INDEX) else [own]:
            entries[entry["digest"]] = entry
            kinds.add(entry["mediaType"])
    return _written(list(entries.values()), _LIST if kinds == {_MANIFEST} else _INDEX)


def _fetched(source: str) -> str:
    try:
        return docker_registry.fetch(docker_images.normal(source)).manifest
    except DockerError as error:
        if "manifest unknown" in str(error):
            raise DockerError(f"ERROR: {docker_images.normal(source)}: not found") from error
        raise


def _tools_inspect(words: list[str]) -> None:
    options = docker_options.parse(
        words, flags=("raw",), valued=("builder", "format"), command="buildx imagetools inspect"
    )
    if len(options.words) != 1:
        raise DockerError('ERROR: "docker buildx imagetools inspect" requires exactly 1 argument.')
    name = docker_images.normal(options.words[0])
    text = _fetched(name)
    content = json.loads(text)
    known = {"mediaType": content.get("mediaType", _MANIFEST), "digest": _digest(text), "size": len(text)}
    entries = content.get("manifests", [])
    if options.has("raw"):
        sys.stdout.write(text)
    elif template := options.last("format"):
        described = {**known, **({"manifests": entries} if entries else {})}
        if "json" not in template:  # Go's names of the members
            described |= {"Digest": known["digest"], "MediaType": known["mediaType"]}
        value = {"Name": name, "Manifest": described}
        sys.stdout.write(f"{docker_templates.render(template, value)}\n")
    else:
        sys.stdout.write(
            f"Name:      {name}\nMediaType: {known['mediaType']}\nDigest:    {known['digest']}\n"
        )
        for entry in entries:
            platform = entry["platform"]
            sys.stdout.write(
                f"\n  Name:      {name}@{entry['digest']}\n  MediaType: {entry['mediaType']}\n"
                f"  Platform:  {platform['os']}/{platform['architecture']}\n"
            )
