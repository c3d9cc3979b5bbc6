"""The roles of tasks keep what the revision that runs, or the one to go back to, needs"""

from typing import TYPE_CHECKING, Any

import pytest

from tests import roles

if TYPE_CHECKING:
    from tests.conftest import World

SECRET = "arn:aws:secretsmanager:eu-west-1:012345678901:secret:private-a1b2c3"
FILES = {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::settings/app.env"}]}
PRIVATE = {"repositoryCredentials": {"credentialsParameter": SECRET}}
LOGGED = {
    "logConfiguration": {
        "logDriver": "splunk",
        "options": {"splunk-url": "https://example.com"},
        "secretOptions": [{"name": "splunk-token", "valueFrom": SECRET}],
    }
}
SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "files": ({"aws": FILES}, "s3:GetObject"),
    "credentials": ({"aws": PRIVATE}, "secretsmanager:GetSecretValue"),
    "options": ({"logging": False, "aws": LOGGED}, "secretsmanager:GetSecretValue"),
    "secrets": ({"secrets": {"TOKEN": SECRET}}, "secretsmanager:GetSecretValue"),
    "image": (
        {"image": "012345678901.dkr.ecr.eu-west-1.amazonaws.com/private:1"}, "ecr:BatchGetImage"
    ),
}  # fmt: skip


def spec(**container: Any) -> dict[str, Any]:
    """A service whose container has some settings"""
    app = {"image": "nginx", "command": ["first"], **container}
    task = {"family": "web", "cpu": 256, "memory": 512, "containers": {"app": app}}
    service = {"subnets": ["subnet-0a1b2c3d"], "desired_count": 0, "task_definition": task}
    ecs = {"main": {"services": {"web": service}}}
    return {"pipectl": 1, "name": "keep", "region": "eu-west-1", "ecs": ecs}


def allowed(world: "World") -> set[str]:
    """The actions that the execution role allows"""
    found = roles.statements(world.client("iam"), "keep-eu-west-1-web-execution")
    return {action for statement in found for action in statement["Action"]}


def deployed(world: "World", **container: Any) -> None:
    """The service is made, and its deployment has ended; a second `create` changes nothing"""
    wanted = world.load(spec(**container))
    world.made(wanted)
    waiter = world.client("ecs").get_waiter("services_stable")
    waiter.wait(cluster="main", services=["web"], WaiterConfig={"Delay": 0, "MaxAttempts": 2000})
    assert world.create(wanted).writes == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_role_allows_what_running_tasks_need_until_the_deployment_after_the_next(
    world: "World", setting: str
) -> None:
    container, action = SETTINGS[setting]
    deployed(world, **container)
    deployed(world)
    assert action in allowed(world)
    deployed(world, command=["second"])
    deployed(world, command=["third"])
    assert action not in allowed(world)
