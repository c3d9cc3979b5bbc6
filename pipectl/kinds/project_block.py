"""The grammar of CodeBuild projects, as the file writes it."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pipectl.facts.build_images import environment_type, smallest_compute
from pipectl.facts.images import private_image
from pipectl.spec.block import Block, Key, Part, RoleArn, SecurityGroup, Statements, Subnet, Whole

DEFAULT_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"

EnvironmentType = Literal[
    "LINUX_CONTAINER", "ARM_CONTAINER", "LINUX_GPU_CONTAINER", "WINDOWS_CONTAINER",
    "WINDOWS_SERVER_2019_CONTAINER", "WINDOWS_SERVER_2022_CONTAINER", "LINUX_LAMBDA_CONTAINER",
    "ARM_LAMBDA_CONTAINER", "LINUX_EC2", "ARM_EC2", "WINDOWS_EC2", "MAC_ARM",
]  # fmt: skip
Compute = Literal[
    "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE",
    "BUILD_GENERAL1_2XLARGE", "BUILD_LAMBDA_1GB", "BUILD_LAMBDA_2GB", "BUILD_LAMBDA_4GB", "BUILD_LAMBDA_8GB",
    "BUILD_LAMBDA_10GB", "ATTRIBUTE_BASED_COMPUTE", "CUSTOM_INSTANCE_TYPE",
]  # fmt: skip
CacheMode = Literal["LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE", "LOCAL_CUSTOM_CACHE"]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class SecretValue(Part):
    """Where the value of a variable is kept; one of the two."""

    secrets_manager: str | None = Field(None, description="secret-id:json-key:version-stage:version-id")
    parameter_store: str | None = Field(None, description="the name of an SSM parameter")

    @model_validator(mode="after")
    def _one_of_both(self) -> "SecretValue":
        if (self.secrets_manager is None) == (self.parameter_store is None):
            raise PydanticCustomError("one_of_both", "give either `secrets_manager` or `parameter_store`")
        return self

    @property
    def kind(self) -> str:
        """The type of the variable, as CodeBuild calls it."""
        return "PARAMETER_STORE" if self.secrets_manager is None else "SECRETS_MANAGER"

    @property
    def text(self) -> str:
        """The reference."""
        return self.secrets_manager or self.parameter_store or ""


EnvironmentValue = str | SecretValue


class Vpc(Part):
    """The network that builds run in."""

    id: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$", description="the VPC")
    subnets: list[Subnet] = Field(min_length=1, max_length=16, description="up to 16")
    security_groups: list[SecurityGroup] = Field(min_length=1, max_length=5, description="up to five")


class Project(Block):
    """A build project that a pipeline runs."""

    description: str | None = Field(None, max_length=255, description="shown in the console")
    image: str = Field(DEFAULT_IMAGE, description="the image that the build runs in")
    environment_type: EnvironmentType | None = Field(
        None, description="what fits the image when it is not stated"
    )
    compute: Compute | None = Field(
        None, description="the size of the build machine; the smallest of its environment when not stated"
    )
    privileged: bool = Field(default=False, description="true: the build may use docker")
    image_pull_credentials: Literal["CODEBUILD", "SERVICE_ROLE"] | None = Field(
        None,
        description="whose rights pull the image; SERVICE_ROLE for an image in ECR when it is not stated",
    )
    buildspec: str | dict[str, Any] | None = Field(
        None,
        description="a path in the source, or the buildspec itself; `buildspec.yml` when it is not stated",
    )
    environment: dict[VariableName, EnvironmentValue] = Field(
        default_factory=dict, description="variables of the build"
    )
    repository: str | Literal[False] | None = Field(
        None, description="the ECR repository that the build pushes to; sets REPOSITORY_URI; false: none"
    )
    timeout_minutes: Whole | None = Field(None, ge=5, le=2160, description="how long a build may take")
    queued_timeout_minutes: Whole | None = Field(
        None, ge=5, le=480, description="minutes that a build may wait"
    )
    concurrent_build_limit: Whole | None = Field(None, ge=1, description="how many builds at once")
    cache: list[CacheMode] | str | None = Field(None, description="local modes, or bucket/prefix in S3")
    vpc: Vpc | None = Field(None, description="the network that builds run in")
    encryption_key: Key | None = Field(None, description="the customer key of the build's output")
    role: RoleArn | None = Field(None, description="a role of your own")
    statements: Statements = Field(
        default_factory=list, description="more policy statements for the role, each with a Sid"
    )
    log_group: str | None = Field(None, description="a log group of your own")
    log_retention_days: Whole | None = Field(
        None, description="how long that log group keeps; forever when it is never stated"
    )

    @property
    def pull_credentials(self) -> str | None:
        """Whose rights pull the image: the role's, for an image of a private ECR registry, unless stated."""
        return self.image_pull_credentials or ("SERVICE_ROLE" if private_image(self.image) else None)

    @property
    def kind_of_environment(self) -> str:
        """The environment type; what the name of the image says, when it is not stated."""
        return self.environment_type or environment_type(self.image)

    @property
    def size(self) -> str:
        """The compute type; the smallest of the environment type, when it is not stated."""
        return self.compute or smallest_compute(self.kind_of_environment)
