"""Repositories and their images, call by call."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

INVALID = "InvalidParameterException"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG, LAYER = b'{"architecture":"amd64","os":"linux"}', b"layer"
KINDS = {
    LAYER: "application/vnd.oci.image.layer.v1.tar+gzip",
    CONFIG: "application/vnd.oci.image.config.v1+json",
}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _part(content: bytes) -> dict[str, Any]:
    return {"mediaType": KINDS[content], "size": len(content), "digest": _digest(content)}


def _manifest(**more: Any) -> str:
    parts = {"config": _part(CONFIG), "layers": [_part(LAYER)]}
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, **parts, **more}, separators=(",", ":"))


def _rules(number: int) -> str:
    kinds: list[dict[str, Any]] = [
        {"tagStatus": "tagged", "tagPrefixList": ["original"]},
        {"tagStatus": "any"},
    ]
    count: dict[str, Any] = {"countType": "imageCountMoreThan", "countNumber": number}
    rules = [
        {"rulePriority": at, "description": "d", "selection": kind | count, "action": {"type": "expire"}}
        for at, kind in enumerate(kinds, 1)
    ]
    return json.dumps({"rules": rules})


@pytest.fixture
def ecr(client: Callable[..., Any]) -> Any:
    """The registry with two repositories, and the layers of an image in one of them"""
    api = client("ecr")
    for name in ("images", "isolated"):
        api.create_repository(repositoryName=name)
    for content in (LAYER, CONFIG):
        upload = api.initiate_layer_upload(repositoryName="images")["uploadId"]
        place = {"repositoryName": "images", "uploadId": upload}
        api.upload_layer_part(**place, partFirstByte=0, partLastByte=len(content) - 1, layerPartBlob=content)
        api.complete_layer_upload(**place, layerDigests=[_digest(content)])
    return api


def _put(ecr: Any, tag: str, manifest: str | None = None) -> str:
    answer = ecr.put_image(repositoryName="images", imageManifest=manifest or _manifest(), imageTag=tag)
    return str(answer["image"]["imageId"]["imageDigest"])


def test_a_layer_that_is_missing_is_unavailable_and_no_failure(ecr: Any) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    missing = _digest(b"missing")
    answer = ecr.batch_check_layer_availability(repositoryName="images", layerDigests=[missing])
    assert answer["layers"] == [{"layerDigest": missing, "layerAvailability": "UNAVAILABLE"}]
    assert answer["failures"] == []
    _put(ecr, "original")
    digests = [_digest(LAYER), _digest(CONFIG)]
    layers = ecr.batch_check_layer_availability(repositoryName="images", layerDigests=digests)["layers"]
    told = {layer["layerDigest"]: (layer["layerSize"], layer["mediaType"]) for layer in layers}
    assert told == {_digest(content): (len(content), kind) for content, kind in KINDS.items()}


def test_images_are_refused_in_the_recorded_words(ecr: Any, account: str) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    syntax = "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
    put = {"repositoryName": "images", "imageTag": "original"}
    assert refusal(ecr.put_image, imageManifest="{}", **put) == (INVALID, syntax)
    wrong = "sha256:" + "0" * 64
    words = (
        f"The image with digest '{wrong}' in repository 'images' and registry ID '{account}' does not match"
        " the image digest that Amazon ECR has calculated."
    )
    code = "ImageDigestDoesNotMatchException"
    assert refusal(ecr.put_image, imageManifest=_manifest(), imageDigest=wrong, **put) == (code, words)
    words = (
        f"Layers with digests '[{_digest(LAYER)},{_digest(CONFIG)}]' required for pushing image into"
        f" repository with name 'isolated' in the registry with id '{account}' do not exist"
    )
    code = "LayersNotFoundException"
    assert refusal(ecr.put_image, imageManifest=_manifest(), repositoryName="isolated") == (code, words)


def test_images_are_told_by_the_tag_that_was_asked_and_with_their_parts(ecr: Any) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    digest = _put(ecr, "original")
    assert _put(ecr, "second") == digest
    asked = [{"imageTag": "original"}, {"imageTag": "absent"}]
    answer = ecr.batch_get_image(repositoryName="images", imageIds=asked)
    assert [image["imageId"] for image in answer["images"]] == [
        {"imageDigest": digest, "imageTag": "original"}
    ]
    assert [failure["imageId"] for failure in answer["failures"]] == [{"imageTag": "absent"}]
    (details,) = ecr.describe_images(repositoryName="images")["imageDetails"]
    assert details["imageSizeInBytes"] == len(CONFIG) + len(LAYER)
    assert details["artifactMediaType"] == KINDS[CONFIG]
    assert details["imageStatus"] == "ACTIVE"
    started = ecr.start_image_scan(repositoryName="images", imageId={"imageTag": "original"})
    assert started["imageScanStatus"] == {"status": "PENDING"}


def test_an_image_that_a_list_of_images_needs_stays(ecr: Any) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    digest = _put(ecr, "original")
    kind = "application/vnd.oci.image.index.v1+json"
    held = [{"mediaType": MANIFEST, "size": 1, "digest": digest}]
    index = _put(ecr, "index", json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": held}))
    answer = ecr.batch_delete_image(repositoryName="images", imageIds=[{"imageDigest": digest}])
    assert answer["imageIds"] == []
    assert answer["failures"] == [
        {
            "imageId": {"imageDigest": digest},
            "failureCode": "ImageReferencedByManifestList",
            "failureReason": f"Requested image referenced by manifest list: [{index}]",
        }
    ]
    ecr.batch_delete_image(repositoryName="images", imageIds=[{"imageTag": "index"}])
    left = ecr.batch_delete_image(repositoryName="images", imageIds=[{"imageDigest": digest}])
    assert left["failures"] == []


def test_a_repository_policy_comes_back_in_the_writing_of_ecr(ecr: Any, account: str) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    who = f"arn:aws:iam::{account}:root"
    statement = {"Sid": "D", "Effect": "Deny", "Principal": {"AWS": who}, "Action": ["ecr:BatchGetImage"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    told = ecr.set_repository_policy(repositoryName="isolated", policyText=policy, force=True)["policyText"]
    assert told == (
        '{\n  "Version" : "2012-10-17",\n  "Statement" : [ {\n    "Sid" : "D",\n    "Effect" : "Deny",\n'
        '    "Principal" : {\n      "AWS" : "'
        + who
        + '"\n    },\n    "Action" : "ecr:BatchGetImage"\n  } ]\n}'
    )
    assert ecr.get_repository_policy(repositoryName="isolated")["policyText"] == told


def test_lifecycle_policies_are_checked_as_recorded_and_not_evaluated_at_first(ecr: Any) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    ecr.put_lifecycle_policy(repositoryName="images", lifecyclePolicyText=_rules(1))
    assert ecr.get_lifecycle_policy(repositoryName="images")["lastEvaluatedAt"].timestamp() == 0
    words = (
        "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy"
        " validation failure: numeric instance is lower than the required minimum (minimum: 1, found: 0)\n'"
    )
    zero = refusal(ecr.put_lifecycle_policy, repositoryName="images", lifecyclePolicyText=_rules(0))
    assert zero == (INVALID, words)


def test_a_deleted_repository_has_no_settings(ecr: Any) -> None:
    """Recording: ecr/stackd-buildowner-ecr-2b69d1cf0ec0-resume-61a808."""
    deleted = ecr.delete_repository(repositoryName="isolated", force=True)["repository"]
    assert not {"encryptionConfiguration", "imageScanningConfiguration"} & set(deleted)
