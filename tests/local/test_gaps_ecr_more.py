"""ECR of the local AWS: caches, previews of lifecycle policies, layers that an image needs, pages."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.machine import Machine

RULE = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "public.ecr.aws"}
NO_RULE = "PullThroughCacheRuleNotFoundException"


def _manifest(config: str, layer: str) -> str:
    parts = {"config": {"digest": config, "size": 1}, "layers": [{"digest": layer, "size": 1}]}
    kind = "application/vnd.oci.image.manifest.v1+json"
    return json.dumps({"schemaVersion": 2, "mediaType": kind, **parts})


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _upload(ecr: Any, name: str, content: bytes) -> str:
    upload = ecr.initiate_layer_upload(repositoryName=name)["uploadId"]
    last = len(content) - 1
    ecr.upload_layer_part(
        repositoryName=name, uploadId=upload, partFirstByte=0, partLastByte=last, layerPartBlob=content
    )
    ecr.complete_layer_upload(repositoryName=name, uploadId=upload, layerDigests=[_digest(content)])
    return _digest(content)


def test_a_cache_rule_is_made_told_changed_and_deleted(client: Callable[..., Any], account: str) -> None:
    """API reference, CreatePullThroughCacheRule and its brothers."""
    ecr = client("ecr")
    made = ecr.create_pull_through_cache_rule(**RULE)
    assert (made["upstreamRegistry"], "upstreamRepositoryPrefix" in made) == ("ecr-public", False)
    (told,) = ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
    assert {name: told[name] for name in RULE} == RULE
    secret = f"arn:aws:secretsmanager:eu-west-1:{account}:secret:ecr-pullthroughcache/hub"
    ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="hub", credentialArn=secret)
    (told,) = ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["hub"])["pullThroughCacheRules"]
    assert told["credentialArn"] == secret
    assert ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="hub")["isValid"] is True
    assert refusal(ecr.create_pull_through_cache_rule, **RULE)[0].endswith("AlreadyExistsException")
    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="hub")
    assert refusal(ecr.delete_pull_through_cache_rule, ecrRepositoryPrefix="hub")[0] == NO_RULE
    assert ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"] == []


def test_a_registry_that_aws_does_not_cache_is_refused(client: Callable[..., Any]) -> None:
    rule = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry.example.com"}
    code = refusal(client("ecr").create_pull_through_cache_rule, **rule)[0]
    assert code == "UnsupportedUpstreamRegistryException"


def _rule(priority: int, **selection: Any) -> dict[str, Any]:
    counted = {"countType": "imageCountMoreThan", "countNumber": 1}
    return {"rulePriority": priority, "selection": {**counted, **selection}, "action": {"type": "expire"}}


def test_a_preview_tells_what_a_policy_would_expire(ecr: Any) -> None:
    """Recorded in radkawar/stackd, testdata/aws/ecr: what an earlier rule selects is protected."""
    digests = {}
    for tag in ("http-tag", "original", "newest"):
        manifest = _manifest(_digest(tag.encode()), _digest(b"layer"))
        digests[tag] = ecr.put_image(repositoryName="shop", imageManifest=manifest, imageTag=tag)["image"][
            "imageId"
        ]["imageDigest"]
    rules = [_rule(2, tagStatus="any"), _rule(1, tagStatus="tagged", tagPrefixList=["original"])]
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=json.dumps({"rules": rules}))
    assert ecr.start_lifecycle_policy_preview(repositoryName="shop")["status"] == "IN_PROGRESS"
    preview = ecr.get_lifecycle_policy_preview(repositoryName="shop")
    assert (preview["status"], preview["summary"]) == ("COMPLETE", {"expiringImageTotalCount": 1})
    (result,) = preview["previewResults"]
    assert result["imageTags"][0] in {"http-tag", "newest"}  # both were pushed in the same second
    assert result["imageDigest"] == digests[result["imageTags"][0]]
    assert (result["action"], result["appliedRulePriority"]) == ({"type": "EXPIRE"}, 2)


def test_a_preview_of_images_by_age_has_none_of_today(ecr: Any) -> None:
    manifest = _manifest(_digest(b"c"), _digest(b"l"))
    ecr.put_image(repositoryName="shop", imageManifest=manifest, imageTag="v1")
    since = {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1}
    text = json.dumps({"rules": [_rule(1, tagStatus="tagged", tagPatternList=["v*"], **since)]})
    ecr.start_lifecycle_policy_preview(repositoryName="shop", lifecyclePolicyText=text)
    assert ecr.get_lifecycle_policy_preview(repositoryName="shop")["previewResults"] == []


def test_a_preview_needs_a_policy_and_a_start(ecr: Any) -> None:
    preview = {"repositoryName": "shop"}
    assert refusal(ecr.start_lifecycle_policy_preview, **preview)[0] == "LifecyclePolicyNotFoundException"
    code = refusal(ecr.get_lifecycle_policy_preview, **preview)[0]
    assert code == "LifecyclePolicyPreviewNotFoundException"


def test_a_lifecycle_text_keeps_the_order_of_its_members(ecr: Any) -> None:
    """Recorded in radkawar/stackd, testdata/aws/ecr (lifecycle_get)."""
    policy = {"rules": [{"description": "keep one", **_rule(1, tagStatus="untagged")}]}
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=json.dumps(policy, indent=1))
    kept = ecr.get_lifecycle_policy(repositoryName="shop")["lifecyclePolicyText"]
    assert kept == json.dumps(policy, separators=(",", ":"))


def test_an_image_needs_the_layers_that_it_names(ecr: Any, account: str) -> None:
    """Recorded in radkawar/stackd, testdata/aws/ecr (foreign_repository_layers)."""
    ecr.create_repository(repositoryName="other")
    config, layer = _upload(ecr, "shop", b"config"), _upload(ecr, "shop", b"layer")
    manifest = _manifest(config, layer)
    code, words = refusal(ecr.put_image, repositoryName="other", imageManifest=manifest, imageTag="v1")
    assert code == "LayersNotFoundException"
    assert words.startswith(f"Layers with digests '[{layer},{config}]' required for pushing image into")
    assert words.endswith(f"with name 'other' in the registry with id '{account}' do not exist")
    ecr.put_image(repositoryName="shop", imageManifest=manifest, imageTag="v1")
    ecr.put_image(repositoryName="shop", imageManifest=manifest, imageTag="v2")


def test_an_image_of_a_registry_without_layers_is_a_name_only(ecr: Any) -> None:
    manifest = _manifest(_digest(b"none"), _digest(b"nothing"))
    assert ecr.put_image(repositoryName="shop", imageManifest=manifest, imageTag="v1")["image"]


def test_docker_pushes_beside_layers_that_others_uploaded(machine: Machine, ecr: Any) -> None:
    _upload(ecr, "shop", b"of somebody else")
    machine.login()
    machine.docker("build", "-t", f"{machine.host}/shop:v1", ".")
    machine.docker("push", f"{machine.host}/shop:v1")
    assert ecr.describe_images(repositoryName="shop")["imageDetails"][0]["imageTags"] == ["v1"]


def test_repositories_come_in_pages(ecr: Any) -> None:
    for name in ("one", "two"):
        ecr.create_repository(repositoryName=name)
    first = ecr.describe_repositories(maxResults=2)
    rest = ecr.describe_repositories(maxResults=2, nextToken=first["nextToken"])
    names = [one["repositoryName"] for one in first["repositories"] + rest["repositories"]]
    assert sorted(names) == ["one", "shop", "two"]
    assert len(first["repositories"]) == 2
    assert "nextToken" not in rest


@pytest.mark.parametrize("kind", ["scanning", "replication"])
def test_filters_of_the_registry_come_back(client: Callable[..., Any], kind: str) -> None:
    """The Terraform AWS provider reads them for aws_ecr_registry_scanning_configuration and its brother."""
    ecr = client("ecr")
    if kind == "scanning":
        filters = [{"filter": "shop*", "filterType": "WILDCARD"}]
        rules = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": filters}]
        ecr.put_registry_scanning_configuration(scanType="BASIC", rules=rules)
        assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["rules"] == rules
        return
    filters = [{"filter": "shop", "filterType": "PREFIX_MATCH"}]
    to = [{"region": "us-west-2", "registryId": "123456789012"}]
    configuration = {"rules": [{"destinations": to, "repositoryFilters": filters}]}
    ecr.put_replication_configuration(replicationConfiguration=configuration)
    assert ecr.describe_registry()["replicationConfiguration"] == configuration
