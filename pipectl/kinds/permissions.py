"""What a pipeline's role must be allowed to do: the artifact bucket, and one statement per thing opened."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.policy import allow
from pipectl.kinds import bucket, project, repository, service, source
from pipectl.kinds.declaration import artifact_bucket, configuration
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.wiring import Wired, wired
from pipectl.spec.spec import Spec

Statements = Iterator[dict[str, Any]]


def statements(spec: Spec, account: Account, pipeline: Pipeline) -> Statements:
    """The statements of a pipeline's role, action by action (user guide, "security-iam")."""
    for name in {artifact_bucket(spec, account, pipeline), *pipeline.artifact_buckets.values()}:
        yield from bucket.store_statements(account, name)
    if pipeline.encryption_key:
        yield _use_key(account, pipeline.encryption_key)
    for region, key in pipeline.encryption_keys.items():
        yield _use_key(replace(account, region=region), key)
    for wire in wired(pipeline):
        if wire.action.role:
            yield allow("AssumeActionRole", ["sts:AssumeRole"], [wire.action.role])
        else:
            yield from _action(spec, account, wire)


def _use_key(account: Account, key: str) -> dict[str, Any]:
    """A policy names keys, no aliases (KMS guide, "Use aliases to control access to KMS keys")."""
    actions = ["kms:DescribeKey", "kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*", "kms:Decrypt"]
    _, is_alias, alias = key.partition("alias/")
    if is_alias:
        # `*`: which key the alias stands for, only KMS knows; the condition bounds it
        condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{alias}"}}
        return allow("UseArtifactKey", actions, [account.arn("kms", "key/*")], condition)
    return allow(
        "UseArtifactKey", actions, [key if key.startswith("arn:") else account.arn("kms", f"key/{key}")]
    )


def _action(spec: Spec, account: Account, wire: Wired) -> Statements:
    values = configuration(wire)
    if wire.action.provider == "ECS":
        yield from service.deploy_statements(
            spec, account, values.get("ClusterName", ""), values.get("ServiceName", "")
        )
    else:
        opened = OPENED.get((wire.category or "", wire.action.provider))
        if opened:
            yield from opened(account, values)


Values = Mapping[str, str]


def _codecommit(account: Account, values: Values) -> Statements:
    yield source.pull_statement(account, values.get("RepositoryName", ""))


def _ecr(account: Account, values: Values) -> Statements:
    yield repository.look_statement(account, values.get("RepositoryName", ""))


def _connection(account: Account, values: Values) -> Statements:
    # New ARNs say codeconnections, and the service still checks the old name for old ones.
    actions = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
    yield allow("UseConnection", actions, [values.get("ConnectionArn", "")])


def _s3_source(account: Account, values: Values) -> Statements:
    name = account.arn("s3", values.get("S3Bucket", ""))
    looks = ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"]
    yield allow("FindSource", looks, [name])
    yield allow("ReadSourceObject", ["s3:GetObject", "s3:GetObjectVersion"], [f"{name}/*"])


def _s3_deploy(account: Account, values: Values) -> Statements:
    name = account.arn("s3", values.get("BucketName", ""))
    yield allow("DeployObjects", ["s3:PutObject", "s3:PutObjectAcl"], [f"{name}/*"])


def _codebuild(account: Account, values: Values) -> Statements:
    yield project.start_statement(account, values.get("ProjectName", ""))


def _publish(account: Account, values: Values) -> Statements:
    yield repository.login_statement()
    yield repository.push_statement(account, values.get("ECRRepositoryName", ""))
    yield from _commands(account, values)


def _commands(account: Account, values: Values) -> Statements:
    # `*`: the group is named after the pipeline and made by the service at the first run
    groups = [account.arn("logs", "log-group:/aws/codepipeline/*")]
    yield allow("LogCommands", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], groups)


def _manual(account: Account, values: Values) -> Statements:
    if topic := values.get("NotificationArn"):
        yield allow("AskForApproval", ["sns:Publish"], [topic])


