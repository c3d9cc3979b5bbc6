"""Leaving: what the stack owns goes, what holds something stays, what is others' is not touched."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow, leaving
from pipectl.engine.removal import Wishes
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Plan
from pipectl.errors import PipectlError
from pipectl.kinds import KINDS, service_removal
from tests.conftest import Run

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Look = Callable[[str], dict[str, Any]]
Prepare = Callable[..., None]
Values = Callable[[str], dict[str, Any]]
Named = Callable[[str], Path]

REGION = "ap-southeast-1"
BUCKET = "friendreminders-artifacts-012345678901-ap-southeast-1"
ALL = Wishes(contents=frozenset({"images", "artifacts", "code"}))
PARTS = 4
MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}'
DOCUMENT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'


def destroy(world: "World", spec: "Spec", wishes: Wishes = ALL) -> Run:
    """Plan the leaving and carry it out"""
    before = world._counts()  # noqa: SLF001  the counts that World.create takes
    stacks = flow.design([spec], world.connection, flow.Aws())
    plans = leaving.plan(stacks, wishes, world.said.append)
    outcomes = tuple(leaving.apply(plans, stacks, world.connection, lambda _: None))
    return Run(plans, outcomes, world._counts() - before)  # noqa: SLF001


def gone(world: "World", spec: "Spec", wishes: Wishes = ALL) -> Run:
    """Destroy until all is done: a cluster waits for its services, and here the clock need not"""
    first = run = destroy(world, spec, wishes)
    for _ in range(3):
        if not run.failed:
            break
        assert all("ClusterContains" in each for each in run.failed), run.failed
        world.server.world.clock.advance(120)
        run = destroy(world, spec, wishes)
    assert run.failed == []
    return first


def told(plans: tuple[Plan, ...], action: Action) -> dict[str, str]:
    """The things with this action, and what is said of them"""
    return {
        f"{step.resource.kind} {step.resource.name}": "; ".join(remark.text for remark in step.remarks)
        for plan in plans
        for step in plan.steps
        if step.action is action and step.before is not None
    }


def without_revisions(account: dict[str, Any]) -> dict[str, Any]:
    """AWS remembers clusters and families that are gone; what counts is active"""
    return {name: what for name, what in account.items() if "INACTIVE" not in str(what)}


def test_everything_that_a_spec_makes_goes_again(
    world: "World", prepare: Prepare, look: Look, file: Path
) -> None:
    prepare(file)
    spec = world.load(file)
    before = look(str(spec.region))
    world.made(spec)
    gone(world, spec)
    assert without_revisions(look(str(spec.region))) == before
    second = destroy(world, spec)
    assert (second.writes, second.failed) == ([], [])


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("last_has_effect", [True, False])
def test_a_destroy_cut_off_at_any_call_is_finished_by_the_next(
    world: "World", look: Look, named: Named, part: int, last_has_effect: bool
) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    whole = gone(world, spec)
    planning = whole.calls.total() - len(whole.writes) - 1
    for calls in range(planning + part, whole.calls.total() + 1, PARTS):
        world.server.reset()
        world.made(spec)
        refusal = {"code": "AccessDenied", "status": 403}
        last = [{"after": calls, "times": 1, "after_effect": True, **refusal}] if last_has_effect else []
        world.server.faults.order([*last, {"after": calls, **refusal}])
        with suppress(PipectlError):  # the plan needs answers too
            destroy(world, spec)
        world.heal()
        gone(world, spec)
        assert without_revisions(look(REGION)) == {}, f"cut after {calls} calls"
        assert destroy(world, spec).writes == []


def test_a_creation_that_was_cut_off_leaves_nothing_behind(world: "World", look: Look, named: Named) -> None:
    spec = world.load(named("friendreminders"))
    whole = world.made(spec)
    for calls in range(whole.calls.total() - len(whole.writes), whole.calls.total(), 2):
        world.server.reset()
        world.server.faults.order([{"after": calls, "code": "AccessDenied", "status": 403}])
        with suppress(PipectlError):
            world.create(spec)
        world.heal()
        gone(world, spec)
        assert without_revisions(look(REGION)) == {}, f"cut after {calls} calls"


ORDER = (
    {"DeleteRule", "DeletePipeline"},
    {"DeleteProject", "DeleteService", "DeregisterTaskDefinition"},
    {"DeleteCluster", "DeleteRole", "DeleteBucket", "DeleteLogGroup", "DeleteRepository"},
)


def test_what_starts_runs_goes_first_and_what_runs_need_last(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    world.server.requests.clear()
    gone(world, spec)
    wave = {operation: number for number, operations in enumerate(ORDER) for operation in operations}
    sent = [each.partition(" ")[2] for each in world.calls()]
    waves = [wave[operation] for operation in sent if operation in wave]
    assert (waves, set(wave) - set(sent)) == (sorted(waves), set())


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"aws": {"runningCount": 1}, "revisions": []}, "1 running task stops"),
        ({"aws": {"runningCount": 2}, "revisions": None}, "2 running tasks stop"),
        ({"aws": {"runningCount": 0}, "revisions": ["web:1"]}, "1 revision is deregistered"),
        ({"revisions": ["web:1", "web:2"]}, "2 revisions are deregistered"),
        ({"aws": {"runningCount": 0}}, None),
    ],
)
def test_what_goes_with_a_service_is_told(before: dict[str, Any], said: str | None) -> None:
    assert service_removal.loses(before) == said


def fill(world: "World") -> None:
    """Code, an image, and an artifact that has been replaced"""
    world.client("events", REGION).disable_rule(Name="FriendReminders-Source")  # a run would bring artifacts
    world.client("codecommit", REGION).put_file(
        repositoryName="FriendReminders", branchName="master", filePath="a", fileContent=b"a"
    )
    world.client("ecr", REGION).put_image(repositoryName="rails_app", imageManifest=MANIFEST, imageTag="v1")
    s3 = world.client("s3", REGION)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=BUCKET, Key="build/out.zip", Body=body)
    s3.delete_object(Bucket=BUCKET, Key="build/out.zip")
    s3.create_multipart_upload(Bucket=BUCKET, Key="never-ended")


HOLDING = {
    "codecommit repository FriendReminders": "stays: it holds 1 branch of code; `--code` deletes that too",
    "ecr repository rails_app": "stays: it holds 1 image; `--images` deletes that too",
    f"s3 bucket {BUCKET}": "stays: it holds 2 objects; `--artifacts` deletes that too",
}


def test_what_holds_something_stays_until_its_option_says_otherwise(
    world: "World", look: Look, named: Named
) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    fill(world)
    assert told(gone(world, spec, Wishes()).plans, Action.KEEP) == HOLDING
    assert destroy(world, spec, Wishes()).writes == []
    for option, name in (("images", "ecr"), ("code", "codecommit"), ("artifacts", "s3")):
        run = destroy(world, spec, Wishes(contents=frozenset({option})))
        assert run.failed == []
        assert [each.partition(" ")[0] for each in told(run.plans, Action.DELETE)] == [name]
    assert without_revisions(look(REGION)) == {}


def test_what_is_not_ours_is_never_touched(world: "World", look: Look, values: Values) -> None:
    world.client("ecr", REGION).create_repository(
        repositoryName="rails_app", tags=[{"Key": OWNER_TAG, "Value": "billing"}]
    )
    world.client("logs", REGION).create_log_group(logGroupName="/ecs/rails-compose")
    before = look(REGION)
    run = gone(world, world.load(values("friendreminders")))
    assert run.writes == []
    assert look(REGION) == before
    assert told(run.plans, Action.KEEP) == {
        "ecr repository rails_app": "stays: it belongs to the stack `billing`",
        "log group /ecs/rails-compose": "stays: no stack owns it",
    }


def test_an_adopted_thing_loses_our_tags_and_stays(world: "World", look: Look, named: Named) -> None:
    ecr = world.client("ecr", REGION)
    arn = ecr.create_repository(repositoryName="rails_app", tags=[{"Key": "team", "Value": "a"}])[
        "repository"
    ]["repositoryArn"]
    spec = world.load(named("friendreminders"))
    world.made(spec)
    tags = {each["Key"]: each["Value"] for each in ecr.list_tags_for_resource(resourceArn=arn)["tags"]}
    assert tags == {"team": "a", OWNER_TAG: "friendreminders", ADOPTED_TAG: "true"}
    run = gone(world, spec)
    assert list(told(run.plans, Action.RELEASE)) == ["ecr repository rails_app"]
    assert ecr.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "team", "Value": "a"}]
    assert list(without_revisions(look(REGION))) == [arn]
    assert destroy(world, spec).writes == []


def test_every_adopted_thing_can_be_released(world: "World", look: Look, named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    stacks = flow.design([spec], world.connection, flow.Aws())
    for step in leaving.plan(stacks, ALL, world.said.append)[0].steps:
        kind = next(kind for kind in KINDS if kind.name == step.resource.kind)
        kind.release(stacks[0].cloud, step)
    names = set(look(REGION))
    second = destroy(world, spec)
    assert second.writes == []
    assert set(told(second.plans, Action.KEEP).values()) == {"stays: no stack owns it"}
    assert set(look(REGION)) == names


def test_an_adopted_thing_that_is_named_goes(world: "World", look: Look, named: Named) -> None:
    world.client("ecr", REGION).create_repository(repositoryName="rails_app")
    spec = world.load(named("friendreminders"))
    world.made(spec)
    gone(world, spec, Wishes(adopted=frozenset({("ecr repository", "rails_app")})))
    assert without_revisions(look(REGION)) == {}


def test_what_is_kept_keeps_what_it_uses(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    kept = ("ecs service", "friendreminders/remindersmgt")
    run = gone(world, spec, Wishes(keep=frozenset({kept})))
    used = "stays: ecs service `friendreminders/remindersmgt` stays and uses it"
    assert told(run.plans, Action.KEEP) == {
        "ecs service friendreminders/remindersmgt": "stays: `--keep` names it",
        "ecs cluster friendreminders": used,
        "ecr repository rails_app": used,
        "log group /ecs/rails-compose": used,
        "iam role friendreminders-ap-southeast-1-remindersmgt-execution": used,
    }
    ecs = world.client("ecs", REGION)
    assert len(ecs.list_task_definitions()["taskDefinitionArns"]) == 1
    gone(world, spec)
    assert ecs.list_task_definitions()["taskDefinitionArns"] == []


def test_a_rule_that_stays_alone_says_that_its_pipeline_goes(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    rule = ("event rule", "FriendReminders-Source")
    run = gone(world, spec, Wishes(ALL.contents, keep=frozenset({rule})))
    assert told(run.plans, Action.KEEP) == {
        "event rule FriendReminders-Source": (
            "stays: `--keep` names it; it starts pipeline `FriendReminders`, which goes"
        ),
        "iam role friendreminders-ap-southeast-1-FriendReminders-events": (
            "stays: event rule `FriendReminders-Source` stays and uses it"
        ),
    }
    again = destroy(world, spec, Wishes(keep=frozenset({rule})))
    assert (again.writes, told(again.plans, Action.KEEP)["event rule FriendReminders-Source"]) == (
        [],
        "stays: `--keep` names it",
    )


def test_a_kept_project_keeps_no_cluster_that_is_called_like_the_stack(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    kept = frozenset({("codebuild project", "FriendRemindersBuild")})
    kinds = [each.partition(" ")[0] for each in told(gone(world, spec, Wishes(keep=kept)).plans, Action.KEEP)]
    assert sorted(kinds) == ["codebuild", "ecr", "iam", "log"]


def test_an_adopted_pipeline_keeps_all_that_it_works_with(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    world.client("codepipeline", REGION).tag_resource(
        resourceArn=f"arn:aws:codepipeline:{REGION}:012345678901:FriendReminders",
        tags=[{"key": ADOPTED_TAG, "value": "true"}],
    )
    run = destroy(world, spec)
    assert run.writes == ["codepipeline untag_resource"]
    assert list(told(run.plans, Action.RELEASE)) == ["pipeline FriendReminders"]
    assert told(run.plans, Action.DELETE) == {}
    kept = told(run.plans, Action.KEEP)
    starts = "stays: it starts pipeline `FriendReminders`, which stays"
    assert kept["event rule FriendReminders-Source"] == starts
    assert (
        kept["ecs service friendreminders/remindersmgt"]
        == "stays: pipeline `FriendReminders` stays and uses it"
    )
    build = "codebuild project `FriendRemindersBuild` stays and uses it"
    assert kept["log group /aws/codebuild/FriendRemindersBuild"] == f"stays: {build}"
    assert destroy(world, spec).writes == []


def test_a_cluster_with_others_services_stays(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    ecs = world.client("ecs", REGION)
    network = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
    family = "rails-compose"
    ecs.create_service(
        cluster="friendreminders", serviceName="other", taskDefinition=family, desiredCount=0,
        launchType="FARGATE", networkConfiguration=network,
    )  # fmt: skip
    run = gone(world, spec)
    assert told(run.plans, Action.KEEP) == {
        "ecs cluster friendreminders": "stays: 1 more service lives in it"
    }


def test_stacks_that_go_together_leave_no_cluster_behind(world: "World", values: Values) -> None:
    guest = values("friendreminders")
    host = world.load(values("friendreminders"))
    service = guest["ecs"]["friendreminders"]["services"]["remindersmgt"]
    service["task_definition"] = {
        "family": "guest", "cpu": 256, "memory": 512,
        "containers": {"web": {"image": "public.ecr.aws/shop/web:1"}},
    }  # fmt: skip
    cluster = {"managed": False, "services": {"guest": service}}
    world.made(host)
    lodger = world.load(
        {"pipectl": 1, "name": "guest", "region": REGION, "ecs": {"friendreminders": cluster}}
    )
    world.made(lodger)
    stacks = flow.design([host, lodger], world.connection, flow.Aws())
    plans = leaving.plan(stacks, ALL, world.said.append)
    assert told(plans, Action.KEEP) == {}
    assert told(leaving.plan(stacks[:1], ALL, world.said.append), Action.KEEP) == {
        "ecs cluster friendreminders": "stays: 1 more service lives in it"
    }


def test_a_role_that_others_use_says_what_is_on_it(world: "World", named: Named) -> None:
    spec = world.load(named("friendreminders"))
    world.made(spec)
    role = "friendreminders-ap-southeast-1-FriendReminders-events"
    world.client("iam").put_role_policy(RoleName=role, PolicyName="theirs", PolicyDocument=DOCUMENT)
    failed = [each for each in destroy(world, spec).outcomes if each.error]
    (outcome,) = [each for each in failed if each.step.resource.kind == "iam role"]
    assert outcome.step.resource.name == role
    assert outcome.error
    assert outcome.error.hint == "take away what others put on it first: theirs"


def renamed(values: Values, world: "World") -> "tuple[Spec, Spec]":
    before = values("friendreminders")
    after = values("friendreminders")
    after["ecs"]["friendreminders"]["services"]["other"] = after["ecs"]["friendreminders"]["services"].pop(
        "remindersmgt"
    )
    after["codepipeline"]["FriendReminders"]["stages"][2]["actions"][0]["service"] = "other"
    after["ecr"]["second"] = {}
    before["ecr"]["third"] = {}
    return world.load(before), world.load(after)


def test_what_the_spec_no_longer_names_is_an_orphan_and_is_pruned(world: "World", values: Values) -> None:
    before, after = renamed(values, world)
    world.made(before)
    world.made(after)
    stacks = flow.design([after], world.connection, flow.Aws())
    plans = leaving.with_orphans(stacks, world.said.append)
    assert [each.key for each in plans[0].orphans] == [
        ("ecr repository", "third"),
        ("iam role", "friendreminders-ap-southeast-1-remindersmgt-execution"),
        ("ecs service", "friendreminders/remindersmgt"),
    ]
    assert plans[0].pending == ()
    going = leaving.prune(stacks, plans, Wishes())
    outcomes = list(leaving.apply(going, stacks, world.connection, lambda _: None))
    assert [str(each.error) for each in outcomes if each.error] == []
    assert leaving.with_orphans(stacks, world.said.append)[0].orphans == ()
    active = world.client("ecs", REGION).list_task_definitions()["taskDefinitionArns"]
    assert active, "the family is that of the service that took its place"
    assert world.create(after).writes == []


def test_a_destroy_takes_orphans_along(world: "World", look: Look, values: Values) -> None:
    before, after = renamed(values, world)
    world.made(before)
    world.made(after)
    gone(world, after)
    assert without_revisions(look(REGION)) == {}


def test_roles_of_the_same_stack_in_another_region_are_no_orphans(world: "World", values: Values) -> None:
    here, there = values("friendreminders"), values("friendreminders")
    there["region"] = "eu-west-1"
    first = world.load(here)
    world.made(first)
    world.made(world.load(there))
    stacks = flow.design([first], world.connection, flow.Aws())
    assert leaving.with_orphans(stacks, world.said.append)[0].orphans == ()


@pytest.mark.parametrize("operation", ["GetResources", "ListRoles"])
def test_who_may_not_look_for_orphans_learns_of_none(world: "World", values: Values, operation: str) -> None:
    before, after = renamed(values, world)
    world.made(before)
    world.made(after)
    world.fault(operation=operation, code="AccessDeniedException", status=400, message="not you")
    stacks = flow.design([after], world.connection, flow.Aws())
    (plan,) = leaving.with_orphans(stacks, world.said.append)
    assert {each.kind == "iam role" for each in plan.orphans} == {operation == "GetResources"}
    assert world.said == ["what the spec no longer names was not looked for: not you"]
