"""ECR: names, immutable tags, lifecycle texts and tokens as AWS has them."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local import model, paging, validation
from pipectl.local.gaps import (
    ecr_cache,
    ecr_events,
    ecr_images,
    ecr_policies,
    ecr_previews,
    layers,
    lifecycle,
)
from pipectl.local.gaps.ecr_names import missing_repository
from pipectl.local.shapes.keys import missing_alias
from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World

_INVALID = "InvalidParameterException"
_OK = 200
_PAGE = 100
_TOKEN_LIFE = timedelta(hours=12)  # User guide of ECR, "private registry authentication"


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Check what moto does not, let it answer, and mend what it says"""
    operation = model.operation_model("ecr", request.operation)
    asked = request.json()
    if operation is not None and operation.input_shape is not None:
        asked = validation.known(operation.input_shape, asked)
        _check(validation.faults(operation.input_shape, asked))
    if request.operation in _OWN:
        return _OWN[request.operation](world, request, asked)
    if request.operation == "BatchDeleteImage":
        return ecr_images.delete(world, request, asked, forward)
    before = _BEFORE.get(request.operation)
    answered = forward(before(world, request, asked) if before else request)
    after = _AFTER.get(request.operation)
    return after(world, request, answered) if after and answered.status == _OK else answered


def _check(faults: list[validation.Fault]) -> None:
    """ECR names the first fault, in its own words

    That of a length: recorded in radkawar/stackd, testdata/aws/ecr (lifecycle_invalid).
    """
    for fault in faults[:1]:
        constraint = fault.constraint
        pattern = re.fullmatch(r"Member (must satisfy regular expression) pattern: (.*)", constraint)
        if pattern:
            constraint = f"{pattern.group(1)} '{pattern.group(2)}'"
        raise Refused(
            _INVALID, f"Invalid parameter at '{fault.path}' failed to satisfy constraint: '{constraint}'"
        )


def _create_repository(world: World, request: Request, asked: dict[str, Any]) -> Request:
    """Moto's pattern lacks `a--b` and `a__b`; the model's, which the name has passed, takes its place

    An alias that KMS does not have is refused: API reference, KmsException; that the words are KMS's own
    (waleed0402/ec2-image-builder#4) is inferred.
    """
    key = asked.get("encryptionConfiguration", {}).get("kmsKey")
    if key and (alias := missing_alias(world, request.account, request.region, key)):
        raise Refused("KmsException", f"Alias {alias} is not found.")
    import moto.ecr.models as motos_ecr

    shape = model.service_model("ecr").shape_for("RepositoryName")  # type: ignore[union-attr]
    motos_ecr.ECR_REPOSITORY_NAME_PATTERN = shape.metadata["pattern"]
    return request


def _scan_on_push(_world: World, request: Request, asked: dict[str, Any]) -> Request:
    """False when it is not stated (API reference, ImageScanningConfiguration); moto keeps what it had"""
    stated = {"scanOnPush": False, **asked["imageScanningConfiguration"]}
    return request.with_json({**request.json(), "imageScanningConfiguration": stated})


def _put_lifecycle_policy(_world: World, request: Request, asked: dict[str, Any]) -> Request:
    """AWS keeps the text without its blanks"""
    lifecycle.check(asked["lifecyclePolicyText"])
    try:
        text = lifecycle.compact(asked["lifecyclePolicyText"])
    except ValueError:
        return request  # moto refuses it
    return request.with_json({**request.json(), "lifecyclePolicyText": text})


def _put_image(world: World, request: Request, asked: dict[str, Any]) -> Request:
    """The digest is that of the manifest (moto takes the layers for it), tags move only where they may"""
    ecr_images.check_manifest(asked["imageManifest"])
    own = "sha256:" + hashlib.sha256(asked["imageManifest"].encode()).hexdigest()
    if asked.get("imageDigest", own) != own:
        raise Refused(
            "ImageDigestDoesNotMatchException",
            f"The image with digest '{asked['imageDigest']}' in repository '{asked['repositoryName']}' and"
            f" registry ID '{request.account}' does not match the image digest that Amazon ECR has"
            " calculated.",
        )
    backend = world.moto("ecr", request.account, request.region)
    repository = backend.repositories.get(asked["repositoryName"])
    tag = asked.get("imageTag")
    if repository is None:  # moto fails
        raise missing_repository(asked["repositoryName"], request.account)
    layers.require(world, request, repository, asked["imageManifest"])
    if tag is not None:
        _free_tag(backend, repository, tag, own)
    return request.with_json({**request.json(), "imageDigest": own})


