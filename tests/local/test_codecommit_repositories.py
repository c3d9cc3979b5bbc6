"""CodeCommit: repositories as the API knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    return client("codecommit")


def test_a_new_repository_is_described_as_aws_does(codecommit: Any, account: str) -> None:
    made = codecommit.create_repository(repositoryName="Shop", repositoryDescription="A shop")[
        "repositoryMetadata"
    ]
    assert made["repositoryName"] == "Shop"
    assert made["repositoryDescription"] == "A shop"
    assert made["accountId"] == account
    assert made["Arn"] == f"arn:aws:codecommit:eu-west-1:{account}:Shop"
    assert made["cloneUrlSsh"] == "ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/Shop"
    assert made["cloneUrlHttp"].endswith("/v1/repos/Shop")
    assert made["kmsKeyId"].startswith(f"arn:aws:kms:eu-west-1:{account}:key/")
    assert "defaultBranch" not in made
    again = codecommit.get_repository(repositoryName="Shop")["repositoryMetadata"]
    assert again == made


def test_a_repository_without_description_has_none(codecommit: Any) -> None:
    assert (
        "repositoryDescription"
        not in codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]
    )


@pytest.mark.parametrize("name", ["shop.git", "a b", "a/b", "x" * 101])
def test_bad_names_are_refused(codecommit: Any, name: str) -> None:
    with refused("InvalidRepositoryNameException"):
        codecommit.create_repository(repositoryName=name)


def test_a_name_can_be_taken_once(codecommit: Any) -> None:
    codecommit.create_repository(repositoryName="shop")
    with refused("RepositoryNameExistsException", "Repository named shop already exists"):
        codecommit.create_repository(repositoryName="shop")


def test_regions_are_apart(client: Callable[..., Any]) -> None:
    client("codecommit", "eu-west-1").create_repository(repositoryName="shop")
    with refused("RepositoryDoesNotExistException"):
        client("codecommit", "us-east-1").get_repository(repositoryName="shop")


def test_other_partitions_have_their_own_names(client: Callable[..., Any]) -> None:
    made = client("codecommit", "cn-north-1").create_repository(repositoryName="shop")["repositoryMetadata"]
    assert made["Arn"].startswith("arn:aws-cn:codecommit:cn-north-1:")
    assert made["cloneUrlSsh"] == "ssh://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/shop"


def test_a_missing_repository_is_told(codecommit: Any) -> None:
    with refused("RepositoryDoesNotExistException", "nowhere does not exist"):
        codecommit.get_repository(repositoryName="nowhere")


def test_a_batch_tells_what_is_there_and_what_is_not(codecommit: Any) -> None:
    codecommit.create_repository(repositoryName="shop")
    answer = codecommit.batch_get_repositories(repositoryNames=["shop", "nowhere"])
    assert [found["repositoryName"] for found in answer["repositories"]] == ["shop"]
    assert answer["repositoriesNotFound"] == ["nowhere"]
    assert answer["errors"][0]["errorCode"] == "RepositoryDoesNotExistException"


def test_a_batch_has_at_most_100_names(codecommit: Any) -> None:
    names = [f"shop-{number}" for number in range(101)]
    with refused("MaximumRepositoryNamesExceededException"):
        codecommit.batch_get_repositories(repositoryNames=names)


def test_repositories_are_listed_by_name(codecommit: Any) -> None:
    for name in ("b", "a", "c"):
        codecommit.create_repository(repositoryName=name)
    names = [found["repositoryName"] for found in codecommit.list_repositories()["repositories"]]
    assert names == ["a", "b", "c"]
    backwards = codecommit.list_repositories(order="descending")["repositories"]
    assert [found["repositoryName"] for found in backwards] == ["c", "b", "a"]


def test_a_foreign_token_is_refused(codecommit: Any) -> None:
    with refused("InvalidContinuationTokenException"):
        codecommit.list_repositories(nextToken="not ours")


def test_deleting_is_idempotent(codecommit: Any) -> None:
    made = codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]
    assert codecommit.delete_repository(repositoryName="shop")["repositoryId"] == made["repositoryId"]
    assert "repositoryId" not in codecommit.delete_repository(repositoryName="shop")
    with refused("RepositoryDoesNotExistException"):
        codecommit.get_repository(repositoryName="shop")


def test_a_description_changes_in_place_and_can_be_removed(codecommit: Any) -> None:
    codecommit.create_repository(repositoryName="shop", repositoryDescription="old")
    codecommit.update_repository_description(repositoryName="shop", repositoryDescription="new")
    assert (
        codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]["repositoryDescription"]
        == "new"
    )
    codecommit.update_repository_description(repositoryName="shop")
    assert (
        "repositoryDescription" not in codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]
    )


def test_a_rename_keeps_the_id_and_changes_arn_and_url(codecommit: Any) -> None:
    before = codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]
    codecommit.create_repository(repositoryName="taken")
    with refused("RepositoryNameExistsException"):
        codecommit.update_repository_name(oldName="shop", newName="taken")
    codecommit.update_repository_name(oldName="shop", newName="store")
    after = codecommit.get_repository(repositoryName="store")["repositoryMetadata"]
    assert after["repositoryId"] == before["repositoryId"]
    assert after["Arn"].endswith(":store")
    assert after["cloneUrlHttp"].endswith("/store")
    with refused("RepositoryDoesNotExistException"):
        codecommit.get_repository(repositoryName="shop")


def test_another_key_is_told_with_the_one_before(codecommit: Any, client: Callable[..., Any]) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/own", TargetKeyId=key["KeyId"])
    before = codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]["kmsKeyId"]
    answer = codecommit.update_repository_encryption_key(repositoryName="shop", kmsKeyId="alias/own")
    assert answer["originalKmsKeyId"] == before
    assert answer["kmsKeyId"] == key["Arn"]


def test_an_alias_that_is_not_there_opens_no_repository(codecommit: Any) -> None:
    with refused("EncryptionKeyNotFoundException", "No encryption key was found."):
        codecommit.create_repository(repositoryName="shop", kmsKeyId="alias/missing")
    codecommit.create_repository(repositoryName="shop")
    with refused("EncryptionKeyNotFoundException", "No encryption key was found."):
        codecommit.update_repository_encryption_key(repositoryName="shop", kmsKeyId="alias/missing")


def test_tags_are_added_changed_and_removed(codecommit: Any) -> None:
    made = codecommit.create_repository(repositoryName="shop", tags={"stack": "one", "team": "a"})
    arn = made["repositoryMetadata"]["Arn"]
    codecommit.tag_resource(resourceArn=arn, tags={"stack": "two", "more": ""})
    codecommit.untag_resource(resourceArn=arn, tagKeys=["team", "never there"])
    assert codecommit.list_tags_for_resource(resourceArn=arn)["tags"] == {"stack": "two", "more": ""}


def test_tag_rules(codecommit: Any) -> None:
    arn = codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]["Arn"]
    with refused("InvalidSystemTagUsageException"):
        codecommit.tag_resource(resourceArn=arn, tags={"aws:own": "x"})
    with refused("InvalidTagsMapException"):
        codecommit.tag_resource(resourceArn=arn, tags={"what?": "x"})
    with refused("TooManyTagsException"):
        codecommit.tag_resource(resourceArn=arn, tags={f"tag{number}": "" for number in range(51)})
    with refused("InvalidResourceArnException"):
        codecommit.list_tags_for_resource(resourceArn="arn:aws:s3:::shop")
    with refused("RepositoryDoesNotExistException"):
        codecommit.list_tags_for_resource(resourceArn=arn.replace("shop", "nowhere"))


def test_an_empty_repository_has_no_branch(codecommit: Any) -> None:
    codecommit.create_repository(repositoryName="shop")
    assert codecommit.list_branches(repositoryName="shop")["branches"] == []
    with refused("BranchDoesNotExistException", "Branch main does not exist"):
        codecommit.get_branch(repositoryName="shop", branchName="main")
    with refused("BranchDoesNotExistException"):
        codecommit.update_default_branch(repositoryName="shop", defaultBranchName="main")


@pytest.mark.parametrize("branch", ["a b", "a..b", "a~b", "a.lock", "/a", "-a"])
def test_bad_branch_names_are_refused(codecommit: Any, branch: str) -> None:
    codecommit.create_repository(repositoryName="shop")
    with refused("InvalidBranchNameException"):
        codecommit.get_branch(repositoryName="shop", branchName=branch)


def test_missing_members_have_their_own_errors(codecommit: Any) -> None:
    with refused("RepositoryNameRequiredException"):
        codecommit.get_branch(branchName="main")
