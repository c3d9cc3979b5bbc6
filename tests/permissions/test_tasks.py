"""What the ECS agent may not do in the execution role's name stops the task, with AWS's reason"""

from typing import TYPE_CHECKING, Any

import pytest

from tests import roles
from tests.roles import allow
from tests.shop import until

if TYPE_CHECKING:
    from tests.conftest import World

ACCOUNT, REGION = "012345678901", "eu-west-1"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop:1"
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
AUTH = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
    "failed: "
)
RETRIED = "service call has been retried 1 time(s): "
MEDIA = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = '{"schemaVersion": 2, "config": {"digest": "sha256:' + "0" * 64 + '"}, "layers": []}'


class Tasks:
    """Tasks of one container, whose execution role is made with all that they need but one permission"""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.secret = world.client("secretsmanager").create_secret(Name="key", SecretString="v")["ARN"]
        world.client("ssm").put_parameter(Name="/shop/key", Value="v", Type="String")
        world.client("logs").create_log_group(logGroupName="/shop")
        ecr = world.client("ecr")
        ecr.create_repository(repositoryName="shop")
        ecr.put_image(
            repositoryName="shop", imageManifest=MANIFEST, imageTag="1", imageManifestMediaType=MEDIA
        )
        self.ecs = world.client("ecs")
        self.ecs.create_cluster(clusterName="shop")

    def stopped(self, missing: str) -> dict[str, Any]:
        """The task, as it stands when its role lacks a permission; "" takes nothing away"""
        granted = {
            "secretsmanager:GetSecretValue": self.secret,
            "ssm:GetParameters": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/key",
            "ecr:GetAuthorizationToken": "*",
            **dict.fromkeys(PULL, REPOSITORY),
            "logs:CreateLogStream": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop:*",
            "s3:GetBucketLocation": "arn:aws:s3:::files",
            "s3:GetObject": "arn:aws:s3:::files/web.env",
        }
        statements = [allow(action, on=on) for action, on in granted.items() if action != missing]
        role = roles.make(self.world.client("iam"), "execution", "ecs-tasks", statements=tuple(statements))
        self.ecs.register_task_definition(**self._definition(role))
        network = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
        (task,) = self.ecs.run_task(
            cluster="shop", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
        )["tasks"]
        arn = task["taskArn"]

        def settled() -> Any:
            (found,) = self.ecs.describe_tasks(cluster="shop", tasks=[arn])["tasks"]
            return found if found["lastStatus"] in ("RUNNING", "STOPPED") else None

        return dict(until(settled))

    def _definition(self, role: str) -> dict[str, Any]:
        options = {"awslogs-group": "/shop", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
        container = {
            "name": "web",
            "image": IMAGE,
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            "secrets": [
                {"name": "A", "valueFrom": self.secret},
                {"name": "B", "valueFrom": "/shop/key"},
            ],
            "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::files/web.env"}],
        }
        return {
            "family": "web",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": role,
            "containerDefinitions": [container],
        }


@pytest.fixture
def tasks(world: "World") -> Tasks:
    return Tasks(world)


def test_a_task_whose_role_may_all_that_it_needs_runs(tasks: Tasks) -> None:
    task = tasks.stopped("")
    assert task["lastStatus"] == "RUNNING", task["stoppedReason"]


REASONS = {
    "secretsmanager:GetSecretValue": f"{AUTH}unable to retrieve secret from asm: {RETRIED}failed to fetch",
    "ssm:GetParameters": f"{AUTH}unable to retrieve secrets from ssm: {RETRIED}AccessDeniedException: ",
    "ecr:GetAuthorizationToken": f"{AUTH}unable to retrieve ecr registry auth: {RETRIED}",
    **dict.fromkeys(
        PULL,
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): ",
    ),
    "logs:CreateLogStream": "ResourceInitializationError: failed to validate logger args: create stream ",
    "s3:GetObject": "ResourceInitializationError: failed to download env files: ",
}


@pytest.mark.parametrize("permission", REASONS)
def test_a_task_whose_role_lacks_a_permission_stops_with_its_reason(tasks: Tasks, permission: str) -> None:
    task = tasks.stopped(permission)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith(REASONS[permission])
    identity = task["taskArn"].rpartition("/")[2]
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/execution/{identity}"
    assert f"{who} is not authorized to perform: {permission}" in task["stoppedReason"]
