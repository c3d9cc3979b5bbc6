"""A pipeline with everything that nobody has in one: sources of each kind, two Regions, other providers."""

import json
from collections.abc import Sequence
from typing import Any

from tests.arrive.shapes import ACCOUNT, REGION, Client, arn, role

NAME = "Odd.Pipe@1"
CONNECTION = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
FAR = "us-east-1"


def action(
    name: str,
    kind: str,
    values: dict[str, str],
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    category, provider = kind.split()
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": values,
        "inputArtifacts": [{"name": each} for each in inputs],
        "outputArtifacts": [{"name": each} for each in outputs],
        **more,
    }


def rule(name: str, provider: str, **more: Any) -> dict[str, Any]:
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": kind, **more}


def sources() -> list[dict[str, Any]]:
    code = {"RepositoryName": "My.Code_1", "BranchName": "feature/x", "PollForSourceChanges": "false"}
    git = {"ConnectionArn": CONNECTION, "FullRepositoryId": "o/r", "BranchName": "main"}
    clone = {"OutputArtifactFormat": "CODEBUILD_CLONE_REF"}
    image = {"RepositoryName": "base/img.x", "ImageTag": "latest"}
    bundle = {"S3Bucket": "sources", "S3ObjectKey": "a b/c.zip", "PollForSourceChanges": "true"}
    return [
        action("Code", "Source CodeCommit", {**code, **clone}, (), ["Code"], namespace="SV"),
        action("Git", "Source CodeStarSourceConnection", {**git, "DetectChanges": "true"}, (), ["Git"]),
        action("Image", "Source ECR", image, (), ["Image"]),
        action("Zip", "Source S3", bundle, (), ["Zip"]),
    ]


def tests() -> list[dict[str, Any]]:
    variables = [
        {"name": "A", "value": "1", "type": "PLAINTEXT"},
        {"name": "B", "value": "/p", "type": "PARAMETER_STORE"},
    ]
    unit = {"ProjectName": "unit", "PrimarySource": "Code", "EnvironmentVariables": json.dumps(variables)}
    lines = ["make", "echo '#{SV.CommitId}'"]
    commands = action("cmd", "Compute Commands", {}, ["Git"], runOrder=3, commands=lines)
    commands["outputArtifacts"] = [{"name": "Cmd", "files": ["a.txt", "b/*"]}]
    commands |= {"outputVariables": ["V"], "environmentVariables": [variables[0]]}
    return [
        action("unit", "Test CodeBuild", unit, ["Code", "Git"], ["U"], runOrder=2),
        action("lint", "Test CodeBuild", {"ProjectName": "unit", "BatchEnabled": "true"}, ["Git"]),
        commands,
    ]


def deploys(own: str) -> list[dict[str, Any]]:
    stack = {"ActionMode": "CREATE_UPDATE", "StackName": "s", "TemplatePath": "U::t.yaml", "RoleArn": own}
    values = '{"A": {"Fn::GetArtifactAtt": ["U", "URL"]}, "N": "1"}'
    machine = {"StateMachineArn": arn("states", "stateMachine:x"), "InputType": "FilePath", "Input": "a.json"}
    files = {"BucketName": "web", "Extract": "false", "ObjectKey": "a.zip"}
    key = {"KMSEncryptionKeyARN": arn("kms", "key/1")}
    fleet = {"ApplicationName": "a", "DeploymentGroupName": "g"}
    return [
        action(
            "L",
            "Invoke Lambda",
            {"FunctionName": "f", "UserParameters": "no json"},
            ["U"],
            ["LO"],
            namespace="LN",
        ),
        action("SF", "Invoke StepFunctions", machine, ["U"]),
        action("CF", "Deploy CloudFormation", {**stack, "ParameterOverrides": values}, ["U"]),
        action("S3", "Deploy S3", {**files, **key}, ["U"]),
        action("CD", "Deploy CodeDeploy", fleet, ["U"], region=FAR),
        action("X", "Deploy CloudFormation", {"ActionMode": "DELETE_ONLY", "StackName": "s"}, roleArn=own),
        action("P", "Invoke CodePipeline", {"PipelineName": "other"}),
    ]


def stages(own: str) -> list[dict[str, Any]]:
    check = {"Variable": "#{SV.BranchName}", "Value": "main", "Operator": "EQ"}
    alarm = rule("A", "CloudWatchAlarm", configuration={"AlarmName": "a"}, timeoutInMinutes=10)
    call = rule("B", "LambdaInvoke", configuration={"FunctionName": "f"}, roleArn=own)
    skip = {"result": "SKIP", "rules": [rule("R", "VariableCheck", configuration=check)]}
    approval = {"NotificationArn": arn("sns", "t"), "CustomData": "look: #{SV.CommitId}\nand so"}
    return [
        {"name": "Source", "actions": sources()},
        {
            "name": "Test.it@x",
            "onFailure": {"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}},
            "actions": tests(),
        },
        {
            "name": "Ok",
            "beforeEntry": {"conditions": [skip]},
            "onSuccess": {"conditions": [{"result": "ROLLBACK", "rules": [alarm, call]}]},
            "actions": [action("Yes", "Approval Manual", approval, timeoutInMinutes=30)],
        },
        {"name": "Go", "onFailure": {"result": "ROLLBACK"}, "actions": deploys(own)},
    ]


def make(client: Client) -> str:
    """The pipeline and what it uses. Its name"""
    own = role(client, "odd-role")
    client("codecommit").create_repository(repositoryName="My.Code_1", repositoryDescription="a: b # c\nd")
    client("ecr").create_repository(repositoryName="base/img.x")
    machine = {
        "type": "ARM_CONTAINER",
        "image": "aws/codebuild/amazonlinux2-aarch64-standard:3.0",
        "computeType": "BUILD_GENERAL1_LARGE",
    }
    through = {"type": "CODEPIPELINE"}
    client("codebuild").create_project(
        name="unit",
        source=through,
        artifacts=through,
        environment=machine,
        serviceRole=own,
        buildBatchConfig={"serviceRole": own},  # without it AWS starts no batch
    )
    push = [
        {"tags": {"includes": ["v*"], "excludes": ["v0*"]}},
        {"branches": {"includes": ["main"]}, "filePaths": {"excludes": ["docs/**"]}},
    ]
    pull = [{"events": ["OPEN", "CLOSED"], "branches": {"includes": ["*"]}}]
    git = {"sourceActionName": "Git", "push": push, "pullRequest": pull}
    stores = {
        where: {"type": "S3", "location": f"odd-{where}", "encryptionKey": {"id": key, "type": "KMS"}}
        for where, key in {REGION: "alias/x", FAR: f"arn:aws:kms:{FAR}:{ACCOUNT}:key/1"}.items()
    }
    client("s3").create_bucket(
        Bucket=f"odd-{REGION}", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    variables = [{"name": "A-b@c", "defaultValue": "x"}, {"name": "bare", "description": "say it"}]
    declared = {
        "name": NAME,
        "roleArn": own,
        "stages": stages(own),
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "artifactStores": stores,
        "variables": variables,
        "triggers": [{"providerType": "CodeStarSourceConnection", "gitConfiguration": git}],
    }
    pipelines = client("codepipeline")
    pipelines.create_pipeline(pipeline=declared, tags=[{"key": "a:b", "value": "x y"}])
    pipelines.disable_stage_transition(
        pipelineName=NAME, stageName="Go", transitionType="Inbound", reason="hold it"
    )
    return NAME
