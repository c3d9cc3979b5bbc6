"""The providers of actions: one file each, all with `start(job)`.

A provider that is not listed can be declared; its action fails when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import (
    codebuild,
    commands,
    custom,
    deploy_cloudformation,
    deploy_codedeploy_to_ecs,
    deploy_ecs,
    deploy_s3,
    invoke_codepipeline,
    invoke_lambda,
    invoke_step_functions,
    manual,
    source_codecommit,
    source_connection,
    source_ecr,
    source_s3,
    unknown,
)

if TYPE_CHECKING:
    from .action import Action

PROVIDERS: dict[tuple[str, str], Action] = {
    ("Source", "CodeCommit"): source_codecommit,
    ("Source", "CodeStarSourceConnection"): source_connection,
    ("Source", "ECR"): source_ecr,
    ("Source", "S3"): source_s3,
    ("Build", "CodeBuild"): codebuild,
    ("Test", "CodeBuild"): codebuild,
    ("Compute", "Commands"): commands,
    ("Approval", "Manual"): manual,
    ("Deploy", "CloudFormation"): deploy_cloudformation,
    ("Deploy", "CodeDeployToECS"): deploy_codedeploy_to_ecs,
    ("Deploy", "ECS"): deploy_ecs,
    ("Deploy", "S3"): deploy_s3,
    ("Invoke", "CodePipeline"): invoke_codepipeline,
    ("Invoke", "Lambda"): invoke_lambda,
    ("Invoke", "StepFunctions"): invoke_step_functions,
}


def of(identity: dict[str, Any]) -> Action:
    """The provider of an action type."""
    if identity["owner"] == "Custom":
        return custom
    if identity["owner"] != "AWS":
        return unknown
    return PROVIDERS.get((identity["category"], identity["provider"]), unknown)
