"""Which IAM actions on which resources an API call is (Service Authorization Reference, page by page)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.facts.notifications import LINKED_ROLE, SERVICE_PRINCIPAL
from pipectl.local.permissions import s3_operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipectl.local.wire import Request
    from pipectl.local.world import World

Shape = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One IAM action of an API call; `resource` None: it is not known which resource is meant"""

    action: str
    resource: str | None = "*"
    context: tuple[tuple[str, str], ...] = ()


PREFIXES = {
    "email": "ses",
    "monitoring": "cloudwatch",
    "resourcegroupstaggingapi": "tag",
}
"""Where the prefix of actions is not the name in the signature."""

RENAMED = {("lambda", "Invoke"): "InvokeFunction"}
"""Where the action is not called like the operation; those of S3 have a file of their own."""

RESOURCES: dict[str, tuple[tuple[str, str], ...]] = {
    "cloudformation": (("StackName", "stack/{}/*"),),
    "codebuild": (("projectName", "project/{}"), ("name", "project/{}"), ("names", "project/{}"),
                  ("ids", "project/{}"), ("id", "project/{}")),
    "codecommit": (("repositoryName", "{}"), ("repositoryNames", "{}")),
    "codeconnections": (("ConnectionArn", "{}"),),
    "codepipeline": (("pipelineName", "{}"), ("name", "{}"), ("pipeline.name", "{}"), ("resourceArn", "{}")),
    "dynamodb": (("TableName", "table/{}"),),
    "events": (("Rule", "rule/{}"), ("Name", "rule/{}")),
    "lambda": (("FunctionName", "function:{}"),),
    "logs": (("logGroupName", "log-group:{}"), ("logGroupNamePrefix", "log-group:{}*")),
    "secretsmanager": (("SecretId", "secret:{}"), ("Name", "secret:{}")),
    "sns": (("TopicArn", "{}"), ("TargetArn", "{}"), ("Name", "{}")),
    "ssm": (("Name", "parameter/{}"), ("Names", "parameter/{}"), ("Path", "parameter/{}")),
    "states": (("stateMachineArn", "{}"), ("executionArn", "{}")),
    "sts": (("RoleArn", "{}"),),
}  # fmt: skip
"""Service -> the members of a request that name its resource, and the resource part of the ARN."""

BY_ARN = (("resourceArn", "{}"), ("ResourceArn", "{}"), ("ResourceARN", "{}"))
"""How calls about tags name their resource (Service Authorization Reference, TagResource of any service)."""

DEPTHS = {
    "DisableStageTransition": 2, "EnableStageTransition": 2, "OverrideStageCondition": 2,
    "RetryStageExecution": 2, "RollbackStage": 2, "PutActionRevision": 3, "PutApprovalResult": 3,
}  # fmt: skip
"""Operations whose resource is a stage (2) or an action (3) (Service Authorization Reference)."""

PASSED: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("codebuild", "CreateProject"): (("serviceRole", "codebuild.amazonaws.com"),),
    ("codebuild", "UpdateProject"): (("serviceRole", "codebuild.amazonaws.com"),),
    ("codebuild", "StartBuild"): (("serviceRoleOverride", "codebuild.amazonaws.com"),),
    ("codebuild", "StartBuildBatch"): (
        ("serviceRoleOverride", "codebuild.amazonaws.com"),
        ("buildBatchConfigOverride.serviceRole", "codebuild.amazonaws.com"),
    ),
    ("codepipeline", "CreatePipeline"): (("pipeline.roleArn", "codepipeline.amazonaws.com"),),
    ("codepipeline", "UpdatePipeline"): (("pipeline.roleArn", "codepipeline.amazonaws.com"),),
    ("cloudformation", "CreateStack"): (("RoleARN", "cloudformation.amazonaws.com"),),
    ("cloudformation", "UpdateStack"): (("RoleARN", "cloudformation.amazonaws.com"),),
    ("ecs", "CreateService"): (("role", "ecs.amazonaws.com"),),
    ("ecs", "RegisterTaskDefinition"): (
        ("executionRoleArn", "ecs-tasks.amazonaws.com"),
        ("taskRoleArn", "ecs-tasks.amazonaws.com"),
    ),
    ("ecs", "RunTask"): (
        ("overrides.executionRoleArn", "ecs-tasks.amazonaws.com"),
        ("overrides.taskRoleArn", "ecs-tasks.amazonaws.com"),
    ),
    ("events", "PutTargets"): (("Targets.RoleArn", "events.amazonaws.com"),),
    ("lambda", "CreateFunction"): (("Role", "lambda.amazonaws.com"),),
    ("states", "CreateStateMachine"): (("roleArn", "states.amazonaws.com"),),
}
"""What passes a role to a service, and to which one (IAM User Guide, "Pass a role to an AWS service").

Tasks get the roles of their definition: see `task_roles`.
"""

