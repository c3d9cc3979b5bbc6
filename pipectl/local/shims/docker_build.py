"""`docker build`: the Dockerfile is read and checked, the image is an id of all that goes into it."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipectl.local.shims import (
    docker_context,
    docker_dockerfile,
    docker_images,
    docker_options,
    docker_registry,
)
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from pipectl.local.shims.docker_context import Context
    from pipectl.local.shims.docker_dockerfile import Step
    from pipectl.local.shims.docker_options import Options

_FLAGS = (  # Docker docs, "docker buildx build"
    "no-cache", "pull", "push", "load", "quiet", "rm", "force-rm", "squash", "compress", "check", "debug",
    "disable-content-trust", "stream",
)  # fmt: skip
_VALUED = (
    "add-host", "allow", "annotation", "attest", "build-arg", "build-context", "builder", "cache-from",
    "cache-to", "call", "cgroup-parent", "cpu-period", "cpu-quota", "cpu-shares", "cpuset-cpus",
    "cpuset-mems", "file", "iidfile", "isolation", "label", "memory", "memory-swap", "metadata-file",
    "network", "no-cache-filter", "output", "platform", "policy", "progress", "provenance", "sbom", "secret",
    "security-opt", "shm-size", "ssh", "tag", "target", "ulimit",
)  # fmt: skip
_SHORT = {
    "-t": "tag", "-f": "file", "-q": "quiet", "-m": "memory", "-c": "cpu-shares", "-o": "output",
    "-D": "debug",
}  # fmt: skip
_REMOTE = ("http://", "https://", "git://", "git@", "ssh://", "github.com/")


@dataclass(frozen=True)
class _Output:
    """Where the image goes beside the images of this build, and under which further names"""

    push: bool
    names: tuple[str, ...] = ()


def build(words: list[str]) -> None:
    options = docker_options.parse(words, flags=_FLAGS, valued=_VALUED, short=_SHORT, command="buildx build")
    if len(options.words) != 1:
        raise DockerError(
            'ERROR: "docker buildx build" requires exactly 1 argument.\n\n'
            "Usage:  docker buildx build [OPTIONS] PATH | URL | -"
        )
    output = _output(options)
    text, context = _read(options)
    steps = docker_dockerfile.read(text)
    arguments = _arguments(options)
    needed = docker_dockerfile.needed(docker_dockerfile.stages(steps, arguments), options.last("target"))
    docker_context.check(needed, context, arguments)
    image = _image(text, options, context)
    names = [*options.all("tag"), *output.names]
    _keep(image, names)
    _say(steps, image, options)
    _write_files(image, names, options)
    if output.push:
        if not names:
            raise DockerError("ERROR: tag is needed when pushing to registry")
        _push(names, _platforms(text, options, context))


def _push(names: list[str], platforms: dict[str, docker_images.Image]) -> None:
    """One image, or one for each of several platforms with a list of them"""
    for reference in names:
        if platforms:
            docker_registry.put_platforms(docker_images.normal(reference), platforms)
        else:
            docker_registry.push([reference])


def _platforms(text: str, options: Options, context: Context) -> dict[str, docker_images.Image]:
    """The images of several platforms; none for a single one"""
    stated = [name.strip() for given in options.all("platform") for name in given.split(",") if name.strip()]
    several = 2
    if len(stated) < several:
        return {}
    return {name: _image(f"{text}\n# {name}", options, context) for name in stated}


def is_remote(place: str) -> bool:
    """Whether a context is no folder of this machine"""
    return place.startswith(_REMOTE)


def _read(options: Options) -> tuple[str, Context]:
    """The Dockerfile's text and the context; either may be standard input"""
    place, stated = options.words[0], options.last("file")
    if is_remote(place):
        raise DockerError(f"the docker of the local AWS builds from folders only, not from {place}")
    if place == "-":
        if stated == "-":
            raise DockerError(
                "ERROR: invalid argument: can't use stdin for both build context and dockerfile"
            )
        return _standard_input(), docker_context.EMPTY
    folder = Path(place)
    if not folder.is_dir():
        raise DockerError(f'ERROR: unable to prepare context: path "{place}" not found')
    if stated == "-":
        return _standard_input(), docker_context.read(folder, None)
    dockerfile = _present(Path(stated) if stated else folder / "Dockerfile")
    try:
        text = dockerfile.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise DockerError(
            f"{docker_dockerfile.FAILED}failed to read dockerfile: open {dockerfile.name}:"
            " no such file or directory"
        ) from None
    return text, docker_context.read(folder, dockerfile)


