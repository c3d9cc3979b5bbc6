"""Which calls each action provider makes in the name of the pipeline's role.

Source: CodePipeline user guide, "Action structure reference" and "Manage the CodePipeline service role".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipectl.facts.calls import build, deploy, invoke, source, stacks
from pipectl.facts.calls.beanstalk import elastic_beanstalk
from pipectl.facts.calls.builds import variable_calls
from pipectl.facts.calls.call import Call, Configuration, calls
from pipectl.facts.calls.deploy import Deployed
from pipectl.facts.place import Place

SIMPLE: Mapping[tuple[str, str], Callable[[Configuration, Place], Iterator[Call]]] = {
    ("Source", "CodeCommit"): source.codecommit,
    ("Source", "CodeStarSourceConnection"): source.connection,
    ("Source", "ECR"): source.ecr,
    ("Source", "S3"): source.s3,
    ("Build", "CodeBuild"): build.codebuild,
    ("Test", "CodeBuild"): build.codebuild,
    ("Test", "DeviceFarm"): build.device_farm,
    ("Approval", "Manual"): invoke.manual,
    ("Deploy", "AppConfig"): deploy.app_config,
    ("Deploy", "CloudFormation"): stacks.stack,
    ("Deploy", "CloudFormationStackInstances"): stacks.stack_instances,
    ("Deploy", "CloudFormationStackSet"): stacks.stack_set,
    ("Deploy", "CodeDeploy"): deploy.codedeploy,
    ("Deploy", "ElasticBeanstalk"): elastic_beanstalk,
    ("Deploy", "Lambda"): deploy.lambda_,
    ("Deploy", "OpsWorks"): invoke.ops_works,
    ("Deploy", "S3"): deploy.s3,
    ("Deploy", "ServiceCatalog"): invoke.service_catalog,
    ("Invoke", "CodePipeline"): invoke.codepipeline,
    ("Invoke", "Lambda"): invoke.lambda_,
    ("Invoke", "StepFunctions"): invoke.step_functions,
}
"""Category and provider -> the calls of its configuration."""

COMPUTE: Mapping[tuple[str, str], Callable[[Configuration, Place, str], Iterator[Call]]] = {
    ("Build", "ECRBuildAndPublish"): build.publish,
    ("Compute", "Commands"): build.commands,
    ("Deploy", "EC2"): deploy.ec2,
    ("Deploy", "EKS"): deploy.eks,
    ("Invoke", "InspectorScan"): build.inspect,
}
"""The same for the actions that log to a group named after the pipeline."""

TASKS: Mapping[tuple[str, str], Callable[[Configuration, Place, Deployed], Iterator[Call]]] = {
    ("Deploy", "CodeDeployToECS"): deploy.codedeploy_to_ecs,
    ("Deploy", "ECS"): deploy.ecs,
}
"""The same for the actions that register task definitions."""

WORKERS = frozenset({"ThirdParty", "Custom"})
"""Owners whose actions a job worker does, with its own credentials (user guide, Create a custom action)."""

UNKNOWN = Deployed()


def action_calls(
    category: str,
    provider: str,
    configuration: Configuration,
    place: Place,
    *,
    owner: str = "AWS",
    pipeline: str = "*",
    deployed: Deployed = UNKNOWN,
    variables: Iterable[Mapping[str, Any]] = (),
) -> tuple[Call, ...] | None:
    """The calls of an action in its place; None for a provider without a list.

    `configuration` has AWS's keys, its values resolved or as declared. `pipeline` names the log group of
    commands; `deployed` is the task definition of an ECS action's service; `variables` are the action's
    `environmentVariables`, whose secrets CodePipeline reads (API reference, EnvironmentVariable).
    """
    if owner in WORKERS:
        return ()
    found = _provider_calls(category, provider, configuration, place, pipeline, deployed)
    return None if found is None else (*found, *variable_calls(variables, place))


def _provider_calls(
    category: str,
    provider: str,
    configuration: Configuration,
    place: Place,
    pipeline: str,
    deployed: Deployed,
) -> Iterator[Call] | None:
    key = (category, provider)
    if key in SIMPLE:
        return SIMPLE[key](configuration, place)
    if key in COMPUTE:
        return COMPUTE[key](configuration, place, pipeline)
    return TASKS[key](configuration, place, deployed) if key in TASKS else None


def assume_role_calls(role: str) -> tuple[Call, ...]:
    """What the pipeline's role needs for an action or a rule with a role of its own."""
    title = "CodePipeline user guide, Configure a pipeline to use resources from another AWS account"
    return tuple(calls("AssumeActionRole", ["sts:AssumeRole"], [role], title))