WITH_DEFINITION = ("RunTask", "StartTask", "CreateService", "UpdateService")
FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""Allowed without any permission (API reference of STS)."""


def asked(world: World, request: Request, parameters: Shape) -> Iterator[Asked]:
    """The actions of a call, PassRole among them"""
    if request.service == "s3":
        yield from (
            Asked(action, resource)
            for action, resource in s3_operations.asked(request, world.partition(request.region))
        )
        return
    prefix = PREFIXES.get(request.service, request.service)
    action = f"{prefix}:{RENAMED.get((request.service, request.operation), request.operation)}"
    if action in FREE:
        return
    for resource in _resources(world, request, parameters):
        yield Asked(action, resource)
    if request.operation == "CreateNotificationRule":
        yield from _linked_role(world, request)
    for member, service in PASSED.get((request.service, request.operation), ()):
        for role in dict.fromkeys(_values(parameters, member.split("."))):
            yield Asked("iam:PassRole", _role(world, request, role), (("iam:PassedToService", service),))


def _linked_role(world: World, request: Request) -> Iterator[Asked]:
    """The first rule makes the service's role in its caller's name

    Developer Tools console user guide, "Using service-linked roles".
    """
    iam = world.moto("iam", request.account, request.region)
    if all(role.name != LINKED_ROLE for role in iam.roles.values()):
        role = f"role/aws-service-role/{SERVICE_PRINCIPAL}/{LINKED_ROLE}"
        arn = f"arn:{world.partition(request.region)}:iam::{request.account}:{role}"
        yield Asked("iam:CreateServiceLinkedRole", arn, (("iam:AWSServiceName", SERVICE_PRINCIPAL),))


def task_roles(definition: Mapping[str, Any]) -> list[str]:
    """The roles that a task gets from its definition"""
    members = ("executionRoleArn", "taskRoleArn")
    return list(dict.fromkeys(str(definition[name]) for name in members if definition.get(name)))


def _resources(world: World, request: Request, parameters: Shape) -> list[str | None]:
    own = _OWN.get(request.service)
    if own:
        return own(world, request, parameters)
    return _named(world, request, parameters)


def _named(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """The resources that members of the request name"""
    members = RESOURCES.get(request.service)
    if members is None:
        return [None]
    for member, template in (*members, *BY_ARN):
        values = _values(parameters, member.split("."))
        if values:
            return [_arn(world, request, template, value) for value in dict.fromkeys(values)]
    return ["*"]


def _arn(world: World, request: Request, template: str, value: str) -> str:
    if value.startswith("arn:"):
        return value
    if request.service == "codebuild":
        value = value.partition(":")[0]  # a build is decided by its project
    if request.service == "ssm":
        value = value.lstrip("/")
    if request.service == "secretsmanager":
        value = _secret_name(world, request, value)
    return own_arn(world, request, template.format(value))


def own_arn(world: World, request: Request, resource: str) -> str:
    """The ARN of something of the caller's account and Region"""
    partition = world.partition(request.region)
    return f"arn:{partition}:{request.service}:{request.region}:{request.account}:{resource}"


def _secret_name(world: World, request: Request, name: str) -> str:
    """A secret's ARN ends in six characters of its own; IAM is asked with the whole ARN"""
    secrets = world.moto("secretsmanager", request.account, request.region).secrets
    found = secrets.get(name)
    return str(found.arn.rpartition(":secret:")[2]) if found is not None else f"{name}-??????"


def _role(world: World, request: Request, role: str) -> str:
    if role.startswith("arn:"):
        return role
    return f"arn:{world.partition(request.region)}:iam::{request.account}:role/{role}"