def _lambda(account: Account, values: Values) -> Statements:
    function = values.get("FunctionName", "")
    arn = function if function.startswith("arn:") else account.arn("lambda", f"function:{function}")
    yield allow("InvokeFunction", ["lambda:InvokeFunction"], [arn])


def _step_functions(account: Account, values: Values) -> Statements:
    machine = values.get("StateMachineArn", "")
    executions = machine.replace(":stateMachine:", ":execution:") + ":*"
    yield allow("StartStateMachine", ["states:DescribeStateMachine", "states:StartExecution"], [machine])
    yield allow("FollowStateMachine", ["states:DescribeExecution"], [executions])


def _codepipeline(account: Account, values: Values) -> Statements:
    arn = account.arn("codepipeline", values.get("PipelineName", ""))
    actions = ["codepipeline:StartPipelineExecution", "codepipeline:GetPipelineExecution"]
    yield allow("StartPipelines", actions, [arn])


def _cloudformation(account: Account, values: Values) -> Statements:
    verbs = ("CreateStack", "DeleteStack", "DescribeStacks", "UpdateStack", "CreateChangeSet",
             "DeleteChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "SetStackPolicy")  # fmt: skip
    stack = account.arn("cloudformation", f"stack/{values.get('StackName', '')}/*")
    yield allow("DeployStack", [f"cloudformation:{verb}" for verb in verbs], [stack])
    # `*`: ValidateTemplate knows no resources (service authorization reference, CloudFormation)
    yield allow("ValidateTemplate", ["cloudformation:ValidateTemplate"], ["*"])
    if role := values.get("RoleArn"):
        condition = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
        yield allow("PassStackRole", ["iam:PassRole"], [role], condition)


def _codedeploy(account: Account, values: Values) -> Statements:
    application = values.get("ApplicationName", "")
    group = f"deploymentgroup:{application}/{values.get('DeploymentGroupName', '')}"
    yield allow(
        "UseApplication",
        [
            "codedeploy:GetApplication",
            "codedeploy:GetApplicationRevision",
            "codedeploy:RegisterApplicationRevision",
        ],
        [account.arn("codedeploy", f"application:{application}")],
    )
    yield allow(
        "Deploy",
        ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"],
        [account.arn("codedeploy", group)],
    )
    configs = [account.arn("codedeploy", "deploymentconfig:*")]
    yield allow("ReadDeploymentConfig", ["codedeploy:GetDeploymentConfig"], configs)


def _codedeploy_to_ecs(account: Account, values: Values) -> Statements:
    yield from _codedeploy(account, values)
    # `*`: the family and its roles stand in the template inside the artifact
    definitions = [account.arn("ecs", "task-definition/*")]
    yield allow("RegisterAnyRevision", ["ecs:RegisterTaskDefinition"], definitions)
    condition = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    yield allow("PassAnyTaskRole", ["iam:PassRole"], ["*"], condition)


OPENED: Mapping[tuple[str, str], Callable[[Account, Values], Statements]] = {
    ("Source", "CodeCommit"): _codecommit,
    ("Source", "ECR"): _ecr,
    ("Source", "CodeStarSourceConnection"): _connection,
    ("Source", "S3"): _s3_source,
    ("Build", "CodeBuild"): _codebuild,
    ("Test", "CodeBuild"): _codebuild,
    ("Build", "ECRBuildAndPublish"): _publish,
    ("Compute", "Commands"): _commands,
    ("Approval", "Manual"): _manual,
    ("Deploy", "S3"): _s3_deploy,
    ("Deploy", "CodeDeploy"): _codedeploy,
    ("Deploy", "CodeDeployToECS"): _codedeploy_to_ecs,
    ("Deploy", "CloudFormation"): _cloudformation,
    ("Invoke", "Lambda"): _lambda,
    ("Invoke", "StepFunctions"): _step_functions,
    ("Invoke", "CodePipeline"): _codepipeline,
}
"""Category and provider -> what its actions open. ECS is above: it needs the spec."""
