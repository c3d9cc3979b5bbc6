"""The grammar of pipelines, stages and actions, as the file writes it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from pipectl.kinds.notification_block import Notification
from pipectl.spec.block import Arn, Block, Key, Part, RoleArn, Statements, Whole

NAME_PATTERN = r"^[A-Za-z0-9.@\-_]{1,100}$"
ARTIFACT_PATTERN = r"^[a-zA-Z0-9_\-]{1,100}$"
REASON_PATTERN = r"^[a-zA-Z0-9!@ ().*?\-]{1,300}$"

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Artifact = Annotated[str, Field(pattern=ARTIFACT_PATTERN)]
Category = Literal["Source", "Build", "Test", "Deploy", "Approval", "Invoke", "Compute"]


class Action(Part):
    """One action. Its friendly keys are those of its provider; `configuration` takes AWS's own."""

    name: Name | None = Field(None, description="its stage's name, when it is not stated")
    provider: str = Field(pattern=r"^[0-9A-Za-z_-]{1,35}$", description="who does it, as CodeBuild")
    category: Category | None = Field(None, description="what it does; the provider's when it is not stated")
    owner: Literal["AWS", "ThirdParty", "Custom"] = Field(
        "AWS", description="`Custom` for your own action types"
    )
    version: str = Field("1", pattern=r"^[0-9A-Za-z_-]{1,9}$", description="of the action type")
    run_order: Whole = Field(1, ge=1, le=999, description="its place in the stage")
    inputs: list[Artifact] | None = Field(None, description="artifacts; the newest when it is not stated")
    outputs: list[Artifact] | None = Field(
        None, description="artifacts; `{action}Output` for sources and builds when it is not stated"
    )
    namespace: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9@\-_]{1,100}$",
        description="of the variables that it gives to later actions",
    )
    region: str | None = Field(None, description="where it works, if elsewhere")
    role: RoleArn | None = Field(None, description="your own role for this action")
    timeout_minutes: Whole | None = Field(None, ge=5, le=86400, description="of a manual approval")
    event_rule: str | Literal[False] | None = Field(
        None, description="an event rule of your own that starts the pipeline; false: none is made"
    )
    configuration: dict[str, str] = Field(default_factory=dict, description="AWS's own keys and values")
    aws: dict[str, Any] = Field(default_factory=dict, description="raw members of ActionDeclaration")

    repository: str | None = Field(
        None,
        description="CodeCommit, ECR, ECRBuildAndPublish: the name; CodeStarSourceConnection: `owner/name`",
    )
    branch: str | None = Field(None, description="the branch that starts the pipeline")
    poll: bool | None = Field(
        None, description="true: CodePipeline looks for changes itself, and no event rule is made"
    )
    output_format: Literal["CODE_ZIP", "CODEBUILD_CLONE_REF"] | None = Field(
        None, description="whether later builds get the files or a clone"
    )
    tag: str | None = Field(None, description="ECR: the image tag; `latest` when it is not stated")
    connection: Arn | None = Field(None, description="the connection's ARN")
    detect_changes: bool | None = Field(None, description="false: a change does not start the pipeline")
    bucket: str | None = Field(None, description="S3: the bucket")
    key: str | None = Field(None, description="S3: the object, or below which key to deploy")
    allow_key_override: bool | None = Field(None, description="S3: whether a start may name another object")
    extract: bool | None = Field(None, description="S3: whether the artifact is unpacked")
    canned_acl: str | None = Field(None, description="S3: of the deployed objects")
    cache_control: str | None = Field(None, description="S3: of the deployed objects")
    project: str | None = Field(None, description="CodeBuild: the project")
    primary_source: str | None = Field(
        None, description="CodeBuild: the artifact with the buildspec, when there are several"
    )
    batch: bool | None = Field(None, description="CodeBuild: a batch build; a role for the batches is made")
    combine_artifacts: bool | None = Field(None, description="CodeBuild: one artifact of all of a batch")
    environment: dict[str, str] | None = Field(None, description="variables for the build")
    dockerfile: str | None = Field(None, description="ECRBuildAndPublish: the folder of the Dockerfile")
    image_tags: str | None = Field(None, description="ECRBuildAndPublish: tags, with commas")
    registry_type: Literal["private", "public"] | None = Field(
        None, description="ECRBuildAndPublish: which registry"
    )
    commands: list[str] | None = Field(
        None, max_length=50, description="Commands: up to fifty shell commands"
    )
    output_variables: list[str] | None = Field(
        None, max_length=15, description="Commands: variables for later actions"
    )
    output_files: list[str] | None = Field(
        None, max_length=10, description="files of the output of `commands`"
    )
    topic: Arn | None = Field(None, description="Manual: the SNS topic that is told")
    link: str | None = Field(None, description="Manual: what the approver should look at")
    custom_data: str | None = Field(None, description="Manual: what the approver should know")
    cluster: str | None = Field(None, description="ECS: the cluster")
    service: str | None = Field(None, description="ECS: the service")
    image_definitions: str | None = Field(
        None, description="ECS: the file of the images; `imagedefinitions.json` when it is not stated"
    )
    deployment_timeout_minutes: Whole | None = Field(
        None, ge=1, le=60, description="ECS: how long the service may take to be steady"
    )
    application: str | None = Field(None, description="CodeDeploy: the application")
    deployment_group: str | None = Field(None, description="CodeDeploy: the group")
    task_definition_artifact: str | None = Field(
        None, description="CodeDeployToECS: the artifact with the task definition"
    )
    task_definition_path: str | None = Field(None, description="CodeDeployToECS: the file in it")
    appspec_artifact: str | None = Field(None, description="CodeDeployToECS: the artifact with the AppSpec")
    appspec_path: str | None = Field(None, description="CodeDeployToECS: the file in it")
    mode: str | None = Field(None, description="CloudFormation: what is done, as `CREATE_UPDATE`")
    stack: str | None = Field(None, description="CloudFormation: the stack")
    change_set: str | None = Field(None, description="CloudFormation: the change set")
    template: str | None = Field(None, description="CloudFormation: `artifact::file`")
    template_configuration: str | None = Field(None, description="CloudFormation: `artifact::file`")
    capabilities: str | None = Field(None, description="CloudFormation: as `CAPABILITY_IAM`")
    parameters: dict[str, Any] | None = Field(None, description="CloudFormation: parameters of the template")
    stack_role: RoleArn | None = Field(None, description="CloudFormation: the role of the stack")
    output_file: str | None = Field(None, description="CloudFormation: where the outputs are written")
    function: str | None = Field(None, description="Lambda: the function")
    user_parameters: str | None = Field(None, description="Lambda: what it gets")
    state_machine: Arn | None = Field(None, description="StepFunctions: its ARN")
    execution_name_prefix: str | None = Field(None, description="StepFunctions: of the execution's name")
    input_type: Literal["Literal", "FilePath"] | None = Field(
        None, description="StepFunctions: what `input` is"
    )
    input: str | None = Field(None, description="StepFunctions: a text or a file of the artifact")
    pipeline: str | None = Field(None, description="CodePipeline: the pipeline that is started")


