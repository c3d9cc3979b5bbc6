"""ECR: images and layers as they are answered.

Recorded in radkawar/stackd, testdata/aws/ecr (stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.gaps import ecr_events
from pipectl.local.gaps.ecr_names import missing_repository
from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
_OK = 200
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
"""Of a layer that no image has yet (AWS CLI, example of batch-check-layer-availability)."""


def check_manifest(text: str) -> None:
    """Refuse a manifest that is none"""
    if not _manifest(text):
        raise Refused(
            "InvalidParameterException",
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        )


def layer_availability(world: World, request: Request, asked: Shape) -> Answer:
    """A layer that is missing is UNAVAILABLE, no failure"""
    repository = _repository(world, request)
    kinds = {part["digest"]: part for image in repository.images for part in _parts(image.image_manifest)}
    layers = [_layer(repository, digest, kinds.get(digest)) for digest in asked["layerDigests"]]
    return json_answer({"layers": layers, "failures": []})


def _layer(repository: Any, digest: str, part: Shape | None) -> Shape:
    if part is None and digest not in repository.layers:
        return {"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}
    known = part or {}
    return {
        "layerDigest": digest,
        "layerAvailability": "AVAILABLE",
        "layerSize": known.get("size", repository.layers.get(digest, 0)),
        "mediaType": known.get("mediaType", _LAYER),
    }


def by_asked_tag(_world: World, request: Request, answered: Answer) -> Answer:
    """BatchGetImage names each image by the tag that was asked for"""
    said = answered.json()
    missing = [failure["imageId"] for failure in said.get("failures", [])]
    found = [one for one in request.json()["imageIds"] if one not in missing]
    if len(found) == len(said["images"]):
        for image, one in zip(said["images"], found, strict=True):
            image["imageId"] |= {name: one[name] for name in ("imageTag",) if name in one}
    return answered.with_json(said)


def details(world: World, request: Request, answered: Answer) -> Answer:
    """DescribeImages: the size of configuration and layers, and the kind of the configuration"""
    said = answered.json()
    kept = {image.get_image_digest(): image for image in _repository(world, request).images}
    for image in said["imageDetails"]:
        parts = _parts(kept[image["imageDigest"]].image_manifest) if image["imageDigest"] in kept else []
        image["imageStatus"] = "ACTIVE"
        if parts:
            image["imageSizeInBytes"] = sum(int(part.get("size", 0)) for part in parts)
            image["artifactMediaType"] = parts[0].get("mediaType")
    return answered.with_json(said)


def delete(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """BatchDeleteImage: an image that a list of images needs stays"""
    lists = _lists(_repository(world, request).images)
    held = [one for one in asked["imageIds"] if "imageTag" not in one and one.get("imageDigest") in lists]
    left = [one for one in asked["imageIds"] if one not in held]
    said: Shape = {"imageIds": [], "failures": []}
    if left:
        answered = forward(request.with_json({**request.json(), "imageIds": left}))
        if answered.status != _OK:
            return answered
        said = ecr_events.deleted(world, request, answered).json()
    said["failures"] += [_held(one, lists[one["imageDigest"]]) for one in held]
    return json_answer(said)


def _held(identity: Shape, digests: list[str]) -> Shape:
    return {
        "imageId": identity,
        "failureCode": "ImageReferencedByManifestList",
        "failureReason": f"Requested image referenced by manifest list: [{','.join(digests)}]",
    }


def _lists(images: list[Any]) -> dict[str, list[str]]:
    """Digest of an image -> those of the lists that hold it"""
    found: dict[str, list[str]] = {}
    for image in images:
        said = _manifest(image.image_manifest)
        for part in said.get("manifests", ()):
            found.setdefault(part["digest"], []).append(image.get_image_digest())
    return found


def _parts(manifest: str) -> list[Shape]:
    """Configuration and layers of an image; a list of images has none"""
    said = _manifest(manifest)
    return [said["config"], *said.get("layers", ())] if "config" in said else []


def _manifest(text: str) -> Shape:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _repository(world: World, request: Request) -> Any:
    name = request.json()["repositoryName"]
    found = world.moto("ecr", request.account, request.region).repositories.get(name)
    if found is None:
        raise missing_repository(name, request.account)
    return found
