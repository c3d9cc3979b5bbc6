"""Layers of ECR: what was uploaded can be downloaded, as configurations of images are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.gaps.ecr_names import missing_layers, missing_repository
from pipectl.local.shims.wire import WITHOUT_BYTES
from pipectl.local.wire import Answer, Refused, json_answer

if TYPE_CHECKING:
    from pipectl.local.wire import Request
    from pipectl.local.world import World

_KEPT = "ecr layers"
PATH = "layers/"
"""Below the control endpoints; AWS hands out a URL of S3 that is good for an hour."""


def keep(world: World, request: Request, asked: dict[str, Any]) -> Request:
    """Before moto completes an upload and forgets its bytes (API reference, CompleteLayerUpload)

    The docker of builds has no bytes of layers: it only tells their digests, and gets a refusal after that.
    """
    backend = world.moto("ecr", request.account, request.region)
    repository = backend.repositories.get(asked["repositoryName"])
    if repository and asked["uploadId"] == WITHOUT_BYTES:
        for digest in asked["layerDigests"]:
            repository.layers.setdefault(digest, 0)
    upload = repository.uploads.get(asked["uploadId"]) if repository else None
    if upload is not None:
        import hashlib

        digest = f"sha256:{hashlib.sha256(bytes(upload.layer_parts)).hexdigest()}"
        kept = world.beside(_KEPT, request.account, request.region)
        kept[f"{asked['repositoryName']}@{digest}"] = bytes(upload.layer_parts)
    return request


def require(world: World, request: Request, repository: Any, manifest: str) -> None:
    """Refuse an image whose configuration or layers the repository does not have.

    Recorded in radkawar/stackd, testdata/aws/ecr (foreign_repository_layers). A registry into which no layer
    was ever uploaded takes every image: those who only need a name for an image upload none.
    """
    if not world.beside(_KEPT, request.account, request.region):
        return
    known = {digest for image in repository.images for digest in _needed(image.image_manifest)}
    needed = _needed(manifest)
    missing = [digest for digest in needed if digest not in known and digest not in repository.layers]
    if missing:
        raise missing_layers(missing, repository.name, request.account)


def _needed(manifest: str) -> list[str]:
    """The digests of an image's configuration and layers; a list of images has none"""
    try:
        parts = json.loads(manifest)
        found = [*(layer["digest"] for layer in parts["layers"]), parts["config"]["digest"]]
    except (ValueError, KeyError, TypeError):
        return []
    return list(dict.fromkeys(found))


def download_url(world: World, request: Request, asked: dict[str, Any]) -> Answer:
    """API reference, GetDownloadUrlForLayer: RepositoryNotFoundException, LayersNotFoundException"""
    name, digest = asked["repositoryName"], asked["layerDigest"]
    if name not in world.moto("ecr", request.account, request.region).repositories:
        raise missing_repository(name, request.account)
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
