"""The least policy: every call of real runs is allowed by it, and nothing stands in it that none needs."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cfnlint
import pytest

from pipectl import blame, flow, leaving
from pipectl.aws import policy_parts
from pipectl.aws.permissions import Purpose
from pipectl.engine.removal import Wishes
from pipectl.kinds import KINDS
from pipectl.review import policy
from tests.review.judge import EVERY, Door, Judge, allowed

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Values = Callable[[str], dict[str, Any]]
ALL = Wishes(contents=frozenset({"images", "artifacts", "code"}))
REGION = "ap-southeast-1"
BUCKET = "friendreminders-artifacts-012345678901-ap-southeast-1"


def plan(world: "World", spec: "Spec") -> None:
    leaving.with_orphans(flow.design([spec], world.connection, flow.Aws()), world.said.append)


def blamed(world: "World", spec: "Spec") -> None:
    stacks = flow.design([spec], world.connection, flow.Aws())
    blame.with_blame(flow.plan(stacks), stacks, world.connection, str, world.said.append)


def create(world: "World", spec: "Spec") -> None:
    plan(world, spec)
    world.made(spec)


def destroy(world: "World", spec: "Spec") -> None:
    """Until all is done: a cluster waits for its services, and here the clock need not"""
    for _ in range(3):
        stacks = flow.design([spec], world.connection, flow.Aws())
        everything = replace(ALL, adopted=frozenset(each.key for each in stacks[0].resources))
        plans = leaving.plan(stacks, everything, world.said.append)
        outcomes = list(leaving.apply(plans, stacks, world.connection, lambda _: None))
        if not any(each.error for each in outcomes):
            return
        world.server.world.clock.advance(120)
    raise AssertionError([str(each.error) for each in outcomes if each.error])


def changed(spec: dict[str, Any]) -> dict[str, Any]:
    """Another value for something of every kind"""
    spec["tags"] = {"team": "reminders"}
    spec["codecommit"]["FriendReminders"]["description"] = "Reminders for friends"
    spec["ecr"]["rails_app"] |= {"keep_images": 10, "scan_on_push": False}
    cluster = spec["ecs"]["friendreminders"]
    cluster |= {"container_insights": "enabled", "capacity_providers": ["FARGATE"]}
    service = cluster["services"]["remindersmgt"]
    service["task_definition"]["containers"]["rails"]["environment"] = {"RAILS_ENV": "production"}
    service["log_retention_days"] = 30
    spec["codebuild"]["FriendRemindersBuild"]["compute"] = "BUILD_GENERAL1_LARGE"
    stages = spec["codepipeline"]["FriendReminders"]["stages"]
    stages[0]["actions"][0]["branch"] = "main"
    stages[1]["transition"] = "enabled"
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    return spec


def released(world: "World", spec: "Spec") -> None:
    """Take our tags off everything"""
    stacks = flow.design([spec], world.connection, flow.Aws())
    for step in leaving.plan(stacks, ALL, world.said.append)[0].steps:
        kind = next(kind for kind in KINDS if kind.name == step.resource.kind)
        kind.release(stacks[0].cloud, step)


def meddle(world: "World") -> None:
    """What people do by hand, and `create` puts right"""
    role = "friendreminders-ap-southeast-1-FriendRemindersBuild-build"
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    world.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document)
    world.client("events", REGION).disable_rule(Name="FriendReminders-Source")
    gate = {"pipelineName": "FriendReminders", "stageName": "Build", "transitionType": "Inbound"}
    world.client("codepipeline", REGION).disable_stage_transition(**gate, reason="by hand")


MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}'


def fill(world: "World") -> None:
    """Code, an image, artifacts in several versions, and an upload that never ended"""
    world.client("events", REGION).disable_rule(Name="FriendReminders-Source")  # a run would bring artifacts
    world.client("codecommit", REGION).put_file(
        repositoryName="FriendReminders", branchName="main", filePath="a", fileContent=b"a"
    )
    world.client("ecr", REGION).put_image(repositoryName="rails_app", imageManifest=MANIFEST, imageTag="v1")
    s3 = world.client("s3", REGION)
    s3.put_object(Bucket=BUCKET, Key="before.zip", Body=b"0")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET, Key="build/out.zip", Body=b"1")
    s3.create_multipart_upload(Bucket=BUCKET, Key="never-ended")


def hold_a_role(world: "World", *, held: bool) -> None:
    role = {"RoleName": "friendreminders-ap-southeast-1-FriendReminders-events", "PolicyName": "theirs"}
    if held:
        document = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
        )
        world.client("iam").put_role_policy(**role, PolicyDocument=document)
    else:
        world.client("iam").delete_role_policy(**role)


def test_every_call_of_a_stacks_life_is_allowed_and_every_action_is_needed(
    watched: "World", door: "Door", values: Values
) -> None:
    before, after = watched.load(values("friendreminders")), watched.load(changed(values("friendreminders")))
    judge = Judge(door, watched.account, after)
    with judge.only(Purpose.PLAN):
        plan(watched, before)
    with judge.only(Purpose.CREATE):
        create(watched, before)
        create(watched, after)
    meddle(watched)
    with judge.only(Purpose.PLAN):
        blamed(watched, after)
    with judge.only(Purpose.CREATE):
        create(watched, after)
    with judge.only(Purpose.DESTROY):
        released(watched, after)
    with judge.only(Purpose.CREATE):
        create(watched, after)
    watched.client("ecs", REGION).delete_service(
        cluster="friendreminders", service="remindersmgt", force=True
    )
    with judge.only(Purpose.PLAN):
        plan(watched, after)
    hold_a_role(watched, held=True)
    with judge.only(Purpose.DESTROY), pytest.raises(AssertionError, match="DeleteConflict"):
        destroy(watched, after)
    hold_a_role(watched, held=False)
    with judge.only(Purpose.CREATE):
        create(watched, after)
    fill(watched)
    with judge.only(Purpose.DESTROY):
        destroy(watched, after)
    assert judge.denied == []
    assert judge.unused(Purpose.PLAN | Purpose.CREATE | Purpose.DESTROY) == set()


def test_whatever_a_spec_says_its_calls_are_allowed(
    watched: "World", door: "Door", prepare: Callable[..., None], file: Path
) -> None:
    prepare(file)
    spec = watched.load(file)
    judge = Judge(door, watched.account, spec)
    with judge.only(Purpose.CREATE):
        create(watched, spec)
    with judge.only(Purpose.PLAN):
        plan(watched, spec)
    with judge.only(Purpose.DESTROY):
        destroy(watched, spec)
    assert judge.denied == []


def test_an_orphan_that_the_policy_does_not_name_is_told_by_its_tag(
    watched: "World", door: Door, values: Values
) -> None:
    before = values("friendreminders")
    before["ecr"]["old_app"] = {}
    watched.made(watched.load(before))
    spec = watched.load(values("friendreminders"))
    judge = Judge(door, watched.account, spec)
    with judge.only(Purpose.PLAN):
        stacks = flow.design([spec], watched.connection, flow.Aws())
        (planned,) = leaving.with_orphans(stacks, watched.said.append)
    assert [each.key for each in planned.orphans] == [("ecr repository", "old_app")]
    assert judge.denied
    assert {each.rpartition("/")[2] for each in judge.denied} == {"old_app"}


def test_an_alias_opens_the_key_that_it_stands_for(world: "World", values: Values) -> None:
    described = values("friendreminders")
    alias = "arn:aws:kms:ap-southeast-1:012345678901:alias/images"
    described["ecr"]["rails_app"] |= {"encryption": "KMS", "kms_key": alias}
    (statement,) = [
        each
        for each in allowed(world.load(described), world.account, Purpose.CREATE)
        if "kms:CreateGrant" in each["Action"]
    ]
    assert statement["Resource"] == ["arn:aws:kms:ap-southeast-1:012345678901:key/*"]
    assert statement["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/images"}}


def second(spec: dict[str, Any]) -> dict[str, Any]:
    """A stack with a pipeline of its own, which uses what the tutorial's stack has made"""
    spec["name"] = "second"
    only_used: dict[str, Any] = {"managed": False}
    spec["codecommit"] = {"FriendReminders": only_used}
    spec["ecr"] = {}
    spec["codebuild"] = {"FriendRemindersBuild": only_used}
    spec["ecs"] = {"friendreminders": {**only_used, "services": {"remindersmgt": only_used}}}
    spec["codepipeline"]["Second"] = spec["codepipeline"]["FriendReminders"]
    spec["codepipeline"]["Second"]["stages"][0]["actions"][0]["event_rule"] = "FriendReminders-Source"
    spec["codepipeline"]["FriendReminders"] = only_used
    return spec