def _present(dockerfile: Path) -> Path:
    """`dockerfile` where there is no `Dockerfile` (moby/moby#10858, moby/buildkit#1816)"""
    small = dockerfile.with_name("dockerfile")
    is_small = dockerfile.name == "Dockerfile" and not dockerfile.exists() and small.exists()
    return small if is_small else dockerfile


def _standard_input() -> str:
    content = sys.stdin.buffer.read()
    tar_mark = slice(257, 262)
    if content[:2] == b"\x1f\x8b" or content[tar_mark] == b"ustar":
        raise DockerError("the docker of the local AWS takes a Dockerfile on standard input, no archive")
    return content.decode("utf-8", errors="replace")


def _arguments(options: Options) -> dict[str, str]:
    pairs = [argument.partition("=") for argument in options.all("build-arg")]
    return {name: value for name, stated, value in pairs if stated}


def _output(options: Options) -> _Output:
    """`--push` is `type=registry`; what writes files is refused: there are no image files here"""
    found = _Output(push=options.has("push"))
    for text in options.all("output"):
        fields = dict(part.partition("=")[::2] for part in next(csv.reader([text])))
        kind = fields.get("type")
        if kind in ("local", "tar", "oci") or kind is None or "dest" in fields:
            raise DockerError(
                f"the docker of the local AWS has no image files: it does not build with --output {text};"
                " start the local AWS with --docker to use the docker of this machine"
            )
        if kind not in ("image", "registry", "docker", "cacheonly"):
            raise DockerError(f"ERROR: failed to build: exporter {json.dumps(kind)} could not be found")
        if fields.get("push-by-digest") == "true":
            raise DockerError("the docker of the local AWS does not push by digest: give the image a tag")
        names = tuple(name for name in fields.get("name", "").split(",") if name)
        found = _Output(found.push or kind == "registry" or fields.get("push") == "true", found.names + names)
    return found


def _keep(image: docker_images.Image, names: list[str]) -> None:
    images = docker_images.load()
    earlier = next((other for other in images if other.identity == image.identity), None)
    if earlier is not None:
        image.names, image.pushed = earlier.names, earlier.pushed
        images.remove(earlier)
    images.append(image)
    for reference in names:
        docker_images.name(images, image, reference)
    docker_images.store(images)


def _say(steps: list[Step], image: docker_images.Image, options: Options) -> None:
    if options.has("quiet"):
        sys.stdout.write(f"{image.identity}\n")
        return
    for number, step in enumerate(steps, 1):
        skipped = "  (not run: the local AWS builds no images)" if step.instruction == "RUN" else ""
        sys.stdout.write(f"Step {number}/{len(steps)} : {step.instruction} {step.rest[:100]}{skipped}\n")
    sys.stdout.write(f"Successfully built {image.identity[7:19]}\n")
    for reference in options.all("tag"):
        sys.stdout.write(f"Successfully tagged {docker_images.normal(reference)}\n")


def _write_files(image: docker_images.Image, names: list[str], options: Options) -> None:
    """`--iidfile` and `--metadata-file` (Docker docs, "docker buildx build")"""
    if place := options.last("iidfile"):
        Path(place).write_text(image.identity, encoding="utf-8")
    if place := options.last("metadata-file"):
        described: dict[str, object] = {
            "containerimage.config.digest": image.identity,
            "containerimage.descriptor": {
                "mediaType": json.loads(image.manifest)["mediaType"],
                "digest": image.digest,
                "size": len(image.manifest),
            },
            "containerimage.digest": image.digest,
        }
        if names:
            described["image.name"] = ",".join(docker_images.normal(name) for name in names)
        Path(place).write_text(json.dumps(described, indent=2), encoding="utf-8")


def _image(text: str, options: Options, context: Context) -> docker_images.Image:
    content = hashlib.sha256(text.encode())
    for name in ("build-arg", "label"):
        content.update(json.dumps(sorted(options.all(name))).encode())
    content.update((options.last("target") or "").encode())
    size = 0
    for path in context.files if context.folder else ():
        file = context.folder / path if context.folder else Path(path)
        if path.split("/")[0] == ".git" or not file.is_file():
            continue
        content.update(path.encode())
        size += file.stat().st_size
        with file.open("rb") as opened:
            content.update(hashlib.file_digest(opened, "sha256").digest())
    return docker_images.made(content.hexdigest(), size)
