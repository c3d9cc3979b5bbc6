"""Registries: login, push and pull. The only one is the local ECR; what is elsewhere is taken as there."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass, replace
from typing import Any

from pipectl.local.shims import docker_images, docker_options, wire
from pipectl.local.shims.docker_errors import DockerError

_ECR = re.compile(
    r"(?P<host>(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+)/(?P<repository>[^:@]+)"
    r"(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>.+))?"
)
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_ECR_USER = "AWS"  # user guide of ECR, "private registry authentication"
_DENIED = "AccessDeniedException"
_DEFAULT_HOST = "https://index.docker.io/v1/"


@dataclass(frozen=True)
class Place:
    """An image's place in the local ECR."""

    host: str
    account: str
    region: str
    repository: str
    tag: str | None
    digest: str | None


def login(words: list[str]) -> None:
    """Whoever brings a password is let in; ECR's user is AWS"""
    flags = ("password-stdin",)
    options = docker_options.parse(
        words,
        flags=flags,
        valued=("username", "password", "email"),
        command="login",
        short={"-u": "username", "-p": "password", "-e": "email"},
    )
    host = _host((options.words or [_DEFAULT_HOST])[0])
    password = sys.stdin.read().strip() if options.has("password-stdin") else options.last("password")
    if not password:
        raise DockerError("Error: Cannot perform an interactive login from a non TTY device")
    if _is_ecr(host) and options.last("username") != _ECR_USER:
        raise DockerError(
            f"Error response from daemon: login attempt to https://{host}/v2/ failed with status:"
            " 400 Bad Request"
        )
    hosts = set(_hosts()) | {host}
    (docker_images.folder() / "logins.json").write_text(json.dumps(sorted(hosts)))
    sys.stdout.write("Login Succeeded\n")


def logout(words: list[str]) -> None:
    hosts = set(_hosts()) - {_host(word) for word in words or [_DEFAULT_HOST]}
    (docker_images.folder() / "logins.json").write_text(json.dumps(sorted(hosts)))


def _host(server: str) -> str:
    """Docker looks credentials up by the host alone: `docker login $REPOSITORY_URI` works"""
    return server.removeprefix("https://").removeprefix("http://").partition("/")[0]


def push(words: list[str]) -> None:
    """Every tag of a repository with -a, else one; ECR's errors in docker's words"""
    options = docker_options.parse(
        words,
        flags=("all-tags", "quiet", "disable-content-trust"),
        valued=("platform",),
        short={"-a": "all-tags", "-q": "quiet"},
        command="push",
    )
    for reference in _pushed(options):
        _push(reference)


def _pushed(options: docker_options.Options) -> list[str]:
    if not options.words:
        raise DockerError('"docker push" requires exactly 1 argument')
    if not options.has("all-tags"):
        return [docker_images.normal(options.words[0])]
    prefix = f"{options.words[0]}:"
    return [name for image in docker_images.load() for name in image.names if name.startswith(prefix)]


def _push(reference: str) -> None:
    place = _place(reference)
    if place is None or place.tag is None:
        raise DockerError(f"denied: the local AWS pushes to its own ECR only, not {reference}")
    images = docker_images.load()
    sys.stdout.write(f"The push refers to repository [{place.host}/{place.repository}]\n")
    sys.stdout.flush()
    image = docker_images.find(reference, images)
    if image is None:
        raise DockerError(f"An image does not exist locally with the tag: {place.host}/{place.repository}")
    _check_login(place)
    _put(place, image)
    digest = f"{place.host}/{place.repository}@{image.digest}"
    if digest not in image.pushed:
        image.pushed.append(digest)
    docker_images.store(images)
    sys.stdout.write(f"{place.tag}: digest: {image.digest} size: {len(image.manifest)}\n")


def _put(place: Place, image: docker_images.Image) -> None:
    parameters = {
        "repositoryName": place.repository,
        "registryId": place.account,
        "imageManifest": image.manifest,
        **({"imageTag": place.tag} if place.tag else {}),
    }
    try:
        _upload_layers(place, image)
        wire.call("ecr", "PutImage", parameters, region=place.region)
    except wire.RefusedError as error:
        if error.code == _DENIED:
            raise DockerError(f"denied: {error}") from error
        if error.code == "ImageAlreadyExistsException":
            return  # the same image under the same tag: docker finds nothing to do
        if error.code == "RepositoryNotFoundException":
            raise DockerError(f"name unknown: {error}") from error
        if error.code == "ImageTagAlreadyExistsException":
            raise DockerError(f"tag invalid: {error}") from error
        raise DockerError(f"denied: {error.code}: {error}") from error


