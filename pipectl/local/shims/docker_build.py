"""`docker build`: the Dockerfile is read and checked, the image is an id of all that goes into it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipectl.local.shims import docker_images, docker_options, docker_registry
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS = (
    "no-cache", "pull", "push", "load", "quiet", "rm", "force-rm", "squash", "compress",
    "disable-content-trust",
)  # fmt: skip
_SHORT = {"-t": "tag", "-f": "file", "-q": "quiet", "-m": "memory", "-c": "cpu-shares", "-o": "output"}
_INSTRUCTIONS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_FAILED = "ERROR: failed to build: failed to solve: "


def build(words: list[str]) -> None:
    options = docker_options.parse(words, flags=_FLAGS, short=_SHORT)
    if len(options.words) != 1:
        raise DockerError('ERROR: "docker buildx build" requires exactly 1 argument: the path of the context')
    context = Path(options.words[0])
    if not context.is_dir():
        raise DockerError(f'ERROR: unable to prepare context: path "{context}" not found')
    dockerfile = Path(options.last("file") or context / "Dockerfile")
    steps = _steps(dockerfile)
    _check_sources(steps, context)
    image = _image(dockerfile, options.values.get("build-arg", []), context)
    images = [known for known in docker_images.load() if known.identity != image.identity]
    images.append(image)
    for reference in options.values.get("tag", []):
        docker_images.name(images, image, reference)
    docker_images.store(images)
    _say(steps, image, options)
    if options.has("push"):
        for reference in options.values.get("tag", []):
            docker_registry.push([reference])


def _say(steps: list[tuple[str, str]], image: docker_images.Image, options: docker_options.Options) -> None:
    if options.has("quiet"):
        sys.stdout.write(f"{image.identity}\n")
        return
    for number, (instruction, rest) in enumerate(steps, 1):
        skipped = "  (not run: the local AWS builds no images)" if instruction == "RUN" else ""
        sys.stdout.write(f"Step {number}/{len(steps)} : {instruction} {rest[:100]}{skipped}\n")
    sys.stdout.write(f"Successfully built {image.identity[7:19]}\n")
    for reference in options.values.get("tag", []):
        sys.stdout.write(f"Successfully tagged {docker_images.normal(reference)}\n")


def _steps(dockerfile: Path) -> list[tuple[str, str]]:
    try:
        text = dockerfile.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise DockerError(
            f"{_FAILED}failed to read dockerfile: open {dockerfile.name}: no such file or directory"
        ) from None
    steps = []
    for line, statement in _statements(text):
        instruction, _, rest = statement.partition(" ")
        if instruction.upper() not in _INSTRUCTIONS:
            raise DockerError(
                f"{_FAILED}dockerfile parse error on line {line}: unknown instruction: {instruction}"
            )
        if not rest.strip():
            raise DockerError(
                f"{_FAILED}dockerfile parse error on line {line}: {instruction} requires arguments"
            )
        steps.append((instruction.upper(), rest.strip()))
    first = next((instruction for instruction, _ in steps if instruction != "ARG"), None)
    if first is None:
        raise DockerError(f"{_FAILED}the Dockerfile cannot be empty")
    if first != "FROM":
        raise DockerError(f"{_FAILED}no build stage in current context: the first instruction must be FROM")
    return steps


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined at their backslashes, here-documents with their lines, without comments"""
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        statement = line.strip()
        if not statement or statement.startswith("#"):
            continue
        while statement.endswith("\\"):
            _, following = next(lines, (0, ""))
            more = following.strip()
            statement = statement[:-1].rstrip() + " " + ("\\" if more.startswith("#") else more)
        for mark in _HEREDOC.findall(statement):
            for _, inside in lines:
                if inside.strip() == mark:
                    break
        yield number, re.sub(r"\s+", " ", statement, count=1)


def _check_sources(steps: list[tuple[str, str]], context: Path) -> None:
    """What COPY and ADD take from the context must be there"""
    for instruction, rest in steps:
        words = [word for word in rest.split() if not word.startswith("--")]
        stated = any(word.startswith("--from=") for word in rest.split())
        if instruction not in ("COPY", "ADD") or stated or rest.startswith("[") or "<<" in rest:
            continue
        for source in words[:-1]:
            if any(mark in source for mark in "*?[$:"):
                continue
            if not (context / source.lstrip("/")).exists():
                raise DockerError(f'{_FAILED}failed to compute cache key: "/{source.lstrip("/")}": not found')


def _image(dockerfile: Path, arguments: list[str], context: Path) -> docker_images.Image:
    content = hashlib.sha256(dockerfile.read_bytes())
    content.update(json.dumps(sorted(arguments)).encode())
    for path in sorted(_files(context)):
        content.update(path.relative_to(context).as_posix().encode())
        with path.open("rb") as file:
            content.update(hashlib.file_digest(file, "sha256").digest())
    identity = content.hexdigest()
    layer = hashlib.sha256(f"layer {identity}".encode()).hexdigest()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": len(identity),
                "digest": f"sha256:{identity}",
            },
            "layers": [
                {
                    "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    "size": sum(path.stat().st_size for path in _files(context)),
                    "digest": f"sha256:{layer}",
                }
            ],
        }
    )
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    return docker_images.Image(f"sha256:{identity}", f"sha256:{digest}", manifest, [], [])


def _files(context: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(context):
        if ".git" in names:
            names.remove(".git")
        yield from (Path(folder) / file for file in files if (Path(folder) / file).is_file())
