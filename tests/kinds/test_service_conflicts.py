"""Changes of services that AWS refuses are conflicts of the plan, and then nothing is written."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.errors import Declined

if TYPE_CHECKING:
    from tests.conftest import World

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:012345678901:targetgroup/web/0123456789abcdef"
READS = ("BatchGet", "Describe", "Get", "Head", "List")
Change = Callable[[dict[str, Any]], None]


def shop(controller: str | None = None, **service: Any) -> dict[str, Any]:
    """A stack with one service, `main/web`, behind a load balancer"""
    web = {
        "task_definition": {
            "family": "web",
            "cpu": 256,
            "memory": 512,
            "containers": {"web": {"image": "public.ecr.aws/example/web:1", "ports": [80]}},
        },
        "subnets": ["subnet-0a1b2c3d4e5f60718"],
        "load_balancer": {"target_group": GROUP, "container": "web", "port": 80},
        "desired_count": 1,
        **({"deployment_controller": controller} if controller else {}),
        **service,
    }
    providers = ["FARGATE", "FARGATE_SPOT"]
    cluster = {"capacity_providers": providers, "services": {"web": web}}
    return {"pipectl": 1, "name": "shop", "region": "eu-west-1", "ecs": {"main": cluster}}


def with_pipeline(described: dict[str, Any]) -> dict[str, Any]:
    """The stack with a pipeline whose ECS action deploys to the service"""
    source = {"provider": "S3", "bucket": "sources", "key": "app.zip", "poll": True}
    deploy = {"provider": "ECS", "cluster": "main", "service": "web"}
    stages = [{"name": "Source", "actions": [source]}, {"name": "Deploy", "actions": [deploy]}]
    return {**described, "codepipeline": {"shop": {"stages": stages}}}


def web(described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = described["ecs"]["main"]["services"]["web"]
    return found


def declined(world: "World", described: dict[str, Any]) -> str:
    """The conflict of a create, which must have written nothing"""
    before = len(world.calls())
    with pytest.raises(Declined) as refused:
        world.create(world.load(described))
    sent = [call.split()[1] for call in world.calls()[before:]]
    assert sent
    assert [operation for operation in sent if not operation.startswith(READS)] == []
    assert refused.value.hint
    return refused.value.message


def cpu(spec: dict[str, Any]) -> None:
    web(spec)["task_definition"]["cpu"] = 512
    web(spec)["task_definition"]["memory"] = 1024


def environment(spec: dict[str, Any]) -> None:
    web(spec)["task_definition"]["containers"]["web"]["environment"] = {"A": "1"}


def subnets(spec: dict[str, Any]) -> None:
    web(spec)["subnets"] = ["subnet-0b1c2d3e4f5a60718"]


def platform(spec: dict[str, Any]) -> None:
    web(spec)["platform_version"] = "1.4.0"


def strategy(spec: dict[str, Any]) -> None:
    web(spec)["capacity_provider_strategy"] = [{"capacity_provider": "FARGATE_SPOT", "weight": 1}]


CODE_DEPLOY: dict[str, Change] = {
    "task_definition.cpu": cpu,
    "task_definition.containers.web.environment.A": environment,
    "subnets": subnets,
    "platform_version": platform,
    "capacity_provider_strategy.FARGATE_SPOT.weight": strategy,
}


@pytest.mark.parametrize("path", CODE_DEPLOY)
def test_what_codedeploy_changes_is_a_conflict(world: "World", path: str) -> None:
    described = shop("CODE_DEPLOY")
    world.made(world.load(described))
    CODE_DEPLOY[path](described)
    message = declined(world, described)
    assert message.startswith(f"`{path}`")
    assert message.endswith(
        "of ecs service `main/web` cannot be changed by UpdateService: its deployment controller is "
        "CODE_DEPLOY"
    )


def test_a_service_of_task_sets_takes_no_task_definition(world: "World") -> None:
    described = shop()
    world.made(world.load({**described, "ecs": {"main": {}}}))
    world.client("ecs").create_service(
        cluster="main", serviceName="web", deploymentController={"type": "EXTERNAL"}, desiredCount=1
    )
    message = declined(world, described)
    assert message.startswith("`task_definition.family`, ")
    assert message.endswith("its deployment controller is EXTERNAL")


@pytest.mark.parametrize(
    "change",
    [
        {"desired_count": 3},
        {"health_check_grace_seconds": 30},
        {"propagate_tags": "SERVICE"},
        {"tags": {"team": "shop"}},
        {"deployment": {"minimum_healthy_percent": 50}},
    ],
    ids=lambda change: str(next(iter(change))),
)
def test_the_rest_of_a_service_of_codedeploy_is_changed(world: "World", change: dict[str, Any]) -> None:
    described = shop("CODE_DEPLOY")
    world.made(world.load(described))
    web(described).update(change)
    assert world.made(world.load(described)).writes
    assert world.create(world.load(described)).writes == []


def test_an_ecs_action_on_a_service_of_codedeploy_is_a_conflict(world: "World") -> None:
    described = shop("CODE_DEPLOY")
    world.made(world.load(described))
    del web(described)["deployment_controller"]  # the spec leaves it open, AWS knows it
    assert declined(world, with_pipeline(described)) == (
        "an ECS action deploys to ecs service `main/web`, whose deployment controller is CODE_DEPLOY"
    )


def test_an_ecs_action_on_somebody_elses_service_of_codedeploy_is_a_conflict(world: "World") -> None:
    world.made(world.load(shop("CODE_DEPLOY")))
    used = with_pipeline({"pipectl": 1, "name": "other", "region": "eu-west-1"})
    assert "whose deployment controller is CODE_DEPLOY" in declined(world, used)


def test_a_service_of_the_same_name_in_another_region_is_another_service(world: "World") -> None:
    world.made(world.load(shop("CODE_DEPLOY")))
    used = with_pipeline({"pipectl": 1, "name": "other", "region": "eu-west-1"})
    used["codepipeline"]["shop"]["stages"][1]["actions"][0]["region"] = "us-east-1"
    used["codepipeline"]["shop"]["artifact_buckets"] = {"us-east-1": "there"}
    (plan,) = world.plan(world.load(used))
    assert not plan.obstacles


def test_a_service_that_is_rebalanced_cannot_go_to_a_hundred_percent(world: "World") -> None:
    described = shop()
    world.made(world.load(described))
    web(described)["deployment"] = {"minimum_healthy_percent": 50, "maximum_percent": 100}
    assert "rebalances its tasks between Availability Zones" in declined(world, described)
    web(described)["availability_zone_rebalancing"] = "DISABLED"
    assert world.made(world.load(described)).writes == ["ecs update_service"]


def test_a_service_that_is_rebalanced_spreads_over_zones_first(world: "World") -> None:
    described = shop(launch_type="EC2")
    world.made(world.load(described))
    web(described)["aws"] = {"placementStrategy": [{"type": "binpack", "field": "memory"}]}
    assert "spreads over them first" in declined(world, described)
    web(described)["availability_zone_rebalancing"] = "DISABLED"
    assert world.made(world.load(described)).writes == ["ecs update_service"]


def test_another_strategy_replaces_the_tasks_and_says_so(world: "World") -> None:
    described = shop(desired_count=2)
    world.made(world.load(described))
    for change in (strategy, lambda spec: web(spec).pop("capacity_provider_strategy")):
        change(described)
        (plan,) = world.plan(world.load(described))
        told = [remark.text for step in plan.pending for remark in step.remarks]
        assert told == ["a new deployment; 2 tasks are replaced"]
        world.made(world.load(described))
        assert world.create(world.load(described)).writes == []
