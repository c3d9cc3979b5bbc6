"""The image belongs to the pipeline: the spec owns everything else of a service (design, section 1)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import World

REGION = "ap-southeast-1"
SERVICE = {"cluster": "friendreminders", "service": "remindersmgt"}
DEPLOYED = "012345678901.dkr.ecr.ap-southeast-1.amazonaws.com/rails_app:fa3c91"
NAME = "ecs service friendreminders/remindersmgt"
Values = Callable[[str], dict[str, Any]]


@pytest.fixture
def ecs(world: "World") -> Any:
    return world.client("ecs", REGION)


def definition_in_use(ecs: Any) -> dict[str, Any]:
    (service,) = ecs.describe_services(cluster="friendreminders", services=["remindersmgt"])["services"]
    found: dict[str, Any] = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    return dict(found["taskDefinition"])


def images(ecs: Any) -> dict[str, str]:
    containers = definition_in_use(ecs)["containerDefinitions"]
    return {container["name"]: container["image"] for container in containers}


def revisions(ecs: Any) -> list[int]:
    arns = ecs.list_task_definitions(familyPrefix="rails-compose")["taskDefinitionArns"]
    return [int(arn.rpartition(":")[2]) for arn in arns]


REGISTERED = ("family", "networkMode", "executionRoleArn", "cpu", "memory", "requiresCompatibilities",
              "containerDefinitions")  # fmt: skip


def deploy(ecs: Any, image: str = DEPLOYED) -> None:
    """What CodePipeline's ECS action does: the service's own definition with another image"""
    now = definition_in_use(ecs)
    params = {key: now[key] for key in REGISTERED}
    params["containerDefinitions"][0]["image"] = image
    new = ecs.register_task_definition(**params)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(**SERVICE, taskDefinition=new)


@pytest.fixture
def described(values: Values) -> dict[str, Any]:
    return values("friendreminders")


@pytest.fixture
def task(described: dict[str, Any]) -> dict[str, Any]:
    """The task definition in the described system"""
    service = described["ecs"]["friendreminders"]["services"]["remindersmgt"]
    return dict(service)["task_definition"]  # type: ignore[no-any-return]  # YAML


def test_a_deployed_image_is_no_difference(world: "World", ecs: Any, described: dict[str, Any]) -> None:
    spec = world.load(described)
    world.made(spec)
    deploy(ecs)
    run = world.create(spec)
    assert (run.lines, run.writes) == ([], [])
    assert images(ecs) == {"rails": DEPLOYED}


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("cpu", 512, "cpu: 256 -> 512"),
        ("memory", 1024, "memory: 512 -> 1024"),
        ("architecture", "ARM64", "architecture: X86_64 -> ARM64"),
    ],
)
def test_a_changed_definition_keeps_the_deployed_image(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any], key: str, value: Any, line: str
) -> None:
    world.made(world.load(described))
    deploy(ecs)
    task |= {"cpu": 512, "memory": 1024, key: value} if key == "cpu" else {key: value}
    run = world.made(world.load(described))
    assert f"{NAME} task_definition.{line}" in run.lines
    assert run.writes == ["ecs register_task_definition", "ecs update_service"]
    assert images(ecs) == {"rails": DEPLOYED}
    assert revisions(ecs) == [1, 2, 3]
    assert definition_in_use(ecs)["revision"] == 3
    assert world.create(world.load(described)).writes == []


def test_the_plan_says_whose_the_image_is(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    world.made(world.load(described))
    deploy(ecs)
    task["containers"]["rails"]["environment"] = {"RAILS_ENV": "production"}
    (plan,) = world.plan(world.load(described))
    (step,) = plan.pending
    assert [remark.text for remark in step.remarks] == [
        "image rails_app:fa3c91 stays: it belongs to the pipeline",
        "a new revision of rails-compose; 2 tasks are replaced",
    ]
    assert not any(remark.asks for remark in step.remarks)


def test_an_equal_definition_is_not_registered_again(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    """Somebody rolled the service back to the first revision; the wanted one is the newest already"""
    world.made(world.load(described))
    task["containers"]["rails"]["environment"] = {"RAILS_ENV": "production"}
    spec = world.load(described)
    world.made(spec)
    ecs.update_service(**SERVICE, taskDefinition="rails-compose:1")
    run = world.made(spec)
    assert run.lines == [f"{NAME} task_definition.containers.rails.environment.RAILS_ENV: None -> production"]
    assert run.writes == ["ecs update_service"]
    assert revisions(ecs) == [1, 2]


def test_a_revision_that_nobody_uses_yet_is_taken_when_the_service_is_made(
    world: "World", ecs: Any, described: dict[str, Any]
) -> None:
    spec = world.load(described)
    world.made(spec)
    ecs.delete_service(**SERVICE, force=True)
    world.server.world.clock.advance(3600)
    wait_until_gone(ecs)
    run = world.made(spec)
    assert run.writes == ["ecs create_service"]
    assert revisions(ecs) == [1]


def wait_until_gone(ecs: Any) -> None:
    for _ in range(1000):
        (service,) = ecs.describe_services(cluster="friendreminders", services=["remindersmgt"])["services"]
        if service["status"] == "INACTIVE":
            return
    raise AssertionError(service["status"])


def test_a_service_is_first_made_with_the_latest_image(
    world: "World", ecs: Any, described: dict[str, Any]
) -> None:
    spec = world.load(described)
    (plan,) = world.plan(spec)
    step = next(step for step in plan.steps if step.resource.kind == "ecs service")
    assert [remark.text for remark in step.remarks] == [
        "`rails_app:latest` is not there yet; tasks start when the pipeline has deployed one"
    ]
    world.made(spec)
    assert images(ecs) == {"rails": "012345678901.dkr.ecr.ap-southeast-1.amazonaws.com/rails_app:latest"}


def test_a_first_image_may_be_named_and_is_then_the_pipelines(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    task["containers"]["rails"]["image"] = "public.ecr.aws/nginx/nginx:1.29"
    world.made(world.load(described))
    assert images(ecs) == {"rails": "public.ecr.aws/nginx/nginx:1.29"}
    deploy(ecs)
    task["containers"]["rails"]["image"] = "public.ecr.aws/nginx/nginx:1.30"
    assert world.create(world.load(described)).lines == []
    assert images(ecs) == {"rails": DEPLOYED}


def with_sidecar(task: dict[str, Any], image: str) -> None:
    task["containers"]["proxy"] = {"image": image, "essential": False}


def test_the_image_of_a_sidecar_is_the_specs(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    with_sidecar(task, "public.ecr.aws/nginx/nginx:1.29")
    world.made(world.load(described))
    deploy(ecs)
    with_sidecar(task, "public.ecr.aws/nginx/nginx:1.30")
    run = world.made(world.load(described))
    assert run.lines == [
        (
            f"{NAME} task_definition.containers.proxy.image:"
            " public.ecr.aws/nginx/nginx:1.29 -> public.ecr.aws/nginx/nginx:1.30"
        )
    ]
    assert images(ecs) == {"rails": DEPLOYED, "proxy": "public.ecr.aws/nginx/nginx:1.30"}


def test_a_new_container_brings_its_own_image_and_the_others_keep_theirs(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    world.made(world.load(described))
    deploy(ecs)
    with_sidecar(task, "public.ecr.aws/nginx/nginx:1.29")
    world.made(world.load(described))
    assert images(ecs) == {"rails": DEPLOYED, "proxy": "public.ecr.aws/nginx/nginx:1.29"}


def test_a_renamed_container_starts_with_its_first_image(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    world.made(world.load(described))
    deploy(ecs)
    task["containers"]["web"] = task["containers"].pop("rails")
    world.made(world.load(described))
    assert images(ecs) == {"web": "012345678901.dkr.ecr.ap-southeast-1.amazonaws.com/rails_app:latest"}


def test_a_changed_family_keeps_the_deployed_image(
    world: "World", ecs: Any, described: dict[str, Any], task: dict[str, Any]
) -> None:
    world.made(world.load(described))
    deploy(ecs)
    task["family"] = "rails"
    world.made(world.load(described))
    assert images(ecs) == {"rails": DEPLOYED}
    assert world.create(world.load(described)).writes == []


def lone(image: str) -> dict[str, Any]:
    task = {"family": "agent", "cpu": 256, "memory": 512, "containers": {"agent": {"image": image}}}
    service = {"task_definition": task, "subnets": ["subnet-0a1b2c3d4e5f60718"]}
    return {
        "pipectl": 1,
        "name": "agents",
        "region": REGION,
        "ecs": {"agents": {"services": {"agent": service}}},
    }


def test_the_image_of_a_service_that_no_pipeline_deploys_is_the_specs(world: "World") -> None:
    world.made(world.load(lone("public.ecr.aws/example/agent:1")))
    run = world.made(world.load(lone("public.ecr.aws/example/agent:2")))
    assert run.lines == [
        (
            "ecs service agents/agent task_definition.containers.agent.image:"
            " public.ecr.aws/example/agent:1 -> public.ecr.aws/example/agent:2"
        )
    ]


def test_the_count_is_left_alone_unless_it_is_stated(
    world: "World", ecs: Any, described: dict[str, Any]
) -> None:
    service = described["ecs"]["friendreminders"]["services"]["remindersmgt"]
    del service["desired_count"]
    world.made(world.load(described))
    assert count(ecs) == 1
    ecs.update_service(**SERVICE, desiredCount=5)
    assert world.create(world.load(described)).writes == []
    service["task_definition"]["containers"]["rails"]["environment"] = {"RAILS_ENV": "production"}
    world.made(world.load(described))
    assert count(ecs) == 5
    service["desired_count"] = 2
    run = world.made(world.load(described))
    assert run.lines == [f"{NAME} desired_count: 5 -> 2"]
    assert count(ecs) == 2


def count(ecs: Any) -> int:
    (service,) = ecs.describe_services(cluster="friendreminders", services=["remindersmgt"])["services"]
    return int(service["desiredCount"])


def test_no_update_sends_what_does_not_differ(world: "World", ecs: Any, described: dict[str, Any]) -> None:
    """UpdateService with a network, even the same, starts a deployment (docs/aws/codepipeline.md, 1.3)"""
    world.made(world.load(described))
    before = deployments(ecs)
    described["ecs"]["friendreminders"]["services"]["remindersmgt"]["desired_count"] = 3
    world.made(world.load(described))
    assert deployments(ecs) == before


def deployments(ecs: Any) -> list[str]:
    (service,) = ecs.describe_services(cluster="friendreminders", services=["remindersmgt"])["services"]
    return [deployment["id"] for deployment in service["deployments"]]
