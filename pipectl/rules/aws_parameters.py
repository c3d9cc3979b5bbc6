"""`aws:`: raw parameters that the API does not have, and those that the grammar has a word for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipectl.kinds import raw
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.notification_block import SnsTopic
from pipectl.kinds.repository import EcrRepository
from pipectl.kinds.source import CodeCommitRepository
from pipectl.rules._tools import (
    actions,
    error,
    key_error,
    key_note,
    key_warning,
    pipelines,
    projects,
    services,
    tasks,
    warning,
)
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "aws-parameter"
NAMED = "it is the name"
OURS = "pipectl sets it"


@dataclass(frozen=True)
class Target:
    """What the parameters of one kind of mapping are laid over.

    `words` maps a parameter, nested ones with dots, to the grammar's own word for it, or to a reason. Those
    in `either` may say more than the word does and are refused only beside it; those in `merged` are joined
    with what the grammar makes of other words.
    """

    service: str
    shape: str
    words: Mapping[str, str]
    either: Mapping[str, str] = field(default_factory=dict)
    merged: Collection[str] = ()
    taken: raw.Taken | None = None


REPOSITORY = Target(
    "ecr",
    "CreateRepository",
    {
        "repositoryName": NAMED,
        "tags": "tags",
        "imageTagMutability": "tag_mutability",
        "imageTagMutabilityExclusionFilters": "mutable_tags",
        "imageScanningConfiguration": "scan_on_push",
        "encryptionConfiguration": "encryption",
    },
    taken=raw.REPOSITORY,
)
CODECOMMIT = Target(
    "codecommit",
    "CreateRepository",
    {"repositoryName": NAMED, "tags": "tags", "repositoryDescription": "description", "kmsKeyId": "kms_key"},
)
CLUSTER = Target(
    "ecs",
    "CreateCluster",
    {
        "clusterName": NAMED,
        "tags": "tags",
        "capacityProviders": "capacity_providers",
        "defaultCapacityProviderStrategy": "default_capacity_provider_strategy",
    },
    {"settings": "container_insights"},
    taken=raw.CLUSTER,
)
SERVICE = Target(
    "ecs",
    "CreateService",
    {
        "cluster": NAMED,
        "serviceName": NAMED,
        "clientToken": OURS,
        "tags": "tags",
        "taskDefinition": "task_definition",
        "desiredCount": "desired_count",
        "launchType": "launch_type",
        "capacityProviderStrategy": "capacity_provider_strategy",
        "platformVersion": "platform_version",
        "healthCheckGracePeriodSeconds": "health_check_grace_seconds",
        "schedulingStrategy": "scheduling_strategy",
        "deploymentController": "deployment_controller",
        "availabilityZoneRebalancing": "availability_zone_rebalancing",
        "enableExecuteCommand": "execute_command",
        "propagateTags": "propagate_tags",
        "deploymentConfiguration.minimumHealthyPercent": "deployment.minimum_healthy_percent",
        "deploymentConfiguration.maximumPercent": "deployment.maximum_percent",
    },
    {
        "loadBalancers": "load_balancers",
        "serviceConnectConfiguration": "service_connect",
        "volumeConfigurations": "volumes",
        "vpcLatticeConfigurations": "lattice",
    },
    ("networkConfiguration", "deploymentConfiguration"),
    raw.SERVICE,
)
TASK = Target(
    "ecs",
    "RegisterTaskDefinition",
    {
        "family": "family",
        "containerDefinitions": "containers",
        "cpu": "cpu",
        "memory": "memory",
        "networkMode": "network_mode",
        "taskRoleArn": "task_role",
        "executionRoleArn": "execution_role",
        "ephemeralStorage": "ephemeral_storage",
        "runtimePlatform.cpuArchitecture": "architecture",
        "tags": "tags of the service",
    },
    {"volumes": "volumes"},
    ("runtimePlatform",),
)
CONTAINER = Target(
    "ecs",
    "ContainerDefinition",
    {
        "name": NAMED,
        "image": "image",
        "cpu": "cpu",
        "memory": "memory",
        "memoryReservation": "memory_reservation",
        "essential": "essential",
        "command": "command",
        "entryPoint": "entry_point",
        "workingDirectory": "working_directory",
        "user": "user",
        "environment": "environment",
        "secrets": "secrets",
        "dependsOn": "depends_on",
        "dockerLabels": "docker_labels",
        "readonlyRootFilesystem": "read_only_root_filesystem",
        "startTimeout": "start_timeout",
        "stopTimeout": "stop_timeout",
    },
    {"portMappings": "ports", "healthCheck": "health_check"},
    ("logConfiguration",),
)
PROJECT = Target(
    "codebuild",
    "CreateProject",
    {
        "name": NAMED,
        "tags": "tags",
        "description": "description",
        "serviceRole": "role",
        "timeoutInMinutes": "timeout_minutes",
        "queuedTimeoutInMinutes": "queued_timeout_minutes",
        "concurrentBuildLimit": "concurrent_build_limit",
        "encryptionKey": "encryption_key",
        "vpcConfig": "vpc",
        "source.type": OURS,
        "source.buildspec": "buildspec",
        "artifacts.type": OURS,
        "environment.type": "environment_type",
        "environment.image": "image",
        "environment.computeType": "compute",
        "environment.privilegedMode": "privileged",
        "environment.imagePullCredentialsType": "image_pull_credentials",
        "environment.environmentVariables": "environment",
        "logsConfig.cloudWatchLogs.groupName": "log_group",
    },
    {"cache": "cache"},
    ("source", "artifacts", "environment", "logsConfig"),
    raw.PROJECT,
)
TOPIC = Target(
    "sns",
    "CreateTopic",
    {
        "Name": NAMED,
        "Tags": "tags",
        "Attributes.Policy": OURS,
        "Attributes.KmsMasterKeyId": "kms_key",
    },
    merged=("Attributes",),
)
PIPELINE = Target(
    "codepipeline",
    "PipelineDeclaration",
    {
        "name": NAMED,
        "version": "AWS counts it",
        "roleArn": "role",
        "stages": "stages",
        "artifactStore": "artifact_bucket",
        "artifactStores": "artifact_buckets",
        "executionMode": "execution_mode",
        "pipelineType": "pipeline_type",
    },
    {"variables": "variables", "triggers": "triggers"},
)
STAGE = Target(
    "codepipeline",
    "StageDeclaration",
    {"name": NAMED, "actions": "actions", "blockers": "AWS keeps them for itself"},
    {"beforeEntry": "before_entry", "onSuccess": "on_success", "onFailure": "on_failure"},
)
ACTION = Target(
    "codepipeline",
    "ActionDeclaration",
    {
        "name": NAMED,
        "actionTypeId": "provider",
        "runOrder": "run_order",
        "configuration": "configuration",
        "commands": "commands",
        "inputArtifacts": "inputs",
        "outputArtifacts": "outputs",
        "outputVariables": "output_variables",
        "roleArn": "role",
        "region": "region",
        "namespace": "namespace",
        "timeoutInMinutes": "timeout_minutes",
    },
)
REASONS = frozenset({NAMED, OURS, "AWS counts it", "AWS keeps them for itself"})


def check(spec: Spec) -> Iterator[Problem]:
    """Every `aws:` that is not empty."""
    for path, block, target in _mappings(spec):
        if block.aws:
            yield from _own_words(spec, path, block, target)
            yield from _unknown(spec, path, block.aws, target)
            yield from _unanswered(spec, path, block.aws, target)


def _mappings(spec: Spec) -> Iterator[tuple[Path, Any, Target]]:
    yield from (
        (("codecommit", name), block, CODECOMMIT) for name, block in spec.all(CodeCommitRepository).items()
    )
    yield from ((("ecr", name), block, REPOSITORY) for name, block in spec.all(EcrRepository).items())
    yield from ((("sns", name), block, TOPIC) for name, block in spec.all(SnsTopic).items())
    yield from ((("ecs", name), block, CLUSTER) for name, block in spec.all(Cluster).items())
    yield from ((service.path, service.block, SERVICE) for service in services(spec))
    for service, task in tasks(spec):
        yield service.task_path, task, TASK
        yield from ((path, container, CONTAINER) for _, container, path in service.containers())
    yield from ((("codebuild", name), block, PROJECT) for name, block in projects(spec))
    for name, pipeline in pipelines(spec):
        yield ("codepipeline", name), pipeline, PIPELINE
        yield from (
            (("codepipeline", name, "stages", number), stage, STAGE)
            for number, stage in enumerate(pipeline.stages)
        )
    yield from ((each.path, each.action, ACTION) for each in actions(spec))


def _unanswered(spec: Spec, path: Path, given: dict[str, Any], target: Target) -> Iterator[Problem]:
    """What no answer ever has: the service model gives it no counterpart."""
    if target.taken is None:
        return
    again = raw.sent_along(target.taken, given)
    for way in raw.unanswered(target.taken, given):
        if way[0] not in target.words:
            often = "with every other change" if way[0] in again else "not later"
            message = f"AWS never tells {shown('.'.join(way))}, so a change of it alone is not noticed"
            hint = f"it is sent at the creation and {often}"
            yield key_note(spec, (*path, "aws", *way), RULE, message, hint)


def _own_words(spec: Spec, path: Path, block: Any, target: Target) -> Iterator[Problem]:
    """Two ways to say one thing would leave open which one holds."""
    for parameter, word in target.words.items():
        parts = parameter.split(".")
        if _has(block.aws, parts):
            hint = word if word in REASONS else f"write `{word}`"
            message = f"{shown(parameter)} cannot stand under `aws:`"
            yield key_error(spec, (*path, "aws", *parts), RULE, message, hint)
    for parameter, word in target.either.items():
        if parameter in block.aws and word in block.stated:
            message = f"`{word}` and `aws.{parameter}` say the same"
            yield key_error(spec, (*path, "aws", parameter), RULE, message, "take one of them out")


def _has(values: Any, parts: list[str]) -> bool:
    for part in parts:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _unknown(spec: Spec, path: Path, given: dict[str, Any], target: Target) -> Iterator[Problem]:
    from pipectl.rules._model import misfits

    shape = raw.shape_of(target.service, target.shape)
    for each in misfits(shape, given, (*path, "aws"), target.merged):
        if each.sure:
            report = key_error if each.of_key else error
        else:
            report = key_warning if each.of_key else warning
        yield report(spec, each.path, RULE, each.message, each.hint)