class Transition(Part):
    """The gate in front of a stage."""

    enabled: bool = Field(description="whether executions may enter")
    reason: str | None = Field(
        None,
        pattern=REASON_PATTERN,
        description="why not; up to 300 plain letters, digits, spaces and `!@().*?-`",
    )

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

    name: Name = Field(description="of the rule")
    provider: Literal[
        "CloudWatchAlarm", "CodeBuild", "Commands", "DeploymentWindow", "LambdaInvoke", "VariableCheck"
    ] = Field(description="who decides")
    configuration: dict[str, str] = Field(default_factory=dict, description="AWS's own keys and values")
    inputs: list[Artifact] = Field(default_factory=list, description="artifacts")
    commands: list[str] = Field(default_factory=list, max_length=50, description="Commands: shell commands")
    role: RoleArn | None = Field(None, description="your own role for this rule")
    region: str | None = Field(None, description="where it works, if elsewhere")
    timeout_minutes: Whole | None = Field(None, ge=5, le=86400, description="how long it may take")


class Condition(Part):
    """What must hold, and what happens when it does not. `result` fits the place it stands in."""

    result: Literal["FAIL", "ROLLBACK", "SKIP", "RETRY"] | None = Field(
        None, description="what happens when a rule does not hold"
    )
    rules: list[Rule] = Field(min_length=1, max_length=5, description="one to five")


