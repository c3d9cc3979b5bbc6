from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = (
    "The specified task definition does not exist. Specify a valid account, family, revision and try again."
)


def test_every_registration_makes_the_next_revision(
    ecs: Any, account: str, register: Callable[..., str]
) -> None:
    assert register() == f"arn:aws:ecs:eu-west-1:{account}:task-definition/web:1"
    assert register().endswith(":2")
    assert ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"] == 2


def test_the_server_fills_in_its_defaults(ecs: Any, account: str, register: Callable[..., str]) -> None:
    register({"healthCheck": {"command": ["CMD", "true"]}, "portMappings": [{"containerPort": 80}]})
    task = ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    container = task["containerDefinitions"][0]
    assert container["essential"] is True
    assert container["cpu"] == 0
    assert container["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert container["healthCheck"] == {
        "command": ["CMD", "true"],
        "interval": 30,
        "timeout": 5,
        "retries": 3,
    }
    lists = ("environment", "mountPoints", "volumesFrom", "systemControls")
    assert [container[member] for member in lists] == [[], [], [], []]
    assert task["volumes"] == task["placementConstraints"] == []
    assert task["status"] == "ACTIVE"
    assert task["compatibilities"] == ["EC2", "MANAGED_INSTANCES", "FARGATE"]
    assert task["registeredBy"] == f"arn:aws:iam::{account}:root"
    assert "registeredAt" in task
    assert "runtimePlatform" not in task


def test_a_bridge_gets_its_port_from_docker(ecs: Any) -> None:
    container = {"name": "web", "image": "nginx", "memory": 128, "portMappings": [{"containerPort": 80}]}
    task = ecs.register_task_definition(family="old", containerDefinitions=[container])["taskDefinition"]
    assert task["networkMode"] == "bridge"
    assert task["containerDefinitions"][0]["portMappings"][0]["hostPort"] == 0
    assert task["compatibilities"] == ["EXTERNAL", "EC2"]


def test_what_a_container_instance_must_be_able_to_is_derived(
    ecs: Any, account: str, register: Callable[..., str]
) -> None:
    options = {"awslogs-group": "g", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "p"}
    register(
        {
            "image": f"{account}.dkr.ecr.eu-west-1.amazonaws.com/app:1",
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            "secrets": [{"name": "KEY", "valueFrom": "/shop/key"}],
        }
    )
    task = ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert {each["name"] for each in task["requiresAttributes"]} == {
        "com.amazonaws.ecs.capability.docker-remote-api.1.18",
        "com.amazonaws.ecs.capability.docker-remote-api.1.19",
        "com.amazonaws.ecs.capability.ecr-auth",
        "com.amazonaws.ecs.capability.logging-driver.awslogs",
        "ecs.capability.execution-role-awslogs",
        "ecs.capability.execution-role-ecr-pull",
        "ecs.capability.secrets.ssm.environment-variables",
        "ecs.capability.task-eni",
    }


@pytest.mark.parametrize(
    ("cpu", "memory", "told"),
    [
        ("1 vCPU", "2 GB", ("1024", "2048")),
        (".25 vcpu", "0.5GB", ("256", "512")),
        ("512", "1024", ("512", "1024")),
    ],
)
def test_sizes_come_back_as_plain_numbers(
    ecs: Any, register: Callable[..., str], cpu: str, memory: str, told: tuple[str, str]
) -> None:
    register(cpu=cpu, memory=memory)
    task = ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert (task["cpu"], task["memory"]) == told


