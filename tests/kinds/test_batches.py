"""Several specs in one run: read in batches, each in its own Region, carried out together."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipectl.engine.values import Action

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Values = Callable[[str], dict[str, Any]]


def copies(world: "World", values: Values, count: int) -> "list[Spec]":
    """Systems like the tutorial's, with numbered names"""
    found = []
    for number in range(count):
        text = str(values("friendreminders"))
        for name in ("friendreminders", "FriendReminders", "rails_app", "remindersmgt", "rails-compose"):
            text = text.replace(f"'{name}", f"'{name}{number}")
        file = world.folder / f"copy{number}.yaml"
        file.write_text(text, encoding="utf-8")
        found.append(world.load(file))
    return found


def test_reads_in_batches_do_not_grow_with_the_specs(world: "World", values: Values) -> None:
    one, *more = copies(world, values, 4)
    world.made(one, *more)
    alone = world.create(one).calls
    together = world.create(one, *more).calls
    grown = {call: together[call] / count for call, count in alone.items()}
    assert {call for call, growth in grown.items() if growth == 1} == {
        ("codecommit", "batch_get_repositories"),
        ("codebuild", "batch_get_projects"),
        ("ecr", "describe_repositories"),
        ("ecs", "describe_clusters"),
        ("logs", "describe_log_groups"),
    }
    assert max(grown.values()) == 4
    assert together.keys() == alone.keys()


def test_several_specs_of_one_run_are_made_and_then_quiet(
    world: "World", values: Values, look: Callable[[str], dict[str, Any]]
) -> None:
    specs = copies(world, values, 3)
    run = world.made(*specs)
    assert [plan.stack for plan in run.plans] == [f"friendreminders{number}" for number in range(3)]
    assert len({plan.count(Action.CREATE) for plan in run.plans}) == 1
    together = look("ap-southeast-1")
    assert world.create(*specs).writes == []
    world.server.reset()
    for spec in specs:
        world.made(spec)
    assert look("ap-southeast-1") == together


def test_a_repository_that_is_missing_among_many_is_found_out(world: "World", values: Values) -> None:
    """DescribeRepositories refuses the whole batch for one missing name (docs/aws/services.md, ECR)"""
    specs = copies(world, values, 3)
    world.made(*specs)
    world.client("ecr", "ap-southeast-1").delete_repository(repositoryName="rails_app1")
    run = world.made(*specs)
    assert run.lines == ["ecr repository rails_app1 create"]
    assert world.create(*specs).writes == []


def test_specs_of_different_regions_are_made_in_one_run(
    world: "World", values: Values, look: Callable[[str], dict[str, Any]]
) -> None:
    specs = copies(world, values, 1)
    described = values("friendreminders") | {"region": "eu-north-1", "name": "north"}
    north = world.load(described)
    run = world.made(*specs, north)
    assert [plan.region for plan in run.plans] == ["ap-southeast-1", "eu-north-1"]
    assert world.create(*specs, north).writes == []
    for region, name in (("ap-southeast-1", "FriendReminders0"), ("eu-north-1", "FriendReminders")):
        found = world.client("codepipeline", region).list_pipelines()["pipelines"]
        assert [pipeline["name"] for pipeline in found] == [name]


def test_one_spec_in_two_regions_makes_everything_twice(world: "World", values: Values) -> None:
    """IAM and S3 are one namespace for all Regions, so the names there hold the Region"""
    north = values("friendreminders") | {"region": "eu-north-1"}
    file = world.folder / "north.yaml"
    file.write_text(str(north), encoding="utf-8")
    both = world.load(values("friendreminders")), world.load(file)
    run = world.made(*both)
    assert [plan.count(Action.CREATE) for plan in run.plans] == [14, 14]
    assert len(world.client("iam").list_roles(PathPrefix="/pipectl/")["Roles"]) == 8
    assert len(world.client("s3").list_buckets()["Buckets"]) == 2
    assert world.create(*both).writes == []


def test_a_failure_in_one_spec_lets_the_wave_of_the_others_end(world: "World", values: Values) -> None:
    specs = copies(world, values, 2)
    world.fault(service="ecs", operation="CreateCluster", times=1, code="InvalidParameterException")
    run = world.create(*specs)
    results = Counter(outcome.result.value for outcome in run.outcomes)
    assert results["failed"] == 1
    assert results["done"] == 19
    world.heal()
    world.made(*specs)
    assert world.create(*specs).writes == []


def test_no_call_is_sent_twice_when_nothing_is_to_do(world: "World", values: Values) -> None:
    """The server sees no answer asked for again; budgets.md"""
    spec = world.load(values("friendreminders"))
    world.made(spec)
    calls = world.create(spec).calls
    assert calls.total() <= 32
    assert max(calls.values()) == 4  # one for each of the four roles