class OnFailure(Part):
    """What happens when the stage failed."""

    result: Literal["ROLLBACK", "RETRY", "FAIL", "SKIP"] | None = Field(None, description="what happens")
    retry: Literal["FAILED_ACTIONS", "ALL_ACTIONS"] | None = Field(
        None, description="with `result: RETRY`: which actions run again"
    )
    rules: list[Rule] | None = Field(
        None, min_length=1, max_length=5, description="one to five; with `result: ROLLBACK`"
    )


class Stage(Part):
    """One stage: its actions, the gate in front of it, and its conditions."""

    name: Name = Field(description="letters, digits and `.@-_`")
    actions: list[Action] = Field(
        min_length=1,
        max_length=50,
        description="one to fifty actions; those of the same `run_order` run side by side",
    )
    transition: Annotated[Transition, BeforeValidator(_transition)] | None = Field(
        None, description="enabled, disabled, or {enabled: false, reason: ...}; not stated: hands off"
    )
    before_entry: Condition | None = Field(None, description="what must hold before an execution enters")
    on_success: Condition | None = Field(None, description="what must hold after the actions succeeded")
    on_failure: OnFailure | None = Field(None, description="what happens when the stage failed")
    aws: dict[str, Any] = Field(default_factory=dict, description="raw members of StageDeclaration")


class Variable(Part):
    """A variable of the pipeline, given at the start of an execution."""

    default: str | None = Field(
        None, min_length=1, max_length=1000, description="its value when a start gives none"
    )
    description: str | None = Field(None, max_length=200, description="shown in the console")


class Filter(Part):
    """What is taken in and what is left out, as glob patterns."""

    includes: list[str] | None = Field(
        None, min_length=1, max_length=8, description="glob patterns, up to eight"
    )
    excludes: list[str] | None = Field(
        None, min_length=1, max_length=8, description="glob patterns, up to eight; they win"
    )


class Push(Part):
    """One kind of push that starts the pipeline."""

    branches: Filter | None = Field(None, description="of which branches")
    tags: Filter | None = Field(None, description="of which tags, instead of branches")
    file_paths: Filter | None = Field(None, description="that changed which files")


class PullRequest(Part):
    """One kind of pull request that starts the pipeline."""

    events: list[Literal["OPEN", "UPDATED", "CLOSED"]] | None = Field(
        None, min_length=1, max_length=3, description="what happened to it"
    )
    branches: Filter | None = Field(None, description="into which branches")
    file_paths: Filter | None = Field(None, description="that changed which files")


class Trigger(Part):
    """What starts the pipeline, for one source action of a connection."""

    push: list[Push] | None = Field(None, min_length=1, max_length=3, description="up to three kinds of push")
    pull_request: list[PullRequest] | None = Field(
        None, min_length=1, max_length=3, description="up to three kinds of pull request"
    )


class Pipeline(Block):
    """A pipeline and its stages, in their order."""

    stages: list[Stage] = Field(
        default_factory=list, max_length=50, description="in their order; needed unless `managed: false`"
    )
    execution_mode: Literal["SUPERSEDED", "QUEUED", "PARALLEL"] = Field(
        "SUPERSEDED", description="what happens to an execution that meets a newer one"
    )
    pipeline_type: Literal["V1", "V2"] = Field(
        "V2", description="V2 is needed for variables, triggers, conditions and other modes"
    )
    variables: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9@\-_]{1,128}$")], Variable] = Field(
        default_factory=dict, max_length=50, description="given at the start of an execution"
    )
    triggers: dict[str, Trigger] = Field(
        default_factory=dict, max_length=50, description="source action -> what starts the pipeline"
    )
    notifications: dict[str, Notification] = Field(
        default_factory=dict, max_length=10, description="name -> which events are sent where; up to ten"
    )
    role: RoleArn | None = Field(None, description="a role of your own")
    statements: Statements = Field(
        default_factory=list, description="more policy statements for the role, each with a Sid"
    )
    artifact_bucket: str | None = Field(None, description="a bucket of your own")
    artifact_buckets: dict[str, str] = Field(
        default_factory=dict, description="Region -> bucket, for a pipeline with actions in several Regions"
    )
    encryption_key: Key | None = Field(None, description="the customer key of the artifacts")
    encryption_keys: dict[str, Key] = Field(
        default_factory=dict, description="Region -> customer key of the bucket in another Region"
    )
