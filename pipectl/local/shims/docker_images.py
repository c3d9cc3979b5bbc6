"""The images that one build has made or pulled, kept in a file of its folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from pipectl.local.shims import docker_options
from pipectl.local.shims.docker_errors import DockerError

_REFERENCE = re.compile(
    r"(?P<repository>(?:[\w.-]+(?::\d+)?/)?[a-z0-9][a-z0-9._/-]*)(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass
class Image:
    """One image; `manifest` is what a push sends."""

    identity: str
    digest: str
    manifest: str
    names: list[str]
    pushed: list[str]


def made(identity: str, size: int) -> Image:
    """An image of one layer of `size` bytes; its digest is that of its manifest, as everywhere"""
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
                    "size": size,
                    "digest": f"sha256:{layer}",
                }
            ],
        }
    )
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    return Image(f"sha256:{identity}", f"sha256:{digest}", manifest, [], [])


def is_privileged() -> bool:
    return bool(os.environ.get("PIPECTL_LOCAL_PRIVILEGED"))


def require_daemon() -> None:
    """Refuse what needs docker's daemon in a build without it"""
    if not is_privileged():
        raise DockerError(
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon"
            " running?\n(the project has no privilegedMode)"
        )


def folder() -> Path:
    place = Path(os.environ["PIPECTL_LOCAL_BUILD"]) / "docker"
    place.mkdir(exist_ok=True)
    return place


def load() -> list[Image]:
    file = folder() / "images.json"
    return [Image(**kept) for kept in json.loads(file.read_text())] if file.exists() else []


def store(images: list[Image]) -> None:
    """Replaced at once, as commands may run side by side"""
    file = folder() / "images.json"
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps([asdict(image) for image in images]))
    fresh.replace(file)


def normal(reference: str) -> str:
    """With its tag; docker refuses what is no reference"""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise DockerError(f"invalid reference format: {reference}")
    if found["digest"]:
        return reference
    return f"{found['repository']}:{found['tag'] or 'latest'}"


def find(reference: str, images: list[Image]) -> Image | None:
    """By name or by the beginning of its id"""
    short = reference.removeprefix("sha256:")
    for image in images:
        known = image.identity.removeprefix("sha256:")
        if re.fullmatch(r"[0-9a-f]{6,64}", short) and known.startswith(short):
            return image
    name = normal(reference)
    return next((image for image in images if name in image.names), None)


def needed(reference: str, images: list[Image]) -> Image:
    image = find(reference, images)
    if image is None:
        raise DockerError(f"Error response from daemon: No such image: {normal(reference)}")
    return image


def is_kept(reference: str) -> bool:
    """Whether a word names an image of this build"""
    return _REFERENCE.fullmatch(reference) is not None and find(reference, load()) is not None


def name(images: list[Image], image: Image, reference: str) -> None:
    """A name belongs to one image: it moves"""
    wanted = normal(reference)
    for other in images:
        if wanted in other.names:
            other.names.remove(wanted)
    image.names.append(wanted)


def tag(words: list[str]) -> None:
    both = 2
    if len(words) != both:
        raise DockerError('"docker tag" requires exactly 2 arguments')
    images = load()
    name(images, needed(words[0], images), words[1])
    store(images)


def remove(words: list[str]) -> None:
    options = docker_options.parse(words, flags=("force", "no-prune"), short={"-f": "force"}, command="rmi")
    known = load()
    for reference in options.words:
        image = needed(reference, known)
        image.names = [kept for kept in image.names if kept != normal(reference)]
    store([image for image in known if image.names])
