"""What cannot be done is said in the plan with the way out, and then nothing is written."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow
from pipectl.engine.values import Action
from pipectl.errors import AccessDenied, Declined, WrongUsage
from pipectl.kinds import KINDS

if TYPE_CHECKING:
    from tests.conftest import World

REGION = "ap-southeast-1"
Values = Callable[[str], dict[str, Any]]
Look = Callable[[str], dict[str, Any]]
KEY = "arn:aws:kms:eu-west-1:012345678901:key/99999999-2222-3333-4444-555555555555"


def obstacles(world: "World", described: dict[str, Any]) -> list[str]:
    (plan,) = world.plan(world.load(described))
    return [step.obstacle.message for step in plan.obstacles if step.obstacle]


def declined(world: "World", look: Look, described: dict[str, Any], region: str) -> Declined:
    """The refusal of a create, which must have written nothing"""
    before = look(region)
    with pytest.raises(Declined) as refused:
        world.create(world.load(described))
    assert look(region) == before
    return refused.value


def ecr_encryption(spec: dict[str, Any]) -> None:
    del spec["ecr"]["web"]["kms_key"]
    spec["ecr"]["web"]["encryption"] = "AES256"


def ecr_key(spec: dict[str, Any]) -> None:
    spec["ecr"]["web"]["kms_key"] = KEY


def launch_type(spec: dict[str, Any]) -> None:
    spec["ecs"]["machines"]["services"]["agent"]["launch_type"] = "EXTERNAL"


def scheduling(spec: dict[str, Any]) -> None:
    spec["ecs"]["machines"]["services"]["agent"]["scheduling_strategy"] = "REPLICA"


FIXED: dict[str, tuple[str, Callable[[dict[str, Any]], None], str]] = {
    "ecr encryption": (
        "repositories",
        ecr_encryption,
        "`encryption` of ecr repository `web` cannot be changed in place (KMS -> AES256)",
    ),
    "ecr key": (
        "repositories",
        ecr_key,
        (
            "`kms_key` of ecr repository `web` cannot be changed in place"
            f" ({KEY.replace('99999999', '11111111')} -> {KEY})"
        ),
    ),
    "launch type": (
        "services",
        launch_type,
        "`launch_type` of ecs service `machines/agent` cannot be changed in place (EC2 -> EXTERNAL)",
    ),
    "scheduling": (
        "services",
        scheduling,
        (
            "`scheduling_strategy` of ecs service `machines/agent` cannot be changed in place"
            " (DAEMON -> REPLICA)"
        ),
    ),
}


@pytest.mark.parametrize("case", FIXED.values(), ids=FIXED)
def test_what_cannot_be_changed_in_place_is_refused(
    world: "World",
    prepare: Callable[..., None],
    named: Callable[[str], Any],
    values: Values,
    look: Look,
    case: tuple[str, Callable[[dict[str, Any]], None], str],
) -> None:
    name, change, message = case
    described = values(name)
    prepare(named(name))
    world.made(world.load(described))
    change(described)
    described["tags"] = {"team": "other"}  # which could be changed, and is not
    assert obstacles(world, described) == [message]
    refused = declined(world, look, described, "eu-west-1")
    assert refused.message == message
    assert refused.hint


def test_a_role_in_another_place_is_refused(world: "World", values: Values, look: Look) -> None:
    name = "friendreminders-ap-southeast-1-FriendReminders-pipeline"
    trusts = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusts]})
    world.client("iam").create_role(RoleName=name, Path="/mine/", AssumeRolePolicyDocument=trust)
    refused = declined(world, look, values("friendreminders"), REGION)
    assert refused.message.startswith(f"`path` of iam role `{name}` cannot be changed in place (/mine/ -> ")
    assert "`role:`" in str(refused.hint)


def test_every_fixed_path_names_a_way_out() -> None:
    for kind in KINDS:
        for path, way_out in kind.fixed.items():
            assert path.replace(".", "_").isidentifier()
            assert len(way_out) > 20


def only_used(spec: dict[str, Any]) -> dict[str, Any]:
    """The tutorial's system, all of it only used"""
    spec["codecommit"]["FriendReminders"] = {"managed": False}
    spec["ecr"]["rails_app"] = {"managed": False}
    spec["ecs"]["friendreminders"] = {"managed": False, "services": {"remindersmgt": {"managed": False}}}
    spec["codebuild"]["FriendRemindersBuild"] = {"managed": False}
    spec["codepipeline"]["FriendReminders"] = {"managed": False}
    return spec


