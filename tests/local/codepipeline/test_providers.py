"""Each provider does what its action reference says, as far as this machine can."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Runs, action, approval, stage, until

Shape = dict[str, Any]
Client = Callable[..., Any]


def _message(runs: Runs, execution: str) -> str:
    return runs.problem(execution)[1]


def _with_source(name: str, category: str, provider: str, **configuration: str) -> Shape:
    return action(
        name, category, provider, configuration=configuration, inputArtifacts=[{"name": "SourceOutput"}]
    )


def _run(runs: Runs, deploy: Shape, **files: str) -> str:
    """The second run of a pipeline, on these files."""
    runs.create(stage("Deploy", deploy))
    runs.ends(runs.ids()[0], "Failed")
    runs.push(**files)
    return runs.start()


# S3


def test_s3_gets_the_zip_as_it_is_when_it_is_not_extracted(runs: Runs) -> None:
    deploy = _with_source(
        "Deploy",
        "Deploy",
        "S3",
        BucketName=runs.bucket,
        Extract="false",
        ObjectKey="app.zip",
        CacheControl="no-store",
    )
    execution = runs.create(stage("Deploy", deploy))
    runs.ends(execution, "Succeeded")
    found = runs.s3.get_object(Bucket=runs.bucket, Key="app.zip")
    assert found["Body"].read()[:2] == b"PK"
    assert found["CacheControl"] == "no-store"


def test_an_s3_source_needs_versioning(runs: Runs, bucket: str) -> None:
    settings = {"S3Bucket": bucket, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"}
    unversioned = runs.source(configuration=settings)
    execution = runs.create(stage("Gate", approval()), first=stage("Source", unversioned))
    runs.ends(execution, "Failed")
    assert "versioning" in _message(runs, execution)


# ECR

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def test_an_image_is_a_source(runs: Runs, client: Client, account: str) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="shop")
    layer = {
        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "size": 1,
        "digest": "sha256:" + "a" * 64,
    }
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": layer, "layers": [layer]})
    pushed = ecr.put_image(repositoryName="shop", imageManifest=manifest, imageTag="live")["image"]
    image = action(
        "Source",
        "Source",
        "ECR",
        configuration={"RepositoryName": "shop", "ImageTag": "live"},
        outputArtifacts=[{"name": "SourceOutput"}],
    )
    deploy = _with_source("Deploy", "Deploy", "S3", BucketName=runs.bucket, Extract="true")
    execution = runs.create(stage("Deploy", deploy), first=stage("Source", image))
    runs.ends(execution, "Succeeded")
    detail = json.loads(runs.s3.get_object(Bucket=runs.bucket, Key="imageDetail.json")["Body"].read())
    digest = pushed["imageId"]["imageDigest"]
    assert detail["ImageURI"] == f"{account}.dkr.ecr.eu-west-1.amazonaws.com/shop@{digest}"
    assert runs.summary(execution)["sourceRevisions"][0]["revisionId"] == digest


# another pipeline


def test_another_pipeline_is_invoked_and_waited_for(runs: Runs, declare: Callable[..., Shape]) -> None:
    inner = declare(
        stage("Source", runs.source()),
        stage("Gate", approval(configuration={"CustomData": "#{variables.release}"})),
        name="inner",
        variables=[{"name": "release", "defaultValue": "none"}],
    )
    runs.push()
    runs.api.create_pipeline(pipeline=inner)
    variables = json.dumps([{"name": "release", "value": "42"}])
    invoke = action(
        "Invoke", "Invoke", "CodePipeline", configuration={"PipelineName": "inner", "Variables": variables}
    )
    execution = runs.create(stage("Invoke", invoke))
    invoked = until(lambda: _external(runs, execution))
    shown = runs.api.get_pipeline_execution(pipelineName="inner", pipelineExecutionId=invoked)
    assert shown["pipelineExecution"]["variables"] == [{"name": "release", "resolvedValue": "42"}]
    runs.api.stop_pipeline_execution(pipelineName="inner", pipelineExecutionId=invoked, abandon=True)
    runs.ends(execution, "Failed")
    assert "ended as Stopped" in _message(runs, execution)


def _external(runs: Runs, execution: str) -> str:
    row = runs.rows(execution)[0]
    result = row["output"].get("executionResult", {}) if row["actionName"] == "Invoke" else {}
    return str(result.get("externalExecutionId", ""))


# Step Functions


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"Type": "Succeed"}, "Succeeded"),
        ({"Type": "Fail", "Error": "Oh", "Cause": "because"}, "Failed"),
    ],
)
def test_a_state_machine_is_executed(
    runs: Runs, client: Client, role: str, state: Shape, status: str
) -> None:
    choice = {"Variable": "$.go", "BooleanEquals": True, "Next": "End"}
    states = {"Start": {"Type": "Choice", "Choices": [choice], "Default": "Lost"}, "End": state}
    states["Lost"] = {"Type": "Fail", "Error": "Lost", "Cause": "no input"}
    machine = client("stepfunctions").create_state_machine(
        name="judge", definition=json.dumps({"StartAt": "Start", "States": states}), roleArn=role
    )["stateMachineArn"]
    judge = action(
        "Judge",
        "Invoke",
        "StepFunctions",
        configuration={"StateMachineArn": machine, "Input": '{"go": true}'},
    )
    execution = runs.create(stage("Judge", judge))
    runs.ends(execution, status)
    if status == "Failed":
        assert "because" in _message(runs, execution)


def test_an_unknown_state_machine_fails(runs: Runs, account: str) -> None:
    machine = f"arn:aws:states:eu-west-1:{account}:stateMachine:nowhere"
    judge = action("Judge", "Invoke", "StepFunctions", configuration={"StateMachineArn": machine})
    execution = runs.create(stage("Judge", judge))
    runs.ends(execution, "Failed")
    assert "could not be started" in _message(runs, execution)


# CloudFormation

TEMPLATE = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}},
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
    }
)


def test_a_stack_is_made_and_changed_and_its_outputs_are_variables(runs: Runs, client: Client) -> None:
    deploy = _with_source(
        "Deploy",
        "Deploy",
        "CloudFormation",
        ActionMode="CREATE_UPDATE",
        StackName="shop",
        TemplatePath="SourceOutput::template.json",
        ParameterOverrides='{"Name": {"Fn::GetParam": ["SourceOutput", "settings.json", "name"]}}',
    )
    for name in ("one", "two"):
        if name == "one":
            execution = _run(runs, deploy, **{"template.json": TEMPLATE, "settings.json": '{"name": "one"}'})
        else:
            runs.push(**{"template.json": TEMPLATE, "settings.json": '{"name": "two"}'})
            execution = runs.start()
        runs.ends(execution, "Succeeded")
        topic = runs.rows(execution)[0]["output"]["outputVariables"]["Topic"]
        assert topic.endswith(f":{name}")
    assert (
        client("cloudformation").describe_stacks(StackName="shop")["Stacks"][0]["StackStatus"]
        == "UPDATE_COMPLETE"
    )


def test_a_stack_of_ecs_is_made_in_the_ecs_that_everybody_sees(runs: Runs, client: Client) -> None:
    deploy = _with_source(
        "Deploy",
        "Deploy",
        "CloudFormation",
        ActionMode="CREATE_UPDATE",
        StackName="shop",
        TemplatePath="SourceOutput::template.json",
    )
    cluster = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "shop"}}
    execution = _run(runs, deploy, **{"template.json": json.dumps({"Resources": {"Shop": cluster}})})
    runs.ends(execution, "Succeeded")
    assert client("ecs").describe_clusters(clusters=["shop"])["clusters"][0]["status"] == "ACTIVE"


def test_a_stack_that_ecs_refuses_fails_the_action_in_its_words(runs: Runs) -> None:
    deploy = _with_source(
        "Deploy",
        "Deploy",
        "CloudFormation",
        ActionMode="CREATE_UPDATE",
        StackName="shop",
        TemplatePath="SourceOutput::template.json",
    )
    cluster = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "no name"}}
    execution = _run(runs, deploy, **{"template.json": json.dumps({"Resources": {"Shop": cluster}})})
    runs.ends(execution, "Failed")
    assert "Invalid cluster name: no name" in _message(runs, execution)


def test_change_sets_are_made_then_executed_then_deleted(runs: Runs, client: Client) -> None:
    common = {"StackName": "shop", "ChangeSetName": "changes"}
    prepare = _with_source(
        "Prepare",
        "Deploy",
        "CloudFormation",
        ActionMode="CHANGE_SET_REPLACE",
        TemplatePath="SourceOutput::template.json",
        TemplateConfiguration="SourceOutput::settings.json",
        **common,
    )
    execute = action(
        "Execute",
        "Deploy",
        "CloudFormation",
        configuration={"ActionMode": "CHANGE_SET_EXECUTE", **common},
        runOrder=2,
    )
    runs.create(stage("Deploy", prepare, execute))
    runs.ends(runs.ids()[0], "Failed")
    settings = json.dumps({"Parameters": {"Name": "one"}, "Tags": {"team": "shop"}})
    runs.push(**{"template.json": TEMPLATE, "settings.json": settings})
    execution = runs.start()
    runs.ends(execution, "Succeeded")
    topics = [each["TopicArn"] for each in client("sns").list_topics()["Topics"]]
    assert [topic.rsplit(":", 1)[-1] for topic in topics] == ["one"]


def test_what_moto_cannot_read_fails_the_action_and_nothing_else(runs: Runs) -> None:
    settings = {
        "ActionMode": "CREATE_UPDATE",
        "StackName": "shop",
        "TemplatePath": "SourceOutput::template.json",
    }
    deploy = _with_source("Deploy", "Deploy", "CloudFormation", **settings)
    execution = _run(runs, deploy, **{"template.json": "{[ no template"})
    runs.ends(execution, "Failed")
    assert _message(runs, execution)


@pytest.mark.parametrize("mode", ["SIDEWAYS", "CHANGE_SET_REPLACE", "CREATE_UPDATE"])
def test_a_wrong_stack_action_fails(runs: Runs, mode: str) -> None:
    deploy = _with_source("Deploy", "Deploy", "CloudFormation", ActionMode=mode, StackName="shop")
    execution = runs.create(stage("Deploy", deploy))
    runs.ends(execution, "Failed")
    assert "ActionMode" in _message(runs, execution) or "missing required" in _message(runs, execution)


# CodeDeployToECS

GROUPS = "arn:aws:elasticloadbalancing:eu-west-1"


def test_a_blue_green_deployment_is_rolled_and_says_so(
    runs: Runs, client: Client, role: str, account: str
) -> None:
    ecs, codedeploy = client("ecs"), client("codedeploy")
    container = {"name": "web", "image": "public.ecr.aws/shop/web:1", "portMappings": [{"containerPort": 80}]}
    ecs.create_cluster(clusterName="shop")
    ecs.register_task_definition(family="shop", containerDefinitions=[container], cpu="256", memory="512")
    ecs.create_service(
        cluster="shop",
        serviceName="web",
        taskDefinition="shop",
        desiredCount=1,
        deploymentController={"type": "CODE_DEPLOY"},
        loadBalancers=[
            {
                "targetGroupArn": f"{GROUPS}:{account}:targetgroup/web/0123456789abcdef",
                "containerName": "web",
                "containerPort": 80,
            }
        ],
    )
    codedeploy.create_application(applicationName="shop", computePlatform="ECS")
    codedeploy.create_deployment_group(
        applicationName="shop",
        deploymentGroupName="web",
        serviceRoleArn=role,
        ecsServices=[{"clusterName": "shop", "serviceName": "web"}],
    )
    deploy = _with_source(
        "Deploy",
        "Deploy",
        "CodeDeployToECS",
        ApplicationName="shop",
        DeploymentGroupName="web",
        TaskDefinitionTemplateArtifact="SourceOutput",
        AppSpecTemplateArtifact="SourceOutput",
        Image1ArtifactName="SourceOutput",
        Image1ContainerName="IMAGE1_NAME",
    )
    files = {
        "appspec.yaml": "version: 0.0\nResources: []\n",
        "taskdef.json": json.dumps(
            {
                "family": "shop",
                "containerDefinitions": [{**container, "image": "<IMAGE1_NAME>"}],
                "cpu": "256",
                "memory": "512",
            }
        ),
        "imageDetail.json": '{"ImageURI": "public.ecr.aws/shop/web:2"}',
    }
    execution = _run(runs, deploy, **files)
    runs.ends(execution, "Succeeded")
    assert (
        "rolls the service"
        in runs.rows(execution)[0]["output"]["executionResult"]["externalExecutionSummary"]
    )
    revision = ecs.describe_task_definition(taskDefinition="shop")["taskDefinition"]
    assert revision["containerDefinitions"][0]["image"] == "public.ecr.aws/shop/web:2"