def _free_tag(backend: Any, repository: Any, tag: str, digest: str) -> None:
    holder = next((image for image in repository.images if tag in image.image_tags), None)
    if holder is None or holder.get_image_digest() == digest:
        return
    if is_fixed(repository, tag):
        raise Refused(
            "ImageTagAlreadyExistsException",
            f"The image tag '{tag}' already exists in the '{repository.name}' repository "
            "and cannot be overwritten because the tag is immutable.",
        )
    backend.batch_delete_image(repository_name=repository.name, image_ids=[{"imageTag": tag}])


def is_fixed(repository: Any, tag: str) -> bool:
    """User guide of ECR, "image tag mutability": an exclusion filter turns the repository's setting round"""
    filters = repository.image_tag_mutability_exclusion_filters or ()
    excluded = any(_wildcard(one["filter"]).fullmatch(tag) for one in filters)
    return bool(repository.is_tag_immutable()) != excluded


def _wildcard(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))))


def _in_pages(world: World, request: Request, answered: Answer) -> Answer:
    """DescribeRepositories in pages of `maxResults`, by default 100 (API reference); moto answers all"""
    asked, answer = request.json(), answered.json()
    size = asked.get("maxResults", _PAGE) if "repositoryNames" not in asked else len(answer["repositories"])
    try:
        part, token = paging.page(answer["repositories"], asked.get("nextToken"), size)
    except paging.BadToken:
        raise Refused(_INVALID, "Invalid parameter at 'nextToken' failed to satisfy constraint") from None
    more = {"nextToken": token} if token else {}
    return _with_uri(world, request, answered.with_json({"repositories": part, **more}))


def _with_uri(world: World, request: Request, answered: Answer) -> Answer:
    """Registries of other partitions have other host names; moto knows one"""
    suffix = world.dns_suffix(request.region)
    return answered if suffix == "amazonaws.com" else _with_suffix(answered, suffix)


def _with_suffix(answered: Answer, suffix: str) -> Answer:
    text = re.sub(r"(\.dkr\.ecr\.[a-z0-9-]+)\.amazonaws\.com\b", rf"\1.{suffix}", answered.body.decode())
    return answered.with_json(json.loads(text))


def _with_token_life(world: World, request: Request, answered: Answer) -> Answer:
    """Moto's token expired in 2015"""
    said = answered.json()
    for one in said["authorizationData"]:
        one["expiresAt"] = (world.now() + _TOKEN_LIFE).timestamp()
    return _with_uri(world, request, answered.with_json(said))


def _without_settings(world: World, request: Request, answered: Answer) -> Answer:
    """A deleted repository has neither encryption nor scanning (recorded: radkawar/stackd, delete_owned)"""
    said = answered.json()
    for member in ("encryptionConfiguration", "imageScanningConfiguration"):
        said["repository"].pop(member, None)
    return _with_uri(world, request, answered.with_json(said))


def _pending(_world: World, _request: Request, answered: Answer) -> Answer:
    """A scan that was just started is PENDING (recorded: radkawar/stackd, start_scan_tiny_image)"""
    return answered.with_json({**answered.json(), "imageScanStatus": {"status": "PENDING"}})


_OWN: dict[str, Callable[[World, Request, dict[str, Any]], Answer]] = {
    "BatchCheckLayerAvailability": ecr_images.layer_availability,
    "GetDownloadUrlForLayer": layers.download_url,
    **dict.fromkeys(ecr_cache.OPERATIONS, ecr_cache.answer),
    **dict.fromkeys(ecr_previews.OPERATIONS, ecr_previews.answer),
}
_BEFORE: dict[str, Callable[[World, Request, dict[str, Any]], Request]] = {
    "CompleteLayerUpload": layers.keep,
    "CreateRepository": _create_repository,
    "PutImage": _put_image,
    "PutImageScanningConfiguration": _scan_on_push,
    "PutLifecyclePolicy": _put_lifecycle_policy,
}
_AFTER = {
    "BatchGetImage": ecr_images.by_asked_tag,
    "CreateRepository": _with_uri,
    "DeleteLifecyclePolicy": ecr_policies.never_evaluated,
    "DeleteRepository": _without_settings,
    "DescribeImages": ecr_images.details,
    "DescribeRepositories": _in_pages,
    "GetAuthorizationToken": _with_token_life,
    "GetLifecyclePolicy": ecr_policies.never_evaluated,
    "PutImage": ecr_events.pushed,
    "StartImageScan": _pending,
}