USED = [
    "codecommit repository `FriendReminders`",
    "ecr repository `rails_app`",
    "ecs cluster `friendreminders`",
    "ecs service `friendreminders/remindersmgt`",
    "codebuild project `FriendRemindersBuild`",
    "pipeline `FriendReminders`",
]


def test_what_is_only_used_must_exist(world: "World", values: Values, look: Look) -> None:
    described = only_used(values("friendreminders"))
    told = [f"{name} does not exist, and the spec only uses it" for name in USED]
    assert obstacles(world, described) == told
    refused = declined(world, look, described, REGION)
    assert refused.message == told[0]
    assert refused.hint == "create it first, correct its name, or describe it in the spec"


def test_what_is_only_used_is_never_written(world: "World", values: Values, look: Look) -> None:
    owner = values("friendreminders")
    world.made(world.load(owner))
    made = look(REGION)
    user = only_used(values("friendreminders"))
    user["name"] = "user"
    run = world.create(world.load(user))
    assert (run.lines, run.writes) == ([], [])
    assert look(REGION) == made


def reference(**wrong: str) -> dict[str, Any]:
    """A pipeline whose actions use what the spec does not describe"""
    names = {"repository": "code", "project": "build", "cluster": "prod", "service": "web"} | wrong
    actions: list[dict[str, Any]] = [
        {"name": "Source", "provider": "CodeCommit", "repository": names["repository"], "branch": "main"},
        {"name": "Build", "provider": "CodeBuild", "project": names["project"]},
        {"name": "Deploy", "provider": "ECS", "cluster": names["cluster"], "service": names["service"]},
    ]
    stages = [{"name": action["name"], "actions": [action]} for action in actions]
    return {"pipectl": 1, "name": "user", "region": "eu-west-1", "codepipeline": {"user": {"stages": stages}}}


def owner() -> dict[str, Any]:
    task = {"family": "web", "cpu": 256, "memory": 512, "containers": {"web": {"image": "example/web:1"}}}
    service = {"task_definition": task, "subnets": ["subnet-0a1b2c3d4e5f60718"]}
    return {
        "pipectl": 1,
        "name": "owner",
        "region": "eu-west-1",
        "codecommit": {"code": {}},
        "ecr": {"web": {}},
        "codebuild": {"build": {}},
        "ecs": {"prod": {"services": {"web": service}}},
    }


MISSING = {
    "repository": ({"repository": "nowhere"}, ["codecommit repository `nowhere`"]),
    "project": ({"project": "nowhere"}, ["codebuild project `nowhere`"]),
    "service": ({"service": "nowhere"}, ["ecs service `prod/nowhere`"]),
    "cluster": ({"cluster": "nowhere"}, ["ecs service `nowhere/web`"]),
    "all": (
        {"repository": "nowhere", "project": "nowhere", "cluster": "nowhere"},
        ["codecommit repository `nowhere`", "ecs service `nowhere/web`", "codebuild project `nowhere`"],
    ),
}


@pytest.mark.parametrize(("wrong", "missing"), MISSING.values(), ids=MISSING)
def test_a_name_that_the_spec_does_not_describe_must_exist_in_aws(
    world: "World", look: Look, wrong: dict[str, str], missing: list[str]
) -> None:
    world.made(world.load(owner()))
    told = [f"{name} does not exist, and the spec only uses it" for name in missing]
    assert obstacles(world, reference(**wrong)) == told
    declined(world, look, reference(**wrong), "eu-west-1")


def test_a_name_that_exists_in_aws_is_used(world: "World") -> None:
    world.made(world.load(owner()))
    spec = world.load(reference())
    world.made(spec)
    assert world.create(spec).writes == []


