"""The execution role that pipectl makes starts tasks that need everything, and none without a permission"""

from typing import Any

import pytest

from tests.permissions.rehearsal import Rehearsal
from tests.permissions.test_builds import PRIVATE, image
from tests.permissions.test_denials import ACCOUNT, REGION
from tests.permissions.test_tasks import AUTH, PULL, RETRIED
from tests.shop import until

Shape = dict[str, Any]
PUBLIC = "public.ecr.aws/shop/web:1"
FILE = f"arn:aws:s3:::files-{ACCOUNT}/web.env"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/tools"


class Service:
    """A service whose containers need all that an execution role may be needed for"""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.ecs = rehearsal.aws("ecs")
        image(rehearsal)
        rehearsal.aws("ssm").put_parameter(Name="/shop/splunk", Value="v", Type="String")
        secrets = rehearsal.aws("secretsmanager")
        self.hub = secrets.create_secret(Name="hub", SecretString="v")["ARN"]
        self.key = secrets.create_secret(Name="key", SecretString="v")["ARN"]
        rehearsal.create(self._spec())
        (role,) = [
            role["RoleName"]
            for role in rehearsal.aws("iam").list_roles()["Roles"]
            if role["RoleName"].endswith("-execution")
        ]
        self.role = str(role)

    def task(self) -> Shape:
        """A new task, as it stands when it runs or has stopped"""
        network = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
        (task,) = self.ecs.run_task(
            cluster="shop", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
        )["tasks"]

        def settled() -> Any:
            (found,) = self.ecs.describe_tasks(cluster="shop", tasks=[task["taskArn"]])["tasks"]
            return found if found["lastStatus"] in ("RUNNING", "STOPPED") else None

        return dict(until(settled))

    def _spec(self) -> Shape:
        splunk = {
            "logDriver": "splunk",
            "options": {"splunk-url": "https://splunk.example"},
            "secretOptions": [{"name": "splunk-token", "valueFrom": "/shop/splunk"}],
        }
        containers = {
            "app": {
                "image": PRIVATE,
                "secrets": {"KEY": self.key},
                "aws": {"environmentFiles": [{"type": "s3", "value": FILE}]},
            },
            "hub": {
                "image": "docker.io/shop/private:1",
                "essential": False,
                "aws": {"repositoryCredentials": {"credentialsParameter": self.hub}},
            },
            "agent": {
                "image": PUBLIC,
                "essential": False,
                "logging": False,
                "aws": {"logConfiguration": splunk},
            },
        }
        definition = {"family": "web", "cpu": 256, "memory": 512, "containers": containers}
        service = {
            "task_definition": definition,
            "desired_count": 0,
            "subnets": ["subnet-0a1b2c3d4e5f60718"],
        }
        return {
            "pipectl": 1,
            "name": "shop",
            "region": REGION,
            "ecs": {"shop": {"services": {"web": service}}},
        }


@pytest.fixture
def service(rehearsal: Rehearsal) -> Service:
    return Service(rehearsal)


def test_a_task_starts_with_the_execution_role_that_is_made(service: Service) -> None:
    task = service.task()
    assert task["lastStatus"] == "RUNNING", task["stoppedReason"]


FILES = "ResourceInitializationError: failed to download env files: "
LOGS = "ResourceInitializationError: failed to validate logger args: create stream "
REASONS = {
    "ecr:GetAuthorizationToken": f"{AUTH}unable to retrieve ecr registry auth: {RETRIED}",
    **{
        f"{action} {REPOSITORY}": "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        for action in PULL
    },
    "secretsmanager:GetSecretValue KEY": f"{AUTH}unable to retrieve secret from asm: {RETRIED}",
    "secretsmanager:GetSecretValue HUB": f"{AUTH}unable to get registry auth from asm: {RETRIED}",
    f"ssm:GetParameters arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/splunk": (
        f"{AUTH}unable to retrieve secrets from ssm: {RETRIED}"
    ),
    f"s3:GetObject {FILE}": FILES,
    f"s3:GetBucketLocation {FILE.partition('/')[0]}": FILES,
    "logs:CreateLogStream": LOGS,
}


@pytest.mark.parametrize("permission", REASONS)
def test_no_task_starts_when_the_execution_role_lacks_a_permission(service: Service, permission: str) -> None:
    action, _, resource = permission.partition(" ")
    resource = {"KEY": service.key, "HUB": service.hub}.get(resource, resource)
    refuse_one(service, action, resource)
    task = service.task()
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith(REASONS[permission])
    assert f"is not authorized to perform: {action} on resource: " in task["stoppedReason"]
    assert resource in task["stoppedReason"]


def refuse_one(service: Service, action: str, resource: str) -> None:
    """Take the action away from one resource only: statements merge the resources of equal actions"""
    rehearsal, role = service.rehearsal, service.role
    rest = [
        name
        for statement in rehearsal.statements(role)
        if action in statement["Action"]
        for name in statement["Resource"]
        if name != resource
    ]
    rehearsal.take_away(role, action, resource)
    if resource and rest:
        rehearsal.give(role, {"Effect": "Allow", "Action": [action], "Resource": rest})
