"""Layers of ECR: what was uploaded can be downloaded, as configurations of images are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.wire import Answer, Refused, json_answer

if TYPE_CHECKING:
    from pipectl.local.wire import Request
    from pipectl.local.world import World

_KEPT = "ecr layers"
PATH = "layers/"
"""Below the control endpoints; AWS hands out a URL of S3 that is good for an hour."""


def keep(world: World, request: Request, asked: dict[str, Any]) -> Request:
    """Before moto completes an upload and forgets its bytes (API reference, CompleteLayerUpload)"""
    backend = world.moto("ecr", request.account, request.region)
    repository = backend.repositories.get(asked["repositoryName"])
    upload = repository.uploads.get(asked["uploadId"]) if repository else None
    if upload is not None:
        import hashlib

        digest = f"sha256:{hashlib.sha256(bytes(upload.layer_parts)).hexdigest()}"
        kept = world.beside(_KEPT, request.account, request.region)
        kept[f"{asked['repositoryName']}@{digest}"] = bytes(upload.layer_parts)
    return request


def download_url(world: World, request: Request, asked: dict[str, Any]) -> Answer:
    """API reference, GetDownloadUrlForLayer: RepositoryNotFoundException, LayersNotFoundException"""
    name, digest = asked["repositoryName"], asked["layerDigest"]
    if name not in world.moto("ecr", request.account, request.region).repositories:
        said = f"The repository with name '{name}' does not exist in the registry with id '{request.account}'"
        raise Refused("RepositoryNotFoundException", said)
    if f"{name}@{digest}" not in world.beside(_KEPT, request.account, request.region):
        raise Refused(
            "LayersNotFoundException", f"The layer with digest '{digest}' was not found in '{name}'"
        )
    place = f"{request.account}/{request.region}/{name}@{digest}"
    return json_answer({"downloadUrl": f"{world.url}/_pipectl/{PATH}{place}", "layerDigest": digest})


def content(world: World, place: str) -> bytes | None:
    """The bytes behind a URL that was handed out"""
    account, _, rest = place.partition("/")
    region, _, layer = rest.partition("/")
    found: bytes | None = world.beside(_KEPT, account, region).get(layer)
    return found