def test_an_image_repository_that_the_spec_does_not_describe_must_exist(world: "World") -> None:
    described = owner()
    described["name"] = "user"
    del described["ecr"]
    described["codecommit"] = {}
    described["codebuild"] = {"other": {"repository": "nowhere"}}
    described["ecs"] = {"other": described["ecs"]["prod"]}
    described["ecs"]["other"]["services"]["web"]["task_definition"]["containers"]["web"] = {
        "repository": "lost"
    }
    told = [
        f"ecr repository `{name}` does not exist, and the spec only uses it" for name in ("lost", "nowhere")
    ]
    assert sorted(obstacles(world, described)) == told


def test_a_spec_of_another_account_is_refused_before_anything_else(world: "World", values: Values) -> None:
    described = values("friendreminders") | {"account": "210987654321"}
    spec = world.load(described)
    world.server.requests.clear()
    with pytest.raises(Declined) as refused:
        world.create(spec)
    assert "is for account 210987654321, but these credentials are of 012345678901" in refused.value.message
    assert set(world.calls()) <= {"sts GetCallerIdentity"}


def test_one_spec_of_another_account_stops_them_all(world: "World", values: Values, look: Look) -> None:
    right = world.load(values("friendreminders"))
    file = world.folder / "other.yaml"
    file.write_text("pipectl: 1\nname: other\nregion: eu-west-1\naccount: '210987654321'\necr: {web: {}}\n")
    before = look(REGION)
    with pytest.raises(Declined):
        world.create(right, world.load(file))
    assert look(REGION) == before


def test_a_region_that_is_not_the_specs_is_refused(world: "World", values: Values) -> None:
    spec = world.load(values("friendreminders"))
    with pytest.raises(WrongUsage, match="says region ap-southeast-1, `--region` says eu-west-1"):
        flow.design([spec], world.connection, flow.Aws(region="eu-west-1"))


def test_a_spec_without_a_region_takes_the_configured_one(world: "World", values: Values) -> None:
    described = values("friendreminders")
    del described["region"]
    (plan,) = world.plan(world.load(described))
    assert (plan.region, plan.account) == ("eu-west-1", "012345678901")


def test_a_bucket_of_another_account_is_refused_with_a_way_out(world: "World", values: Values) -> None:
    world.fault(service="s3", code="AccessDenied", message="Access Denied", status=403)
    with pytest.raises(AccessDenied) as denied:
        world.plan(world.load(values("friendreminders")))
    assert "may belong to another account" in str(denied.value.hint)
    assert "artifact_bucket" in str(denied.value.hint)


def test_a_failed_target_of_a_rule_is_an_error_though_aws_answers_200(world: "World", values: Values) -> None:
    """PutTargets tells of its failures in the answer (API reference, PutTargets)"""
    from pipectl.kinds import rule

    spec = world.load(values("friendreminders"))
    (plan,) = world.plan(spec)
    step = next(step for step in plan.pending if step.resource.kind == "event rule")

    class Failing:
        account = world.connection.cloud(REGION).account

        def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
            if operation == "put_targets":
                entry = {
                    "TargetId": "pipeline",
                    "ErrorCode": "ManagedRuleException",
                    "ErrorMessage": "not yours",
                }
                return {"FailedEntryCount": 1, "FailedEntries": [entry]}
            return {}

    with pytest.raises(Exception, match="ManagedRuleException: not yours"):
        rule.KIND.create(Failing(), step.resource)


def test_one_failed_thing_does_not_hide_the_others_of_its_wave(world: "World", values: Values) -> None:
    spec = world.load(values("friendreminders"))
    world.fault(service="ecr", operation="CreateRepository", code="InvalidParameterException", message="no")
    run = world.create(spec)
    assert run.failed == ["failed ecr repository rails_app: AWS said InvalidParameterException: no"]
    tried = {outcome.step.resource.kind: outcome.result.value for outcome in run.outcomes}
    assert tried == {
        "codecommit repository": "done",
        "ecr repository": "failed",
        "log group": "done",
        "s3 bucket": "done",
        "iam role": "done",
        "ecs cluster": "done",
        "ecs service": "not tried",
        "codebuild project": "not tried",
        "event rule": "not tried",
        "pipeline": "not tried",
    }
    world.heal()
    assert world.made(spec).plans[0].count(Action.CREATE) == 5