def _values(value: Any, path: list[str]) -> list[str]:
    """All strings at a path of members; lists on the way are walked through"""
    if isinstance(value, list):
        return [found for part in value for found in _values(part, path)]
    if not path:
        return [str(value)] if isinstance(value, str) and value else []
    return _values(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def _ecs(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """Clusters, services and tasks by name or ARN (Service Authorization Reference, Amazon ECS)"""
    cluster = str(parameters.get("cluster") or "default").rpartition("/")[2]
    named = {
        "service": f"service/{cluster}/",
        "services": f"service/{cluster}/",
        "serviceName": f"service/{cluster}/",
        "task": f"task/{cluster}/",
        "tasks": f"task/{cluster}/",
        "clusters": "cluster/",
        "clusterName": "cluster/",
        "family": "task-definition/",
    }
    if request.operation in ("RunTask", "StartTask"):
        named = {"taskDefinition": "task-definition/"}
    if request.operation in ("DescribeTaskDefinition", "ListTaskDefinitions"):
        return ["*"]
    for member, prefix in named.items():
        values = _values(parameters, [member])
        if values:
            return [
                value if value.startswith("arn:") else own_arn(world, request, prefix + _full(member, value))
                for value in values
            ]
    return [own_arn(world, request, f"cluster/{cluster}") if "cluster" in parameters else "*"]


def _full(member: str, value: str) -> str:
    """A family stands for each of its revisions"""
    is_family = member in ("family", "taskDefinition") and ":" not in value
    return f"{value}:*" if is_family else value


def _iam(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """Roles, policies and users with their paths, which only the local IAM knows"""
    backend = world.moto("iam", request.account, request.region)
    begin = f"arn:{world.partition(request.region)}:iam::{request.account}"
    if "RoleName" in parameters:
        known = [role.arn for role in backend.roles.values() if role.name == parameters["RoleName"]]
        path = parameters.get("Path", "/")
        return [known[0] if known else f"{begin}:role{path}{parameters['RoleName']}"]
    if "UserName" in parameters:
        return [f"{begin}:user{parameters.get('Path', '/')}{parameters['UserName']}"]
    if "PolicyArn" in parameters:
        return [parameters["PolicyArn"]]
    if "PolicyName" in parameters:
        return [f"{begin}:policy{parameters.get('Path', '/')}{parameters['PolicyName']}"]
    return [parameters.get("PolicySourceArn") or "*"]


def _logs(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """A group's ARN ends in `:*` for what is in it, and names the stream where one is written"""
    group = parameters.get("logGroupName") or parameters.get("logGroupNamePrefix")
    if not group:
        identifier = parameters.get("logGroupIdentifier") or parameters.get("resourceArn")
        return [str(identifier) if identifier else "*"]
    if request.operation in ("PutLogEvents", "GetLogEvents", "DeleteLogStream"):
        stream = parameters.get("logStreamName", "")
        return [own_arn(world, request, f"log-group:{group}:log-stream:{stream}")]
    if request.operation == "CreateLogStream":
        return [
            own_arn(world, request, f"log-group:{group}:log-stream:{parameters.get('logStreamName', '')}")
        ]
    return [own_arn(world, request, f"log-group:{group}:log-stream:")]


def _ecr(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """Repositories of the account that `registryId` names"""
    names = _values(parameters, ["repositoryName"]) or _values(parameters, ["repositoryNames"])
    owner = parameters.get("registryId") or request.account
    begin = f"arn:{world.partition(request.region)}:ecr:{request.region}:{owner}:repository/"
    return [begin + name for name in names] or [parameters.get("resourceArn") or "*"]


def _notifications(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """Rules by ARN; a new one has none yet. Lists and targets know no resources"""
    if request.operation == "CreateNotificationRule":
        return [own_arn(world, request, "notificationrule/*")]
    return [parameters.get("Arn") or "*"]


def _codepipeline(world: World, request: Request, parameters: Shape) -> list[str | None]:
    """Of some operations a stage or an action of the pipeline, as `shop/Deploy`"""
    depth = DEPTHS.get(request.operation)
    if depth is None:
        return _named(world, request, parameters)
    names = [str(parameters.get(name, "")) for name in ("pipelineName", "stageName", "actionName")[:depth]]
    return [_arn(world, request, "{}", "/".join(names))]


_OWN = {
    "codepipeline": _codepipeline,
    "codestar-notifications": _notifications,
    "ecr": _ecr,
    "ecs": _ecs,
    "iam": _iam,
    "logs": _logs,
}
