"""The grammar of pipelines, stages and actions, as the file writes it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from pipectl.spec.block import Arn, Block, Key, Part, RoleArn, Whole

NAME_PATTERN = r"^[A-Za-z0-9.@\-_]{1,100}$"
ARTIFACT_PATTERN = r"^[a-zA-Z0-9_\-]{1,100}$"
REASON_PATTERN = r"^[a-zA-Z0-9!@ ().*?\-]{1,300}$"

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Artifact = Annotated[str, Field(pattern=ARTIFACT_PATTERN)]
Category = Literal["Source", "Build", "Test", "Deploy", "Approval", "Invoke", "Compute"]


class Action(Part):
    """One action. Its friendly keys are those of its provider; `configuration` takes AWS's own."""

    name: Name | None = Field(None, description="its stage's name, when it is not stated")
    provider: str = Field(pattern=r"^[0-9A-Za-z_-]{1,35}$")
    category: Category | None = None
    owner: Literal["AWS", "ThirdParty", "Custom"] = "AWS"
    version: str = Field("1", pattern=r"^[0-9A-Za-z_-]{1,9}$")
    run_order: Whole = Field(1, ge=1, le=999)
    inputs: list[Artifact] | None = None
    outputs: list[Artifact] | None = None
    namespace: str | None = Field(None, pattern=r"^[A-Za-z0-9@\-_]{1,100}$")
    region: str | None = None
    role: RoleArn | None = None
    timeout_minutes: Whole | None = Field(None, ge=5, le=86400, description="of a manual approval")
    event_rule: str | Literal[False] | None = Field(
        None, description="an event rule of your own that starts the pipeline; false: none is made"
    )
    configuration: dict[str, str] = Field(default_factory=dict, description="AWS's own keys and values")
    aws: dict[str, Any] = Field(default_factory=dict, description="raw members of ActionDeclaration")

    repository: str | None = None
    branch: str | None = None
    poll: bool | None = None
    output_format: Literal["CODE_ZIP", "CODEBUILD_CLONE_REF"] | None = None
    tag: str | None = None
    connection: Arn | None = None
    detect_changes: bool | None = None
    bucket: str | None = None
    key: str | None = None
    allow_key_override: bool | None = None
    extract: bool | None = None
    canned_acl: str | None = None
    cache_control: str | None = None
    project: str | None = None
    primary_source: str | None = None
    batch: bool | None = None
    combine_artifacts: bool | None = None
    environment: dict[str, str] | None = Field(None, description="variables for the build")
    dockerfile: str | None = None
    image_tags: str | None = None
    registry_type: Literal["private", "public"] | None = None
    commands: list[str] | None = Field(None, max_length=50)
    output_variables: list[str] | None = Field(None, max_length=15)
    output_files: list[str] | None = Field(
        None, max_length=10, description="files of the output of `commands`"
    )
    topic: Arn | None = None
    link: str | None = None
    custom_data: str | None = None
    cluster: str | None = None
    service: str | None = None
    image_definitions: str | None = None
    deployment_timeout_minutes: Whole | None = Field(None, ge=1, le=60)
    application: str | None = None
    deployment_group: str | None = None
    task_definition_artifact: str | None = None
    task_definition_path: str | None = None
    appspec_artifact: str | None = None
    appspec_path: str | None = None
    mode: str | None = None
    stack: str | None = None
    change_set: str | None = None
    template: str | None = None
    template_configuration: str | None = None
    capabilities: str | None = None
    parameters: dict[str, Any] | None = None
    stack_role: RoleArn | None = None
    output_file: str | None = None
    function: str | None = None
    user_parameters: str | None = None
    state_machine: Arn | None = None
    execution_name_prefix: str | None = None
    input_type: Literal["Literal", "FilePath"] | None = None
    input: str | None = None
    pipeline: str | None = None


class Transition(Part):
    """The gate in front of a stage."""

    enabled: bool
    reason: str | None = Field(None, pattern=REASON_PATTERN)

    @model_validator(mode="after")
    def _no_reason_when_open(self) -> "Transition":
        if self.enabled and self.reason:
            raise PydanticCustomError("open_with_reason", "an enabled transition has no reason")
        return self


