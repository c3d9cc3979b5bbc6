"""Setups as other tools leave them in AWS: CloudFormation's random names, Terraform's explicit defaults."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.kinds.conftest import own_role

REGION = "eu-west-1"
ACCOUNT = "012345678901"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"

Client = Callable[..., Any]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role(client: Client, name: str) -> str:
    own_role(client("iam"), name)
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def action(
    name: str,
    category: str,
    provider: str,
    values: Mapping[str, str],
    artifacts: tuple[str, str],
    **more: Any,
) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    inputs, outputs = ([{"name": each}] if each else [] for each in artifacts)
    said = {"configuration": dict(values), "inputArtifacts": inputs, "outputArtifacts": outputs}
    return {"name": name, "actionTypeId": kind, **said, **more}


def service_shape(
    client: Client, family: str, execution: str, container: Mapping[str, Any], **more: str
) -> str:
    """A registered task definition for Fargate; `more` is said of the whole task"""
    registered = client("ecs").register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        executionRoleArn=execution,
        containerDefinitions=[container],
        **more,
    )
    return str(registered["taskDefinition"]["taskDefinitionArn"])


NETWORK = {
    "awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"], "securityGroups": ["sg-0a1b2c3d"]}
}


def cloudformation(client: Client) -> str:
    """Names with random suffixes, and nothing said that a template leaves out. The pipeline's name"""
    tags = {"team": "web"}
    pairs = [{"key": key, "value": value} for key, value in tags.items()]
    pipeline_role = role(client, "web-PipelineRole-1X8QJ2EXAMPLE")
    build_role = role(client, "web-BuildRole-9ZYXW8EXAMPLE")
    bucket, repository, cluster = (
        "web-artifacts-17abcexample",
        "web-repository-abc1example",
        "web-Cluster-GhIjKl",
    )
    project, name = "Project-Ab12Cd34Ef56", "web-Pipeline-1ABCDEF2GHIJ"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("codecommit").create_repository(repositoryName="web", repositoryDescription="Web", tags=tags)
    client("ecr").create_repository(
        repositoryName=repository,
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": False},
        tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    client("ecs").create_cluster(clusterName=cluster, tags=pairs)
    client("logs").create_log_group(logGroupName="web-Logs-Zz9", tags=tags)
    options = {"awslogs-group": "web-Logs-Zz9", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    container = {
        "name": "web",
        "image": f"{REGISTRY}/{repository}:1a2b3c",
        "portMappings": [{"containerPort": 3000}],
        "secrets": [{"name": "KEY", "valueFrom": arn("ssm", "parameter/web/key")}],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    task = service_shape(client, "webTaskAb12", role(client, "web-Execution-77"), container)
    client("ecs").create_service(
        cluster=cluster,
        serviceName="web-Service-QwErTy",
        taskDefinition=task,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=NETWORK,
        tags=pairs,
    )
    client("codebuild").create_project(
        name=project,
        source={
            "type": "CODEPIPELINE",
            "buildspec": "version: 0.2\nphases:\n  build:\n    commands: [make]\n",
        },
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:6.0",
            "computeType": "BUILD_GENERAL1_LARGE",
            "environmentVariables": [{"name": "REPOSITORY_URI", "value": f"{REGISTRY}/{repository}"}],
        },
        serviceRole=build_role,
        tags=pairs,
    )
    source = {"RepositoryName": "web", "BranchName": "main", "PollForSourceChanges": "false"}
    stages = [
        {
            "name": "Source",
            "actions": [action("Code", "Source", "CodeCommit", source, ("", "Code"), runOrder=1)],
        },
        {
            "name": "Build",
            "actions": [action("Image", "Build", "CodeBuild", {"ProjectName": project}, ("Code", "Image"))],
        },
        {
            "name": "Deploy",
            "actions": [
                action(
                    "Service",
                    "Deploy",
                    "ECS",
                    {"ClusterName": cluster, "ServiceName": "web-Service-QwErTy"},
                    ("Image", ""),
                )
            ],
        },
    ]
    pipeline = {"name": name, "roleArn": pipeline_role, "stages": stages, "pipelineType": "V2"}
    store = {"type": "S3", "location": bucket}
    client("codepipeline").create_pipeline(pipeline={**pipeline, "artifactStore": store}, tags=pairs)
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [arn("codecommit", "web")],
        "detail": {"referenceName": ["main"], "referenceType": ["branch"]},
    }
    client("events").put_rule(Name="web-Rule-1K2L3M", EventPattern=json.dumps(pattern))
    target = {"Id": "pipeline", "Arn": arn("codepipeline", name), "RoleArn": role(client, "web-Events-5")}
    client("events").put_targets(Rule="web-Rule-1K2L3M", Targets=[target])
    return name


def terraform(client: Client) -> str:
    """Explicit defaults everywhere, a pipeline of type V1 with a connection. The pipeline's name"""
    tags = [{"key": "Terraform", "value": "true"}]
    client("s3").create_bucket(
        Bucket="tf-artifacts", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    client("ecr").create_repository(
        repositoryName="team/api",
        imageTagMutability="MUTABLE",
        encryptionConfiguration={"encryptionType": "AES256"},
        imageScanningConfiguration={"scanOnPush": True},
        tags=[{"Key": "Terraform", "Value": "true"}],
    )
    lifecycle = {
        "rules": [
            {
                "rulePriority": 1,
                "description": "Keep last 10",
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
                "action": {"type": "expire"},
            }
        ]
    }
    client("ecr").put_lifecycle_policy(repositoryName="team/api", lifecyclePolicyText=json.dumps(lifecycle))
    client("ecs").create_cluster(
        clusterName="main",
        settings=[{"name": "containerInsights", "value": "enabled"}],
        capacityProviders=["FARGATE_SPOT", "FARGATE"],
        tags=tags,
    )
    container = {
        "name": "api",
        "image": f"{REGISTRY}/team/api:latest",
        "cpu": 0,
        "essential": True,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
    }
    roles = (role(client, "tf-execution"), role(client, "tf-task"))
    task = service_shape(client, "api", roles[0], container, taskRoleArn=roles[1])
    client("ecs").create_service(
        cluster="main",
        serviceName="api",
        taskDefinition=task,
        desiredCount=3,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        schedulingStrategy="REPLICA",
        platformVersion="1.4.0",
        deploymentConfiguration={"maximumPercent": 200, "minimumHealthyPercent": 50},
        deploymentController={"type": "ECS"},
        enableECSManagedTags=False,
        enableExecuteCommand=True,
        propagateTags="SERVICE",
        networkConfiguration=NETWORK,
        tags=tags,
    )
    client("codebuild").create_project(
        name="api-build",
        description="Managed by Terraform",
        source={
            "type": "CODEPIPELINE",
            "buildspec": "ci/buildspec.yml",
            "gitCloneDepth": 0,
            "insecureSsl": False,
        },
        artifacts={"type": "CODEPIPELINE"},
        cache={"type": "S3", "location": "tf-artifacts/cache"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_MEDIUM",
            "privilegedMode": False,
            "imagePullCredentialsType": "CODEBUILD",
            "environmentVariables": [],
        },
        serviceRole=role(client, "tf-build"),
        timeoutInMinutes=30,
        queuedTimeoutInMinutes=480,
        logsConfig={
            "cloudWatchLogs": {"status": "DISABLED"},
            "s3Logs": {"status": "ENABLED", "location": "tf-artifacts/logs"},
        },
        tags=tags,
    )
    connection = arn("codestar-connections", "connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4")
    source = {"ConnectionArn": connection, "FullRepositoryId": "team/api", "BranchName": "main"}
    deploy = {"ClusterName": "main", "ServiceName": "api", "FileName": "imagedefinitions.json"}
    stages = [
        {
            "name": "Source",
            "actions": [
                action("Source", "Source", "CodeStarSourceConnection", source, ("", "source"), runOrder=1)
            ],
        },
        {
            "name": "Build",
            "actions": [
                action(
                    "Build",
                    "Build",
                    "CodeBuild",
                    {"ProjectName": "api-build"},
                    ("source", "build"),
                    runOrder=1,
                )
            ],
        },
        {"name": "Approve", "actions": [action("Approve", "Approval", "Manual", {}, ("", ""), runOrder=1)]},
        {"name": "Deploy", "actions": [action("Deploy", "Deploy", "ECS", deploy, ("build", ""), runOrder=1)]},
    ]
    key = {"id": arn("kms", "alias/artifacts"), "type": "KMS"}
    pipeline = {
        "name": "api",
        "roleArn": role(client, "tf-pipeline"),
        "artifactStore": {"type": "S3", "location": "tf-artifacts", "encryptionKey": key},
        "stages": stages,
        "pipelineType": "V1",
    }
    client("codepipeline").create_pipeline(pipeline=pipeline, tags=tags)
    return "api"
