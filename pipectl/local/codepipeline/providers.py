"""What the action types of AWS ask for: configuration keys and artifact counts, provider by provider.

User guide, "Action structure reference" and "Valid number of input and output artifacts". A provider
whose keys nobody could list for us takes any key (`optional=None`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Shape = dict[str, Any]


@dataclass(frozen=True)
class Provider:
    """An action type that can be declared."""

    category: str
    name: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] | None = ()
    inputs: tuple[int, int] = (0, 0)
    outputs: tuple[int, int] = (0, 0)
    owner: str = "AWS"
    version: str = "1"
    v2_only: bool = False
    secrets: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Category, owner, provider and version, which together name an action type."""
        return (self.category, self.owner, self.name, self.version)

    def knows(self, key: str) -> bool:
        """Whether the configuration may hold this key."""
        return self.optional is None or key in self.required or key in self.optional

    def action_type(self) -> Shape:
        """The provider as ListActionTypes shows it."""
        return {
            "id": dict(zip(("category", "owner", "provider", "version"), self.identity, strict=True)),
            "settings": {},
            "actionConfigurationProperties": [
                {"name": key, "required": key in self.required, "key": True, "secret": key in self.secrets}
                for key in (*self.required, *(self.optional or ()))
            ],
            "inputArtifactDetails": {"minimumCount": self.inputs[0], "maximumCount": self.inputs[1]},
            "outputArtifactDetails": {"minimumCount": self.outputs[0], "maximumCount": self.outputs[1]},
        }


