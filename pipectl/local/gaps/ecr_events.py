"""What ECR tells EventBridge of images (user guide of ECR, "Amazon ECR events and EventBridge")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World


def pushed(world: World, request: Request, answered: Answer) -> Answer:
    """Tell of an image that was put"""
    image = answered.json()["image"]
    _emit(world, request, image["repositoryName"], image["imageId"], "PUSH")
    return answered


def deleted(world: World, request: Request, answered: Answer) -> Answer:
    """Tell of every image that was deleted"""
    for image in answered.json()["imageIds"]:
        _emit(world, request, request.json()["repositoryName"], image, "DELETE")
    return answered


def _emit(world: World, request: Request, repository: str, image: dict[str, Any], action: str) -> None:
    """Emit an "ECR Image Action"; an image without a tag has an empty one (the guide's deletion example)"""
    world.emit(
        request.account,
        request.region,
        source="aws.ecr",
        detail_type="ECR Image Action",
        resources=[],
        detail={
            "result": "SUCCESS",
            "repository-name": repository,
            "image-digest": image.get("imageDigest", ""),
            "action-type": action,
            "image-tag": image.get("imageTag", ""),
        },
    )
