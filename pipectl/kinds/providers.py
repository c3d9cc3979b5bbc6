"""The action providers of CodePipeline: their keys in the spec and in AWS, and how many artifacts they take.

Keys and counts: user guide, "action-reference-*" and "reference-action-artifacts"
(docs/aws/codepipeline.md, 2.5). A provider that is not here works through `configuration:` with AWS's own
keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Provider:
    """One provider in one category. `keys` maps the spec's word to AWS's configuration key."""

    category: str
    keys: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    inputs: tuple[int, int] = (0, 0)
    outputs: tuple[int, int] = (0, 0)
    defaults: Mapping[str, str] = field(default_factory=dict)
    name_output: bool = False
    """Whether an action has one output, called `{action}Output`, when the spec names none."""


def _source(keys: Mapping[str, str], required: set[str], **defaults: str) -> Provider:
    return Provider("Source", keys, frozenset(required), outputs=(1, 1), defaults=defaults, name_output=True)


CODEBUILD_KEYS = {
    "project": "ProjectName",
    "primary_source": "PrimarySource",
    "batch": "BatchEnabled",
    "combine_artifacts": "CombineArtifacts",
    "environment": "EnvironmentVariables",
}
_CODEDEPLOY = {"application": "ApplicationName", "deployment_group": "DeploymentGroupName"}
_ECS_KEYS = {
    "cluster": "ClusterName",
    "service": "ServiceName",
    "image_definitions": "FileName",
    "deployment_timeout_minutes": "DeploymentTimeout",
}
_CLOUDFORMATION_KEYS = {
    "mode": "ActionMode",
    "stack": "StackName",
    "change_set": "ChangeSetName",
    "template": "TemplatePath",
    "template_configuration": "TemplateConfiguration",
    "capabilities": "Capabilities",
    "parameters": "ParameterOverrides",
    "stack_role": "RoleArn",
    "output_file": "OutputFileName",
}

PROVIDERS: Mapping[str, tuple[Provider, ...]] = {
    "CodeCommit": (
        _source(
            {
                "repository": "RepositoryName",
                "branch": "BranchName",
                "poll": "PollForSourceChanges",
                "output_format": "OutputArtifactFormat",
            },
            {"repository", "branch"},
            PollForSourceChanges="false",
        ),
    ),
    "ECR": (_source({"repository": "RepositoryName", "tag": "ImageTag"}, {"repository"}),),
    "CodeStarSourceConnection": (
        _source(
            {
                "connection": "ConnectionArn",
                "repository": "FullRepositoryId",
                "branch": "BranchName",
                "detect_changes": "DetectChanges",
                "output_format": "OutputArtifactFormat",
            },
            {"connection", "repository", "branch"},
        ),
    ),
    "S3": (
        _source(
            {
                "bucket": "S3Bucket",
                "key": "S3ObjectKey",
                "poll": "PollForSourceChanges",
                "allow_key_override": "AllowOverrideForS3ObjectKey",
            },
            {"bucket", "key"},
            PollForSourceChanges="false",
        ),
        Provider(
            "Deploy",
            {
                "bucket": "BucketName",
                "extract": "Extract",
                "key": "ObjectKey",
                "canned_acl": "CannedACL",
                "cache_control": "CacheControl",
            },
            frozenset({"bucket", "extract"}),
            inputs=(1, 1),
        ),
    ),
    "CodeBuild": (
        Provider(
            "Build", CODEBUILD_KEYS, frozenset({"project"}), inputs=(1, 5), outputs=(0, 5), name_output=True
        ),
        Provider("Test", CODEBUILD_KEYS, frozenset({"project"}), inputs=(1, 5), outputs=(0, 5)),
    ),
    "ECRBuildAndPublish": (
        Provider(
            "Build",
            {
                "repository": "ECRRepositoryName",
                "dockerfile": "DockerFilePath",
                "image_tags": "ImageTags",
                "registry_type": "RegistryType",
            },
            frozenset({"repository"}),
            inputs=(1, 1),
        ),
    ),
    "Commands": (Provider("Compute", inputs=(1, 10), outputs=(0, 1)),),
    "Manual": (
        Provider(
            "Approval",
            {"topic": "NotificationArn", "link": "ExternalEntityLink", "custom_data": "CustomData"},
        ),
    ),
    "ECS": (Provider("Deploy", _ECS_KEYS, frozenset({"cluster", "service"}), inputs=(1, 1)),),
    "CodeDeploy": (Provider("Deploy", _CODEDEPLOY, frozenset(_CODEDEPLOY), inputs=(1, 1)),),
    "CodeDeployToECS": (
        Provider(
            "Deploy",
            {
                **_CODEDEPLOY,
                "task_definition_artifact": "TaskDefinitionTemplateArtifact",
                "task_definition_path": "TaskDefinitionTemplatePath",
                "appspec_artifact": "AppSpecTemplateArtifact",
                "appspec_path": "AppSpecTemplatePath",
            },
            frozenset({*_CODEDEPLOY, "task_definition_artifact", "appspec_artifact"}),
            inputs=(1, 5),
        ),
    ),
    "CloudFormation": (
        Provider(
            "Deploy", _CLOUDFORMATION_KEYS, frozenset({"mode", "stack"}), inputs=(0, 10), outputs=(0, 1)
        ),
    ),
    "Lambda": (
        Provider(
            "Invoke",
            {"function": "FunctionName", "user_parameters": "UserParameters"},
            frozenset({"function"}),
            inputs=(0, 5),
            outputs=(0, 5),
        ),
        Provider("Deploy", {"function": "FunctionName"}, frozenset({"function"}), inputs=(0, 1)),
    ),
    "StepFunctions": (
        Provider(
            "Invoke",
            {
                "state_machine": "StateMachineArn",
                "execution_name_prefix": "ExecutionNamePrefix",
                "input_type": "InputType",
                "input": "Input",
            },
            frozenset({"state_machine"}),
            inputs=(0, 1),
            outputs=(0, 1),
        ),
    ),
    "CodePipeline": (Provider("Invoke", {"pipeline": "PipelineName"}, frozenset({"pipeline"})),),
}

KEYS = frozenset(key for kinds in PROVIDERS.values() for kind in kinds for key in kind.keys)
"""Every friendly key of any provider."""


def provider(name: str, category: str | None, *, first_stage: bool) -> Provider | None:
    """What is known of a provider; a provider of two categories is a source in the first stage only."""
    known = PROVIDERS.get(name, ())
    if category:
        return next((each for each in known if each.category == category), None)
    if len(known) > 1 and known[0].category == "Source" and not first_stage:
        return known[1]
    return known[0] if known else None
