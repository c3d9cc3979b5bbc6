"""The image that a service is to run: it is there, and for the processor that the task asks for."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipectl.aws.cloud import find
from pipectl.aws.download import download
from pipectl.doctor._case import Case, Service
from pipectl.doctor._finding import Finding, doubt, good, wrong
from pipectl.doctor._tools import each

TITLE = "image"
OURS = re.compile(r"(\d{12})\.dkr\.ecr\.([\w-]+)\.[\w.]+/([\w./-]+?)(?::([\w.-]+))?(?:@(sha256:\w+))?")
SPELLED = {"X86_64": "amd64", "ARM64": "arm64"}
"""A task's architecture, as images spell it (OCI image specification, GOARCH)."""

INDEX = "application/vnd.oci.image.index.v1+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFESTS = [
    INDEX,
    LIST,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
]


@dataclass(frozen=True)
class Image:
    """An image of this account and Region that a container of a service runs."""

    service: Service
    container: str
    name: str
    repository: str
    id: Mapping[str, str]


def check(case: Case) -> list[Finding]:
    """Every image in ECR that a service runs."""
    found = [image for service in case.services() if service.live for image in _images(case, service)]
    return each(found, lambda image: image.service.title, partial(_look, case))


def _images(case: Case, service: Service) -> Iterator[Image]:
    account = case.cloud.account
    for container in service.containers:
        parts = OURS.fullmatch(container.get("image", ""))
        if parts and (parts[1], parts[2]) == (account.id, account.region):
            repository, tag, digest = parts[3], parts[4], parts[5]
            which = {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}
            name = f"{repository}{'@' + digest[:19] if digest else ':' + which['imageTag']}"
            yield Image(service, container["name"], name, repository, which)


def _look(case: Case, image: Image) -> Iterator[Finding]:
    answer = find(
        ["RepositoryNotFoundException"],
        case.cloud, "ecr", "batch_get_image",
        repositoryName=image.repository, imageIds=[image.id], acceptedMediaTypes=MANIFESTS,
    )  # fmt: skip
    found = next(iter((answer or {}).get("images", [])), None)
    if found is None:
        yield _missing(image)
        return
    wanted = (image.service.definition.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64")
    made = _architectures(case, image, found)
    if made and SPELLED.get(wanted, wanted) not in made:
        text = f"{image.name} is made for {' and '.join(sorted(made))}, but its tasks run on {wanted}"
        hint = f"build it for {SPELLED.get(wanted, wanted)}, or let the task definition ask for the other"
        yield wrong(image.service.title, text, hint)
    else:
        yield good(image.service.title, f"runs {image.name}")


def _missing(image: Image) -> Finding:
    text = f"{image.name} is not there: tasks of container {image.container} cannot start"
    if image.service.shape.get("runningCount"):
        hint = "run the pipeline before a task has to be replaced; look at `keep_images` of the repository"
        return wrong(image.service.title, text, hint)
    return doubt(image.service.title, text, "run the pipeline: it builds and deploys one")


def _architectures(case: Case, image: Image, found: Mapping[str, Any]) -> set[str]:
    """What an index says of its images, or the configuration of the only one; nothing where neither does."""
    manifest = _parsed(found.get("imageManifest"))
    if "manifests" in manifest:
        platforms = [each.get("platform") or {} for each in manifest["manifests"]]
        made = {str(platform["architecture"]) for platform in platforms if platform.get("architecture")}
        return made - {"unknown"}  # attestations of buildx
    digest = (manifest.get("config") or {}).get("digest")
    architecture = _configuration(case, image, digest).get("architecture") if digest else None
    return {str(architecture)} if architecture else set()


def _configuration(case: Case, image: Image, digest: str) -> Mapping[str, Any]:
    """The configuration is a blob like a layer (OCI distribution specification)."""
    missing = ["LayersNotFoundException", "LayerInaccessibleException", "UnableToGetUpstreamLayerException"]
    answer = find(
        missing,
        case.cloud, "ecr", "get_download_url_for_layer",
        repositoryName=image.repository, layerDigest=digest,
    )  # fmt: skip
    return _parsed(download(answer["downloadUrl"]) if answer else None)


def _parsed(text: str | bytes | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
