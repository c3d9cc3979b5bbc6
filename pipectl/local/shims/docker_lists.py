"""What docker prints about its images and about itself: `images`, `inspect`, `history`, `version`, `info`."""

from __future__ import annotations

import fnmatch
import json
import sys
from typing import TYPE_CHECKING, Any

from pipectl.local.shims import docker_images, docker_options, docker_templates
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from pipectl.local.shims.docker_images import Image

VERSION = "28.5.2"
_PLATFORM = {"Version": VERSION, "ApiVersion": "1.51", "APIVersion": "1.51", "Os": "linux", "Arch": "amd64"}
_TABLE = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
_HEADERS = {
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "ID": "IMAGE ID",
    "Digest": "DIGEST",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
}
_WIDTH = 20


def images(words: list[str]) -> None:
    """By `--format`, `--filter` and a name (Docker docs, "docker image ls")"""
    options = docker_options.parse(
        words,
        flags=("quiet", "all", "digests", "no-trunc", "tree"),
        valued=("filter", "format"),
        short={"-q": "quiet", "-a": "all", "-f": "filter"},
        command="images",
    )
    rows = [
        _row(image, name, whole=options.has("no-trunc"))
        for image in docker_images.load()
        for name in image.names or ["<none>:<none>"]
        if _fits(options, image, name)
    ]
    if options.has("quiet"):
        sys.stdout.write("".join(f"{identity}\n" for identity in dict.fromkeys(row["ID"] for row in rows)))
        return
    template = options.last("format") or "table"
    if template == "table":
        template = _TABLE.replace("{{.ID}}", "{{.Digest}}\t{{.ID}}") if options.has("digests") else _TABLE
    _print(rows, template)


def _row(image: Image, name: str, *, whole: bool) -> dict[str, str]:
    repository, _, tag = name.rpartition(":")
    if "@" in name:
        repository, tag = name.partition("@")[0], "<none>"
    pushed = next((digest for digest in image.pushed if digest.startswith(f"{repository}@")), None)
    return {
        "Repository": repository,
        "Tag": tag,
        "ID": image.identity if whole else image.identity[7:19],
        "Digest": pushed.partition("@")[2] if pushed else "<none>",
        "CreatedSince": "Less than a second ago",
        "CreatedAt": "2026-01-01 00:00:00 +0000 UTC",
        "Size": f"{_size(image)}B",
        "Containers": "N/A",
        "SharedSize": "N/A",
        "UniqueSize": "N/A",
    }


def _size(image: Image) -> int:
    return sum(layer.get("size", 0) for layer in json.loads(image.manifest).get("layers", []))


def _fits(options: docker_options.Options, image: Image, name: str) -> bool:
    if options.words and not _is_named(options.words[0], name):
        return False
    references = []
    for stated in options.all("filter"):
        key, _, value = stated.partition("=")
        if key == "reference":
            references.append(value)
        elif key == "dangling":
            if (value in ("true", "1")) == bool(image.names):
                return False
        elif key in ("label", "before", "since", "until"):
            raise DockerError(f"the docker of the local AWS does not filter images by {key}")
        else:
            raise DockerError(f"Error response from daemon: invalid filter '{key}'")
    return not references or any(_is_named(reference, name) for reference in references)


def _is_named(pattern: str, name: str) -> bool:
    """The repository, or repository and tag, with `*` and `?`, which do not cross a `/`"""
    repository = name.rpartition(":")[0]
    return any(
        fnmatch.fnmatchcase(text, pattern) and text.count("/") == pattern.count("/")
        for text in (name, repository)
    )


def _print(rows: list[dict[str, str]], template: str) -> None:
    """`table` goes before with headers in columns, `json` is one document a line"""
    if template == "json":
        template = "{{json .}}"
    template = template.replace("\\t", "\t").replace("\\n", "\n")
    if template.startswith("table "):
        rows = [_HEADERS, *rows]
        lines = [docker_templates.render(template.removeprefix("table "), row).split("\t") for row in rows]
        sys.stdout.write("".join(_columns(line) for line in lines))
        return
    sys.stdout.write("".join(f"{docker_templates.render(template, row)}\n" for row in rows))


def _columns(cells: list[str]) -> str:
    return "   ".join(f"{cell:{_WIDTH}}" for cell in cells).rstrip() + "\n"


def inspect(words: list[str]) -> None:
    options = docker_options.parse(
        words,
        flags=("size",),
        valued=("format", "type", "platform"),
        short={"-f": "format", "-s": "size"},
        command="inspect",
    )
    if options.last("type") not in (None, "image"):
        raise DockerError("the docker of the local AWS has images only: inspect takes no other --type")
    if not options.words:
        raise DockerError('"docker inspect" requires at least 1 argument.')
    images = docker_images.load()
    found = [describe(docker_images.needed(reference, images)) for reference in options.words]
    template = options.last("format")
    if template in (None, "json"):
        sys.stdout.write(json.dumps(found, indent=4 if template is None else None) + "\n")
        return
    for image in found:
        sys.stdout.write(f"{docker_templates.render(str(template), image)}\n")


def describe(image: Image) -> dict[str, Any]:
    """The members that the local docker knows"""
    return {
        "Id": image.identity,
        "RepoTags": image.names,
        "RepoDigests": image.pushed,
        "Descriptor": {"digest": image.digest, "size": len(image.manifest)},
        "Architecture": "amd64",
        "Os": "linux",
        "Size": _size(image),
    }


def version(words: list[str]) -> None:
    side = {**_PLATFORM, "GitCommit": "local"}
    known = {"Client": side, "Server": {**side, "MinAPIVersion": "1.24"}}
    _about(words, known, f"Client:\n Version: {VERSION}\nServer: local AWS\n Version: {VERSION}\n", "version")


def info(words: list[str]) -> None:
    """There are images, and no containers"""
    count = len(docker_images.load())
    known = {
        "ServerVersion": VERSION, "OSType": "linux", "Architecture": "x86_64", "Images": count,
        "Containers": 0, "ContainersRunning": 0, "Driver": "overlay2", "Name": "local AWS",
        "OperatingSystem": "local AWS", "Swarm": {"LocalNodeState": "inactive"}, "SecurityOptions": [],
        "IndexServerAddress": "https://index.docker.io/v1/", "ClientInfo": {"Version": VERSION},
    }  # fmt: skip
    text = f"Server: local AWS\n Server Version: {VERSION}\n Images: {count}\n Containers: 0\n"
    _about(words, known, f"Client:\n Version: {VERSION}\n\n{text}", "info")


def _about(words: list[str], known: dict[str, Any], text: str, command: str) -> None:
    options = docker_options.parse(words, valued=("format",), short={"-f": "format"}, command=command)
    template = options.last("format")
    if template is None:
        sys.stdout.write(text)
        return
    sys.stdout.write(f"{docker_templates.render('{{json .}}' if template == 'json' else template, known)}\n")
