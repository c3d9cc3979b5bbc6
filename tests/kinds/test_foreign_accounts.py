"""What cannot work between two accounts is a conflict of the plan also where the spec states no account."""

from typing import TYPE_CHECKING, Any

import pytest

from pipectl.errors import Declined

if TYPE_CHECKING:
    from tests.conftest import World

READS = ("BatchGet", "Describe", "Get", "Head", "List")
THEIRS = "arn:aws:iam::999988887777:role/theirs"


def stack(**action: Any) -> dict[str, Any]:
    """A pipeline whose second action is another account's"""
    source = {"provider": "S3", "bucket": "sources", "key": "app.zip", "poll": True}
    stages = [
        {"name": "Source", "actions": [source]},
        {"name": "Next", "actions": [{**action, "role": THEIRS}]},
    ]
    pipeline = {"codepipeline": {"shop": {"stages": stages}}}
    return {"pipectl": 1, "name": "shop", "region": "eu-west-1", **pipeline}


def image(account: str) -> dict[str, Any]:
    registry = f"{account}.dkr.ecr.eu-west-1.amazonaws.com"
    project = {"buildspec": "b.yml", "image": f"{registry}/builder:1", "image_pull_credentials": "CODEBUILD"}
    return {"pipectl": 1, "name": "shop", "region": "eu-west-1", "codebuild": {"app": project}}


CASES: dict[str, dict[str, Any]] = {
    "whose builds cannot hand over artifacts": stack(provider="CodeBuild", project="theirs"),
    "which cannot read artifacts without a customer key": stack(provider="ECS", cluster="c", service="s"),
    "which CodeBuild's own credentials cannot read": image("999988887777"),
}


@pytest.mark.parametrize("words", CASES)
def test_what_cannot_work_between_two_accounts_is_a_conflict(world: "World", words: str) -> None:
    with pytest.raises(Declined) as refused:
        world.create(world.load(CASES[words]))
    assert words in refused.value.message
    assert refused.value.hint
    sent = [call.split()[1] for call in world.calls()]
    assert [operation for operation in sent if not operation.startswith(READS)] == []


def test_what_works_between_two_accounts_is_no_conflict(world: "World") -> None:
    call = stack(provider="Lambda", function="theirs")
    build = stack(provider="CodeBuild", project="theirs", outputs=[])
    build["codepipeline"]["shop"]["encryption_key"] = (
        "arn:aws:kms:eu-west-1:012345678901:key/11111111-2222-3333-4444-555555555555"
    )
    for described in (call, build, image(world.account)):
        (plan,) = world.plan(world.load(described))
        assert not plan.obstacles
