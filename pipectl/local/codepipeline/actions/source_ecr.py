"""Source/ECR: an image by its tag, handed on as imageDetail.json (user guide, ECR source action)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import zips
from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

FILE = "imageDetail.json"  # User guide, image definitions file reference


def start(job: Job) -> Outcome:
    """Find the image that the tag names, or the digest that the start asked for."""
    repository, tag = job.configuration["RepositoryName"], job.configuration.get("ImageTag", "latest")
    with job.world.lock:
        image = _image(job, repository, tag)
        detail = _detail(job, repository, image)
    job.write(job.outputs[0], zips.packed({FILE: json.dumps(detail).encode()}))
    digest = detail["ImageDigest"]
    job.tell(external_id=digest)
    variables = {
        "ImageDigest": digest,
        "ImageTag": tag,
        "ImageURI": detail["ImageURI"],
        "RegistryId": detail["RegistryId"],
        "RepositoryName": repository,
    }
    return Done(f"Image tag {tag}", variables, job.revision(digest, f"Image tag {tag}"))


def _image(job: Job, repository: str, tag: str) -> Any:
    """The wording is inferred."""
    digest = job.override.get("revisionValue")
    kept = job.moto("ecr").repositories.get(repository)
    if kept is None:
        raise ActionFailedError(f"The ECR repository {repository} does not exist", "ConfigurationError")
    for image in kept.images:
        if image.get_image_digest() == digest or (digest is None and tag in image.image_tags):
            return image
    raise ActionFailedError(
        f"The image {digest or tag} was not found in the ECR repository {repository}", "RevisionUnavailable"
    )


def _detail(job: Job, repository: str, image: Any) -> dict[str, Any]:
    registry = str(image.registry_id)
    host = f"{registry}.dkr.ecr.{job.region}.{job.world.dns_suffix(job.region)}"
    digest = str(image.get_image_digest())
    return {
        "ImageSizeInBytes": str(image.get_image_size_in_bytes()),
        "ImageDigest": digest,
        "Version": "1.0",
        "ImagePushedAt": datetime.fromtimestamp(image.image_pushed_at, UTC).strftime(
            "%a %b %d %H:%M:%S UTC %Y"
        ),
        "RegistryId": registry,
        "RepositoryName": repository,
        "ImageURI": f"{host}/{repository}@{digest}",
        "ImageTags": list(image.image_tags),
    }