def test_what_a_spec_only_uses_is_looked_at_and_never_written(
    watched: "World", door: "Door", values: Values
) -> None:
    watched.made(watched.load(values("friendreminders")))
    spec = watched.load(second(values("friendreminders")))
    judge = Judge(door, watched.account, spec)
    with judge.only(Purpose.CREATE):
        create(watched, spec)
    with judge.only(Purpose.DESTROY):
        destroy(watched, spec)
    assert judge.denied == []
    writing = [
        f"{action} {arn}"
        for statement in allowed(spec, watched.account, Purpose.CREATE | Purpose.DESTROY)
        for action, arn in _pairs(statement)
        if not re.match(r"(Get|List|Describe|BatchGet|Lookup)", action.partition(":")[2])
        if re.search(r"FriendReminders|remindersmgt|/friendreminders$", arn)
    ]
    assert writing == []


REFERENCE = json.loads(
    (Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json").read_text(encoding="utf-8")
)
"""The Service Authorization Reference, as cfn-lint carries it."""


def test_actions_and_resources_are_those_of_the_service_authorization_reference(
    world: "World", file: Path
) -> None:
    wrong = [
        f"{action} on {resource}"
        for statement in allowed(world.load(file), world.account, EVERY)
        for action in statement["Action"]
        for resource in statement["Resource"]
        if not _is_known(action, resource)
    ]
    assert wrong == []


def _is_known(action: str, resource: str) -> bool:
    service, _, name = action.partition(":")
    types = REFERENCE[service]["Actions"][name.lower()].get("Resources")
    if types is None or resource == "*":
        return types is None and resource == "*"
    formats = [
        shape for each in types for shape in REFERENCE[service]["Resources"][each.lower()]["ARNFormats"]
    ]
    return any(re.fullmatch(re.sub(r"\$\{\w+\}", "[^:]*", shape), resource) for shape in formats)


def test_exactly_the_roles_that_are_handed_over_may_be_passed(world: "World", values: Values) -> None:
    statements = allowed(world.load(values("full")), world.account, EVERY)
    passed = {
        (resource.rpartition("/")[2], statement["Condition"]["StringEquals"]["iam:PassedToService"])
        for statement in statements
        if "iam:PassRole" in statement["Action"]
        for resource in statement["Resource"]
    }
    assert passed == {
        ("shop-eu-west-1-shop-api-build-build", "codebuild.amazonaws.com"),
        ("shop-eu-west-1-shop-api-test-build", "codebuild.amazonaws.com"),
        ("shop-eu-west-1-shop-worker-build-build", "codebuild.amazonaws.com"),
        ("shop-eu-west-1-shop-api-pipeline", "codepipeline.amazonaws.com"),
        ("shop-eu-west-1-shop-worker-pipeline", "codepipeline.amazonaws.com"),
        ("shop-eu-west-1-shop-staging-api-execution", "ecs-tasks.amazonaws.com"),
        ("shop-eu-west-1-shop-production-api-execution", "ecs-tasks.amazonaws.com"),
        ("shop-eu-west-1-worker-execution", "ecs-tasks.amazonaws.com"),
        ("shop-worker-task", "ecs-tasks.amazonaws.com"),
        ("shop-eu-west-1-shop-api-events", "events.amazonaws.com"),
    }
    pairs = [tuple(each["Action"]) for each in statements if "iam:PassRole" in each["Action"]]
    assert set(pairs) == {("iam:PassRole",)}


def test_each_purpose_takes_no_more_than_all_of_them(world: "World", file: Path) -> None:
    spec = world.load(file)
    whole = {(action, arn) for each in allowed(spec, world.account, EVERY) for action, arn in _pairs(each)}
    for purpose in Purpose:
        part = {
            (action, arn) for each in allowed(spec, world.account, purpose) for action, arn in _pairs(each)
        }
        assert part < whole
    reading = {
        action.partition(":")[2]
        for each in allowed(spec, world.account, Purpose.PLAN)
        for action in each["Action"]
    }
    assert not [
        each for each in reading if not each.startswith(("Get", "List", "Describe", "BatchGet", "Lookup"))
    ]


def _pairs(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((action, arn) for action in statement["Action"] for arn in statement["Resource"])


def test_documents_are_short_enough_for_managed_policies_and_lose_nothing(world: "World", file: Path) -> None:
    statements = allowed(world.load(file), world.account, EVERY)
    documents = policy.documents(statements)
    assert all(policy_parts.size(each) <= policy_parts.MANAGED for each in documents)
    assert [pair for one in documents for each in one["Statement"] for pair in _pairs(each)] == [
        pair for each in statements for pair in _pairs(each)
    ]


def test_a_statement_that_is_too_long_alone_is_cut_between_its_resources() -> None:
    resources = [f"arn:aws:ecr:eu-west-1:012345678901:repository/{number:060}" for number in range(200)]
    long = {"Sid": "A", "Effect": "Allow", "Action": ["ecr:TagResource"], "Resource": resources}
    documents = policy.documents([long])
    assert len(documents) > 2
    assert all(policy_parts.size(each) <= policy_parts.MANAGED for each in documents)
    assert [arn for one in documents for each in one["Statement"] for arn in each["Resource"]] == resources
    sids = [each["Sid"] for one in documents for each in one["Statement"]]
    assert len(set(sids)) == len(sids)


def test_a_sid_stands_once_and_is_alphanumeric(world: "World", file: Path) -> None:
    statements = policy.joined([allowed(world.load(file), world.account, EVERY)] * 2)
    sids = [each["Sid"] for each in statements]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)
    assert statements == allowed(world.load(file), world.account, EVERY)