def _upload_layers(place: Place, image: docker_images.Image) -> None:
    """What a push calls before the image is put (ECR user guide, "IAM permissions for pushing an image").

    There are no bytes of layers: the local ECR notes their digests and refuses the rest, which is no denial.
    """
    repository = {"repositoryName": place.repository, "registryId": place.account}
    layer = {**repository, "uploadId": wire.WITHOUT_BYTES}
    parts = json.loads(image.manifest)
    digests = [part["digest"] for part in (parts.get("config"), *parts.get("layers", ())) if part]
    digests = digests or [image.digest]
    calls: dict[str, dict[str, Any]] = {
        "BatchCheckLayerAvailability": {**repository, "layerDigests": digests},
        "InitiateLayerUpload": repository,
        "UploadLayerPart": {**layer, "partFirstByte": 0, "partLastByte": 0, "layerPartBlob": ""},
        "CompleteLayerUpload": {**layer, "layerDigests": digests},
    }
    for operation, parameters in calls.items():
        try:
            wire.call("ecr", operation, parameters, region=place.region)
        except wire.RefusedError as error:
            if error.code == _DENIED:
                raise DockerError(f"denied: {error}") from error


def pull(words: list[str]) -> None:
    """An image of the local ECR must be there; one of another registry is taken as there"""
    options = docker_options.parse(
        words,
        flags=("all-tags", "quiet", "disable-content-trust"),
        valued=("platform",),
        short={"-a": "all-tags", "-q": "quiet"},
        command="pull",
    )
    if not options.words:
        raise DockerError('"docker pull" requires exactly 1 argument')
    reference = docker_images.normal(options.words[0])
    place = _place(reference)
    if place:
        _check_login(place)
        image = _pull(place, reference)
    else:
        image = _foreign(reference)
    images = [known for known in docker_images.load() if known.identity != image.identity]
    images.append(image)
    docker_images.name(images, image, reference)
    docker_images.store(images)
    sys.stdout.write(f"Digest: {image.digest}\nStatus: Downloaded newer image for {reference}\n{reference}\n")


def _pull(place: Place, reference: str) -> docker_images.Image:
    wanted = {"imageTag": place.tag} if place.tag else {"imageDigest": place.digest}
    parameters = {
        "registryId": place.account, "repositoryName": place.repository, "imageIds": [wanted]
    }  # fmt: skip
    try:
        found = wire.call("ecr", "BatchGetImage", parameters, region=place.region)
    except wire.RefusedError as error:
        if error.code == _DENIED:  # as in everything2/everything2#2562
            raise DockerError(
                f"Error response from daemon: pull access denied for {place.host}/{place.repository}, "
                f"repository does not exist or may require 'docker login': denied: {error}"
            ) from error
        raise DockerError(f"Error response from daemon: {error}") from error
    if not found.get("images"):
        raise DockerError(f"Error response from daemon: manifest for {reference} not found: manifest unknown")
    kept = found["images"][0]
    manifest, digest = kept["imageManifest"], kept["imageId"]["imageDigest"]
    identity = json.loads(manifest).get("config", {}).get("digest", digest)
    pushed = [f"{place.host}/{place.repository}@{digest}"]
    return docker_images.Image(identity, digest, manifest, [], pushed)


def fetch(reference: str) -> docker_images.Image:
    """The manifest that the local ECR has under a name; DockerError for other registries"""
    place = _place(reference)
    if place is None:
        raise DockerError(f"the docker of the local AWS reads manifests of its own ECR only, not {reference}")
    _check_login(place)
    return _pull(place, reference)


def put(reference: str, manifest: str) -> None:
    """Put a list of manifests under a tag"""
    place = _place(reference)
    if place is None or place.tag is None:
        raise DockerError(f"denied: the local AWS pushes to its own ECR only, not {reference}")
    _check_login(place)
    digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    _put(place, docker_images.Image(digest, digest, manifest, [], []))


def put_platforms(reference: str, images: dict[str, docker_images.Image]) -> None:
    """Put an image for each platform, and their list under the tag (Docker docs, "Multi-platform builds")"""
    place = _place(reference)
    if place is None or place.tag is None:
        raise DockerError(f"denied: the local AWS pushes to its own ECR only, not {reference}")
    _check_login(place)
    entries = []
    for platform, image in images.items():
        _put(replace(place, tag=None), image)
        system, _, architecture = platform.partition("/")
        architecture, _, variant = architecture.partition("/")
        described = {"architecture": architecture, "os": system} | ({"variant": variant} if variant else {})
        kind = json.loads(image.manifest)["mediaType"]
        size = len(image.manifest)
        entries.append({"mediaType": kind, "digest": image.digest, "size": size, "platform": described})
    put(reference, json.dumps({"schemaVersion": 2, "mediaType": LIST, "manifests": entries}, indent=3))


def _foreign(reference: str) -> docker_images.Image:
    identity = f"sha256:{hashlib.sha256(reference.encode()).hexdigest()}"
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": identity}, "layers": []})
    digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    return docker_images.Image(identity, digest, manifest, [], [])


def _place(reference: str) -> Place | None:
    found = _ECR.fullmatch(reference)
    return Place(**found.groupdict()) if found else None


def _check_login(place: Place) -> None:
    if place.host not in _hosts():
        raise DockerError("no basic auth credentials")


def _hosts() -> list[str]:
    file = docker_images.folder() / "logins.json"
    hosts: list[str] = json.loads(file.read_text()) if file.exists() else []
    return hosts


def _is_ecr(host: str) -> bool:
    return re.fullmatch(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.[a-z.]+", host) is not None