_CODEBUILD = (
    "PrimarySource",
    "BatchEnabled",
    "CombineArtifacts",
    "EnvironmentVariables",
    "ServiceRoleArnOverride",  # aws/aws-cdk#38611
)
_IMAGES = tuple(
    f"Image{number}{what}" for number in range(1, 5) for what in ("ArtifactName", "ContainerName")
)

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "Source",
        "CodeCommit",
        ("RepositoryName", "BranchName"),
        ("PollForSourceChanges", "OutputArtifactFormat"),
        outputs=(1, 1),
    ),
    Provider(
        "Source",
        "S3",
        ("S3Bucket", "S3ObjectKey"),
        ("PollForSourceChanges", "AllowOverrideForS3ObjectKey"),
        outputs=(1, 1),
    ),
    Provider("Source", "ECR", ("RepositoryName",), ("ImageTag",), outputs=(1, 1)),
    Provider(
        "Source",
        "CodeStarSourceConnection",
        ("ConnectionArn", "FullRepositoryId", "BranchName"),
        ("OutputArtifactFormat", "DetectChanges"),
        outputs=(1, 1),
    ),
    Provider(
        "Source",
        "GitHub",
        ("Owner", "Repo", "Branch", "OAuthToken"),
        ("PollForSourceChanges",),
        outputs=(1, 1),
        owner="ThirdParty",
        secrets=("OAuthToken",),
    ),
    Provider("Build", "CodeBuild", ("ProjectName",), _CODEBUILD, inputs=(1, 5), outputs=(0, 5)),
    Provider("Test", "CodeBuild", ("ProjectName",), _CODEBUILD, inputs=(1, 5), outputs=(0, 5)),
    Provider(
        "Build",
        "ECRBuildAndPublish",
        ("ECRRepositoryName",),
        ("DockerFilePath", "ImageTags", "RegistryType"),
        inputs=(1, 1),
        v2_only=True,
    ),
    Provider("Test", "DeviceFarm", ("AppType", "ProjectId", "App", "TestType"), None, inputs=(1, 1)),
    Provider(
        "Compute",
        "Commands",
        optional=("VpcId", "Subnets", "SecurityGroupIds"),
        inputs=(1, 10),
        outputs=(0, 1),
        v2_only=True,
    ),
    Provider(
        "Approval", "Manual", (), ("NotificationArn", "ExternalEntityLink", "CustomData", "IsSummaryRequired")
    ),
    Provider(
        "Deploy", "ECS", ("ClusterName", "ServiceName"), ("FileName", "DeploymentTimeout"), inputs=(1, 1)
    ),
    Provider(
        "Deploy",
        "CodeDeployToECS",
        (
            "ApplicationName",
            "DeploymentGroupName",
            "TaskDefinitionTemplateArtifact",
            "AppSpecTemplateArtifact",
        ),
        ("AppSpecTemplatePath", "TaskDefinitionTemplatePath", *_IMAGES),
        inputs=(1, 5),
    ),
    Provider("Deploy", "CodeDeploy", ("ApplicationName", "DeploymentGroupName"), inputs=(1, 1)),
    Provider(
        "Deploy",
        "S3",
        ("BucketName", "Extract"),
        ("ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl"),
        inputs=(1, 1),
    ),
    Provider(
        "Deploy",
        "CloudFormation",
        ("ActionMode", "StackName"),
        (
            "ChangeSetName",
            "TemplatePath",
            "TemplateConfiguration",
            "Capabilities",
            "ParameterOverrides",
            "RoleArn",
            "OutputFileName",
        ),
        inputs=(0, 10),
        outputs=(0, 1),
    ),
    Provider("Deploy", "CloudFormationStackSet", ("StackSetName", "TemplatePath"), None, inputs=(1, 10)),
    Provider(
        "Deploy",
        "CloudFormationStackInstances",
        ("StackSetName", "DeploymentTargets", "Regions"),
        None,
        inputs=(0, 10),
    ),
    Provider(
        "Deploy",
        "AppConfig",
        (
            "Application",
            "Environment",
            "ConfigurationProfile",
            "InputArtifactConfigurationPath",
            "DeploymentStrategy",  # the guide calls it optional; the service does not (recorded)
        ),
        inputs=(1, 1),
    ),
    Provider("Deploy", "ElasticBeanstalk", ("ApplicationName", "EnvironmentName"), inputs=(1, 1)),
    Provider("Deploy", "OpsWorks", ("Stack", "App"), ("Layer",), inputs=(1, 1)),
    Provider(
        "Deploy",
        "ServiceCatalog",
        ("ProductId", "ProductVersionName"),
        ("TemplateFilePath", "ProductType", "ProductVersionDescription", "ConfigurationFilePath"),
        inputs=(1, 1),
    ),
    Provider("Deploy", "EKS", ("ClusterName",), None, inputs=(1, 1), v2_only=True),
    Provider("Deploy", "EC2", (), None, inputs=(1, 1), v2_only=True),
    Provider("Invoke", "Lambda", ("FunctionName",), ("UserParameters",), inputs=(0, 5), outputs=(0, 5)),
    Provider(
        "Invoke",
        "StepFunctions",
        ("StateMachineArn",),
        ("ExecutionNamePrefix", "InputType", "Input"),
        inputs=(0, 1),
        outputs=(0, 1),
    ),
    Provider("Invoke", "CodePipeline", ("PipelineName",), ("SourceRevisions", "Variables"), v2_only=True),
    Provider(
        "Invoke", "InspectorScan", ("InspectorRunMode",), None, inputs=(0, 1), outputs=(0, 1), v2_only=True
    ),
)

BY_IDENTITY = {provider.identity: provider for provider in PROVIDERS}


def find(identity: Shape, custom: dict[tuple[str, str, str, str], Shape]) -> Provider | None:
    """The provider that an action type id names: of AWS or one that the account made itself."""
    key = (identity["category"], identity["owner"], identity["provider"], identity["version"])
    if key in custom:
        return _of_custom(key, custom[key])
    return BY_IDENTITY.get(key)


def _of_custom(key: tuple[str, str, str, str], action_type: Shape) -> Provider:
    properties = action_type.get("actionConfigurationProperties") or []
    inputs, outputs = action_type["inputArtifactDetails"], action_type["outputArtifactDetails"]
    category, owner, name, version = key
    return Provider(
        category,
        name,
        tuple(each["name"] for each in properties if each["required"]),
        tuple(each["name"] for each in properties if not each["required"]),
        inputs=(inputs["minimumCount"], inputs["maximumCount"]),
        outputs=(outputs["minimumCount"], outputs["maximumCount"]),
        owner=owner,
        version=version,
        secrets=tuple(each["name"] for each in properties if each["secret"]),
    )