def test_the_environment_comes_back_in_another_order(ecs: Any, register: Callable[..., str]) -> None:
    register({"environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]})
    container = ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["containerDefinitions"][
        0
    ]
    assert [each["name"] for each in container["environment"]] == ["A", "B"]


REFUSED = {
    "no awsvpc": ({}, {"networkMode": None}, "Fargate only supports network mode ‘awsvpc’."),
    "no cpu": ({}, {"cpu": None}, "Fargate requires that 'cpu' be defined at the task level."),
    "no memory": ({}, {"memory": None}, "Fargate requires that 'memory' be defined at the task level."),
    "a cpu that Fargate lacks": ({}, {"cpu": "300"}, "Invalid 'cpu' setting for task."),
    "a cpu that is no number": ({}, {"cpu": "much"}, "Invalid 'cpu' setting for task."),
    "a pair that Fargate lacks": (
        {},
        {"memory": "4096"},
        "No Fargate configuration exists for given values.",
    ),
    "no role for the logs": (
        {
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p"},
            }
        },
        {"executionRoleArn": None},
        "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    ),
    "no role for ECR": (
        {"image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1"},
        {"executionRoleArn": None},
        "Fargate requires task definition to have execution role ARN to support ECR images.",
    ),
    "a malformed role": ({}, {"taskRoleArn": "arn:aws:iam::1:user/x"}, "Role is not valid"),
    "no stream prefix": (
        {
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "g", "awslogs-region": "r"},
            }
        },
        {},
        "Fargate requires log driver awslogs to have the option awslogs-stream-prefix.",
    ),
    "no log group": (
        {"logConfiguration": {"logDriver": "awslogs", "options": {}}},
        {},
        "Log driver awslogs requires options: awslogs-region, awslogs-group",
    ),
    "a log driver that Fargate lacks": (
        {"logConfiguration": {"logDriver": "syslog"}},
        {},
        "syslog is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]",
    ),
    "two ports": (
        {"portMappings": [{"containerPort": 80, "hostPort": 8080}]},
        {},
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
    ),
    "no name": ({"name": ""}, {}, "Container.name should not be null or empty."),
    "no image": ({"image": ""}, {}, "Container.image should not be null or empty."),
    "an image with a blank": ({"image": "a b"}, {}, "Container.image contains invalid characters."),
    "no containers": ({}, {"containerDefinitions": []}, "Container list cannot be empty."),
    "nothing essential": (
        {"essential": False},
        {},
        "At least one container in the task definition must be marked as essential.",
    ),
    "an unknown volume": (
        {"mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]},
        {},
        "Unknown volume 'data'.",
    ),
    "a slow health check": (
        {"healthCheck": {"command": ["CMD", "true"], "interval": 301}},
        {},
        "Invalid setting for container 'web'. Health check interval must be between 5 and 300.",
    ),
    "a malformed family": ({}, {"family": "a b"}, "Family contains invalid characters."),
    "a definition that is too long": (
        {"environment": [{"name": "A", "value": "x" * 65_536}]},
        {},
        "Actual length: '65838'. Max allowed length is '65536' bytes.",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_run_is_not_registered(
    register: Callable[..., str],
    refused: Callable[..., Any],
    case: tuple[dict[str, Any], dict[str, Any], str],
) -> None:
    container, members, message = case
    with refused("ClientException", message):
        register(container, **members)


def test_without_a_size_of_the_task_each_container_says_its_memory(
    ecs: Any, refused: Callable[..., Any]
) -> None:
    with refused(
        "ClientException",
        "Invalid setting for container 'web'. "
        "At least one of 'memory' or 'memoryReservation' must be specified.",
    ):
        ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "nginx"}])


def test_tags_stand_beside_the_definition_when_asked_for(ecs: Any, register: Callable[..., str]) -> None:
    tags = [{"key": "team", "value": "a"}]
    register(tags=tags)
    assert "tags" not in ecs.describe_task_definition(taskDefinition="web")
    assert ecs.describe_task_definition(taskDefinition="web:1", include=["TAGS"])["tags"] == tags


@pytest.mark.parametrize("reference", ["nothing", "web:7", "web:0"])
def test_a_missing_one_cannot_be_described(
    ecs: Any, register: Callable[..., str], reference: str, refused: Callable[..., Any]
) -> None:
    register()
    with refused("ClientException", "Unable to describe task definition."):
        ecs.describe_task_definition(taskDefinition=reference)


def test_a_family_means_its_newest_active_revision(ecs: Any, register: Callable[..., str]) -> None:
    first, second = register(), register()
    ecs.deregister_task_definition(taskDefinition=second)
    assert ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["taskDefinitionArn"] == first
    gone = ecs.describe_task_definition(taskDefinition="web:2")["taskDefinition"]
    assert gone["status"] == "INACTIVE"
    assert "deregisteredAt" in gone
    assert register().endswith(":3")


def test_revisions_are_listed_by_family_status_and_order(ecs: Any, register: Callable[..., str]) -> None:
    arns = [register() for _ in range(11)]
    other = register(family="web-2")
    assert ecs.list_task_definitions(familyPrefix="web")["taskDefinitionArns"] == arns
    newest = ecs.list_task_definitions(familyPrefix="web", sort="DESC", maxResults=2)
    assert newest["taskDefinitionArns"] == [arns[10], arns[9]]
    next_page = ecs.list_task_definitions(
        familyPrefix="web", sort="DESC", maxResults=2, nextToken=newest["nextToken"]
    )
    assert next_page["taskDefinitionArns"] == [arns[8], arns[7]]
    ecs.deregister_task_definition(taskDefinition=other)
    assert ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"] == [other]


def test_families_are_listed_by_prefix_and_status(ecs: Any, register: Callable[..., str]) -> None:
    register()
    gone = register(family="web-2")
    ecs.deregister_task_definition(taskDefinition=gone)
    assert ecs.list_task_definition_families(familyPrefix="we")["families"] == ["web", "web-2"]
    assert ecs.list_task_definition_families(status="ACTIVE")["families"] == ["web"]
    assert ecs.list_task_definition_families(status="INACTIVE")["families"] == ["web-2"]