def _transition(value: Any) -> Any:
    """`enabled` and `disabled` are short for the mapping."""
    return {"enabled": value == "enabled"} if value in ("enabled", "disabled") else value


class Rule(Part):
    """One rule of a condition."""

    name: Name
    provider: Literal[
        "CloudWatchAlarm", "CodeBuild", "Commands", "DeploymentWindow", "LambdaInvoke", "VariableCheck"
    ]
    configuration: dict[str, str] = Field(default_factory=dict)
    inputs: list[Artifact] = Field(default_factory=list)
    commands: list[str] = Field(default_factory=list, max_length=50)
    role: RoleArn | None = None
    region: str | None = None
    timeout_minutes: Whole | None = Field(None, ge=5, le=86400)


class Condition(Part):
    """What must hold, and what happens when it does not. `result` fits the place it stands in."""

    result: Literal["FAIL", "ROLLBACK", "SKIP", "RETRY"] | None = None
    rules: list[Rule] = Field(min_length=1, max_length=5)


class OnFailure(Part):
    """What happens when the stage failed."""

    result: Literal["ROLLBACK", "RETRY", "FAIL", "SKIP"] | None = None
    retry: Literal["FAILED_ACTIONS", "ALL_ACTIONS"] | None = None
    rules: list[Rule] | None = Field(None, min_length=1, max_length=5)


class Stage(Part):
    """One stage: its actions, the gate in front of it, and its conditions."""

    name: Name
    actions: list[Action] = Field(min_length=1, max_length=50)
    transition: Annotated[Transition, BeforeValidator(_transition)] | None = Field(
        None, description="enabled, disabled, or {enabled: false, reason: ...}; not stated: hands off"
    )
    before_entry: Condition | None = None
    on_success: Condition | None = None
    on_failure: OnFailure | None = None
    aws: dict[str, Any] = Field(default_factory=dict, description="raw members of StageDeclaration")


class Variable(Part):
    """A variable of the pipeline, given at the start of an execution."""

    default: str | None = Field(None, min_length=1, max_length=1000)
    description: str | None = Field(None, max_length=200)


class Filter(Part):
    """What is taken in and what is left out, as glob patterns."""

    includes: list[str] | None = Field(None, min_length=1, max_length=8)
    excludes: list[str] | None = Field(None, min_length=1, max_length=8)


class Push(Part):
    """One kind of push that starts the pipeline."""

    branches: Filter | None = None
    tags: Filter | None = None
    file_paths: Filter | None = None


class PullRequest(Part):
    """One kind of pull request that starts the pipeline."""

    events: list[Literal["OPEN", "UPDATED", "CLOSED"]] | None = Field(None, min_length=1, max_length=3)
    branches: Filter | None = None
    file_paths: Filter | None = None


class Trigger(Part):
    """What starts the pipeline, for one source action of a connection."""

    push: list[Push] | None = Field(None, min_length=1, max_length=3)
    pull_request: list[PullRequest] | None = Field(None, min_length=1, max_length=3)


class Pipeline(Block):
    """A pipeline and its stages, in their order."""

    stages: list[Stage] = Field(default_factory=list, max_length=50)
    execution_mode: Literal["SUPERSEDED", "QUEUED", "PARALLEL"] = "SUPERSEDED"
    pipeline_type: Literal["V1", "V2"] = "V2"
    variables: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9@\-_]{1,128}$")], Variable] = Field(
        default_factory=dict, max_length=50
    )
    triggers: dict[str, Trigger] = Field(
        default_factory=dict, max_length=50, description="source action -> what starts the pipeline"
    )
    role: RoleArn | None = Field(None, description="a role of your own")
    artifact_bucket: str | None = Field(None, description="a bucket of your own")
    artifact_buckets: dict[str, str] = Field(
        default_factory=dict, description="Region -> bucket, for a pipeline with actions in several Regions"
    )
    encryption_key: Key | None = Field(None, description="the customer key of the artifacts")
    encryption_keys: dict[str, Key] = Field(
        default_factory=dict, description="Region -> customer key of the bucket in another Region"
    )
