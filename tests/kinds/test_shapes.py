"""What AWS answers otherwise than it was asked is no difference; what somebody else changed still is one."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World


@pytest.fixture
def made(world: "World", named: Callable[[str], Path], prepare: Callable[..., None]) -> "Spec":
    """The spec of all shapes, created"""
    prepare(named("shapes"))
    spec = world.load(named("shapes"))
    world.made(spec)
    return spec


def test_what_others_change_in_other_shapes_is_planned_and_put_right(world: "World", made: "Spec") -> None:
    codepipeline, kms = world.client("codepipeline"), world.client("kms")
    declared = codepipeline.get_pipeline(name="default-trigger")["pipeline"]
    declared["triggers"][0]["gitConfiguration"]["push"][0]["branches"]["includes"] = ["other"]
    codepipeline.update_pipeline(pipeline=declared)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    world.client("codebuild").update_project(name="kbuild1", encryptionKey=other)
    planned = [line.partition(": ")[0] for line in world.made(made).lines]
    assert planned == [
        "codebuild project kbuild1 encryption_key",
        "pipeline default-trigger triggers",
    ]
    assert world.create(made).writes == []


def test_service_connect_is_compared_where_aws_tells_it(world: "World", made: "Spec") -> None:
    world.client("servicediscovery").create_http_namespace(Name="elsewhere")
    world.client("ecs").update_service(
        cluster="capc",
        service="connected",
        serviceConnectConfiguration={"enabled": True, "namespace": "elsewhere"},
    )
    planned = [line.partition(": ")[0] for line in world.made(made).lines]
    assert planned[0] == "ecs service capc/connected service_connect.namespace"
    assert world.create(made).writes == []


def test_an_alias_of_the_same_key_is_no_change_and_that_of_another_is(world: "World", made: "Spec") -> None:
    kms = world.client("kms")
    kms.update_alias(AliasName="alias/code", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    planned = [line.partition(": ")[0] for line in world.made(made).lines]
    assert planned == ["codecommit repository src kms_key"]
    assert world.create(made).writes == []


def test_a_secret_that_aws_hides_is_told_and_no_change(world: "World", made: "Spec") -> None:
    (plan,) = world.plan(made)
    told = [remark.text for step in plan.steps for remark in step.remarks]
    assert plan.pending == ()
    assert told == ["OAuthToken of action Source/GitHub cannot be compared: AWS shows no secrets"]