def test_only_inactive_revisions_are_deleted(ecs: Any, register: Callable[..., str]) -> None:
    kept, gone = register(), register()
    ecs.deregister_task_definition(taskDefinition=gone)
    answer = ecs.delete_task_definitions(taskDefinitions=[kept, gone, "web:9"])
    assert [each["status"] for each in answer["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
    assert answer["failures"] == [
        {
            "arn": kept,
            "reason": "The specified task definition is still in ACTIVE status. "
            "Please deregister the target and try again.",
        },
        {"arn": "web:9", "reason": MISSING},
    ]


def test_a_missing_one_cannot_be_deregistered(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused("ClientException", "Unable to describe task definition."):
        ecs.deregister_task_definition(taskDefinition="web:1")


@pytest.mark.parametrize("number", ["latest", ""])
def test_a_revision_that_is_no_number_is_refused_everywhere(
    ecs: Any, cluster: str, register: Callable[..., str], refused: Callable[..., Any], number: str
) -> None:
    register()
    words = f"Invalid revision number. Number: {number}"
    with refused("InvalidParameterException", words):
        ecs.describe_task_definition(taskDefinition=f"web:{number}")
    with refused("InvalidParameterException", words):
        ecs.run_task(cluster=cluster, taskDefinition=f"web:{number}")


def test_a_family_alone_is_not_deleted(ecs: Any, register: Callable[..., str]) -> None:
    register()
    answer = ecs.delete_task_definitions(taskDefinitions=["web"])
    assert answer["taskDefinitions"] == []
    assert answer["failures"][0]["reason"].startswith("The specified task definition identifier is invalid.")


@pytest.mark.parametrize("member", ["name", "image"])
def test_a_container_without_name_or_image_is_the_first_fault(
    ecs: Any, member: str, refused: Callable[..., Any]
) -> None:
    container = {"name": "web", "image": "nginx:1"}
    del container[member]
    with refused("ClientException", f"Container.{member} should not be null or empty."):
        ecs.register_task_definition(
            family="web", requiresCompatibilities=["FARGATE"], containerDefinitions=[container]
        )


def test_a_family_alone_cannot_be_deregistered(
    ecs: Any, register: Callable[..., str], refused: Callable[..., Any]
) -> None:
    register()
    with refused("ClientException", "Revision is missing."):
        ecs.deregister_task_definition(taskDefinition="web")


def test_task_definitions_are_tagged_by_their_arn(ecs: Any, register: Callable[..., str]) -> None:
    arn = register(tags=[{"key": "a", "value": "1"}])
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]


HOST = {"name": "data", "host": {"sourcePath": "/data"}}
UNSUPPORTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Fargate does not support sourcePath of a volume.": ({}, {"volumes": [HOST]}),
    "Tasks using the Fargate launch type do not support ipcMode.": ({}, {"ipcMode": "task"}),
    (
        "Tasks using the Fargate launch type do not support pidMode 'host'. "
        "The supported value for pidMode is 'task'."
    ): ({}, {"pidMode": "host"}),
    "Fargate does not have GPU.": ({"resourceRequirements": [{"type": "GPU", "value": "1"}]}, {}),
    "Fargate does not support sharedMemorySize.": ({"linuxParameters": {"sharedMemorySize": 64}}, {}),
    "Fargate can add the capability SYS_PTRACE only.": (
        {"linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}},
        {},
    ),
    "syslog is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]": (
        {"logConfiguration": {"logDriver": "syslog"}},
        {},
    ),
    "Links are not supported when networkMode=awsvpc.": ({"links": ["other"]}, {}),
    "Hostname is not supported when networkMode=awsvpc.": ({"hostname": "web"}, {}),
    (
        "The secret name must be unique and not shared with any new or existing environment variables set on "
        "the container, such as 'KEY'."
    ): (
        {"environment": [{"name": "KEY", "value": "1"}], "secrets": [{"name": "KEY", "valueFrom": "/key"}]},
        {},
    ),
}


@pytest.mark.parametrize("words", UNSUPPORTED)
def test_what_fargate_does_not_have_is_refused(
    register: Callable[..., str], refused: Callable[..., Any], words: str
) -> None:
    container, task = UNSUPPORTED[words]
    with refused("ClientException", words):
        register(container=container, **task)


@pytest.mark.parametrize("condition", ["SUCCESS", "COMPLETE"])
def test_nobody_waits_for_the_end_of_an_essential_container(
    register: Callable[..., str], refused: Callable[..., Any], condition: str
) -> None:
    init = {"name": "init", "image": "busybox:1"}
    web = {
        "name": "web",
        "image": "nginx:1",
        "dependsOn": [{"containerName": "init", "condition": condition}],
    }
    with refused(
        "ClientException",
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    ):
        register(containerDefinitions=[web, init])
    assert register(containerDefinitions=[web, {**init, "essential": False}])
