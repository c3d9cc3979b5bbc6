"""ECR of the local AWS: names, immutable tags, lifecycle texts and tokens as AWS has them"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal, refused

if TYPE_CHECKING:
    from pipectl.local.server import Server

Client = Callable[..., Any]


@pytest.fixture
def ecr(client: Client) -> Any:
    return client("ecr")


def manifest(number: int) -> str:
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    config = {"mediaType": "x", "size": number, "digest": f"sha256:{number:064}"}
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []})


def push(ecr: Any, number: int, tag: str) -> str:
    image = ecr.put_image(repositoryName="shop", imageManifest=manifest(number), imageTag=tag)["image"]
    return str(image["imageId"]["imageDigest"])


def digest_of(ecr: Any, tag: str) -> str:
    found = ecr.describe_images(repositoryName="shop", imageIds=[{"imageTag": tag}])["imageDetails"]
    return str(found[0]["imageDigest"])


def lifecycle(**changed: Any) -> dict[str, Any]:
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30}
    rule = {"rulePriority": 1, "description": "keep", "selection": selection, "action": {"type": "expire"}}
    return {"rules": [{**rule, **changed}]}


@pytest.mark.parametrize("name", ["a--b", "a__b", "a---b", "ns/app", "a.b_c-d", "a" * 256, "0a"])
def test_every_name_that_aws_takes_is_taken(ecr: Any, account: str, name: str) -> None:
    made = ecr.create_repository(repositoryName=name)["repository"]
    assert made["repositoryUri"] == f"{account}.dkr.ecr.eu-west-1.amazonaws.com/{name}"
    assert made["repositoryArn"] == f"arn:aws:ecr:eu-west-1:{account}:repository/{name}"


@pytest.mark.parametrize("name", ["Shop", "a-", "a..b", "a___b", "ns//app", "-a", "a b"])
def test_a_name_against_the_pattern_is_refused(ecr: Any, name: str) -> None:
    code, message = refusal(ecr.create_repository, repositoryName=name)
    assert code == "InvalidParameterException"
    start = (
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression"
    )
    assert message.startswith(start)


def test_a_name_has_a_length(ecr: Any) -> None:
    assert refusal(ecr.create_repository, repositoryName="a" * 257) == (
        "InvalidParameterException",
        (
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
            "'Member must have length less than or equal to 256'"
        ),
    )


def test_a_scanning_configuration_that_is_removed_is_off(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})
    ecr.put_image_scanning_configuration(repositoryName="shop", imageScanningConfiguration={})
    found = ecr.describe_repositories(repositoryNames=["shop"])["repositories"][0]
    assert found["imageScanningConfiguration"] == {"scanOnPush": False}


def test_a_repository_has_the_defaults_of_aws(ecr: Any) -> None:
    made = ecr.create_repository(repositoryName="shop")["repository"]
    assert made["imageTagMutability"] == "MUTABLE"
    assert made["imageScanningConfiguration"] == {"scanOnPush": False}
    assert made["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert "imageTagMutabilityExclusionFilters" not in made


def test_encryption_without_a_key_names_the_key_of_aws(ecr: Any, account: str) -> None:
    kms = {"encryptionType": "KMS"}
    made = ecr.create_repository(repositoryName="shop", encryptionConfiguration=kms)["repository"]
    key = made["encryptionConfiguration"]["kmsKey"]
    assert key.startswith(f"arn:aws:kms:eu-west-1:{account}:key/")


def test_an_alias_that_is_not_there_encrypts_no_repository(ecr: Any, account: str) -> None:
    kms = {"encryptionType": "KMS", "kmsKey": "alias/missing"}
    alias = f"arn:aws:kms:eu-west-1:{account}:alias/missing"
    with refused("KmsException", f"Alias {alias} is not found."):
        ecr.create_repository(repositoryName="shop", encryptionConfiguration=kms)
    assert ecr.describe_repositories()["repositories"] == []


def test_a_lifecycle_text_comes_back_in_other_words(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    sent = json.dumps(lifecycle(), indent=2)
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=sent)
    kept = ecr.get_lifecycle_policy(repositoryName="shop")["lifecyclePolicyText"]
    assert json.loads(kept) == lifecycle()
    assert kept != sent
    assert " " not in kept


@pytest.mark.parametrize(
    "text",
    [
        "{}" + " " * 100,
        "{nope" + " " * 100,
        json.dumps(lifecycle(rulePriority=0)),
        json.dumps(lifecycle(action={"type": "explode"})),
        json.dumps({"rules": [*lifecycle()["rules"], *lifecycle()["rules"]]}),
    ],
)
def test_a_lifecycle_that_is_none_is_refused(ecr: Any, text: str) -> None:
    ecr.create_repository(repositoryName="shop")
    found = refusal(ecr.put_lifecycle_policy, repositoryName="shop", lifecyclePolicyText=text)
    assert found[0] == "InvalidParameterException"


SELECTION = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30}


@pytest.mark.parametrize(
    ("selection", "complaint"),
    [
        ({"tagStatus": "tagged"}, "needs either tagPrefixList or tagPatternList"),
        ({"tagPrefixList": ["v"]}, "tagPrefixList is for tagStatus tagged only"),
        ({"tagStatus": "tagged", "tagPatternList": ["*a*b*c*d*"]}, "at most 4 wildcards"),
        ({"countType": "sinceImagePushed"}, "countUnit"),
        ({"countUnit": "days"}, "countUnit"),
    ],
)
def test_a_selection_must_fit_together(ecr: Any, selection: dict[str, Any], complaint: str) -> None:
    ecr.create_repository(repositoryName="shop")
    text = json.dumps(lifecycle(selection={**SELECTION, **selection}))
    code, message = refusal(ecr.put_lifecycle_policy, repositoryName="shop", lifecyclePolicyText=text)
    assert code == "InvalidParameterException"
    assert complaint in message


def test_the_rule_for_any_image_is_the_last(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    tagged = lifecycle(rulePriority=2, selection={**SELECTION, "tagStatus": "untagged"})
    rules = {"rules": [*lifecycle()["rules"], *tagged["rules"]]}
    arguments = {"repositoryName": "shop", "lifecyclePolicyText": json.dumps(rules)}
    assert "highest rulePriority" in refusal(ecr.put_lifecycle_policy, **arguments)[1]


def test_rules_that_fit_together_are_kept(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    since = {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 3}
    first = lifecycle(selection={"tagStatus": "tagged", "tagPatternList": ["v*", "*-dev"], **since})
    rules = {"rules": [*lifecycle(rulePriority=9)["rules"], *first["rules"]]}
    ecr.put_lifecycle_policy(repositoryName="shop", lifecyclePolicyText=json.dumps(rules))
    assert json.loads(ecr.get_lifecycle_policy(repositoryName="shop")["lifecyclePolicyText"]) == rules


def test_the_digest_is_that_of_the_manifest(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    expected = "sha256:" + hashlib.sha256(manifest(1).encode()).hexdigest()
    assert push(ecr, 1, "v1") == expected == digest_of(ecr, "v1")
    wrong = {"repositoryName": "shop", "imageManifest": manifest(2), "imageDigest": expected}
    assert refusal(ecr.put_image, **wrong)[0] == "ImageDigestDoesNotMatchException"


def test_a_mutable_tag_moves(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    push(ecr, 1, "latest")
    assert push(ecr, 2, "latest") == digest_of(ecr, "latest")
    details = ecr.describe_images(repositoryName="shop")["imageDetails"]
    assert [detail["imageDigest"] for detail in details if detail.get("imageTags")] == [
        digest_of(ecr, "latest")
    ]


def test_the_same_image_under_the_same_tag_is_there_already(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    push(ecr, 1, "v1")
    again = {"repositoryName": "shop", "imageManifest": manifest(1), "imageTag": "v1"}
    assert refusal(ecr.put_image, **again)[0] == "ImageAlreadyExistsException"


def test_an_immutable_tag_stays(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop", imageTagMutability="IMMUTABLE")
    first = push(ecr, 1, "latest")
    again = {"repositoryName": "shop", "imageManifest": manifest(2), "imageTag": "latest"}
    assert refusal(ecr.put_image, **again) == (
        "ImageTagAlreadyExistsException",
        (
            "The image tag 'latest' already exists in the 'shop' repository "
            "and cannot be overwritten because the tag is immutable."
        ),
    )
    assert digest_of(ecr, "latest") == first


@pytest.mark.parametrize(
    ("mode", "tag", "moves"),
    [
        ("IMMUTABLE_WITH_EXCLUSION", "v1", True),
        ("IMMUTABLE_WITH_EXCLUSION", "dev-v1", False),
        ("IMMUTABLE_WITH_EXCLUSION", "latest", False),
        ("MUTABLE_WITH_EXCLUSION", "v1", False),
        ("MUTABLE_WITH_EXCLUSION", "latest", True),
    ],
)
def test_an_exclusion_turns_the_rule_round(ecr: Any, mode: str, tag: str, moves: bool) -> None:
    ecr.create_repository(
        repositoryName="shop",
        imageTagMutability=mode,
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "v*"}],
    )
    push(ecr, 1, tag)
    if moves:
        assert push(ecr, 2, tag) == digest_of(ecr, tag)
        return
    again = {"repositoryName": "shop", "imageManifest": manifest(2), "imageTag": tag}
    assert refusal(ecr.put_image, **again)[0] == "ImageTagAlreadyExistsException"


def test_a_token_is_good_for_twelve_hours(ecr: Any, server: Server) -> None:
    before = server.world.now()
    (token,) = ecr.get_authorization_token()["authorizationData"]
    left = token["expiresAt"] - before
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12, minutes=1)


def test_the_registry_of_another_partition_has_its_host_name(client: Client, account: str) -> None:
    ecr = client("ecr", region="cn-north-1")
    uri = f"{account}.dkr.ecr.cn-north-1.amazonaws.com.cn/shop"
    assert ecr.create_repository(repositoryName="shop")["repository"]["repositoryUri"] == uri
    assert ecr.describe_repositories()["repositories"][0]["repositoryUri"] == uri
    (token,) = ecr.get_authorization_token()["authorizationData"]
    assert token["proxyEndpoint"] == f"https://{account}.dkr.ecr.cn-north-1.amazonaws.com.cn"


def test_one_missing_repository_fails_the_whole_call(ecr: Any, account: str) -> None:
    ecr.create_repository(repositoryName="shop")
    found = refusal(ecr.describe_repositories, repositoryNames=["shop", "nowhere"])
    missing = f"The repository with name 'nowhere' does not exist in the registry with id '{account}'"
    assert found == ("RepositoryNotFoundException", missing)


def test_what_is_not_there_is_said_as_aws_says_it(ecr: Any) -> None:
    ecr.create_repository(repositoryName="shop")
    assert refusal(ecr.get_lifecycle_policy, repositoryName="shop")[0] == "LifecyclePolicyNotFoundException"
    assert refusal(ecr.get_repository_policy, repositoryName="shop")[0] == "RepositoryPolicyNotFoundException"
    assert refusal(ecr.create_repository, repositoryName="shop")[0] == "RepositoryAlreadyExistsException"
