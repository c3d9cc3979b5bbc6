"""Connections, subscriptions, layers and the default VPC of the local AWS"""

from __future__ import annotations

import hashlib
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pipectl.local import connections
from tests.local.refusals import refused

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.server import Server

Client = Callable[..., Any]


def code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize("name", ["codeconnections", "codestar-connections"])
def test_a_connection_is_pending_until_it_is_completed(
    client: Client, server: Server, tmp_path: Path, name: str
) -> None:
    api = client(name)
    arn = api.create_connection(ConnectionName="github", ProviderType="GitHub")["ConnectionArn"]
    found = api.get_connection(ConnectionArn=arn)["Connection"]
    assert (found["ConnectionStatus"], found["ProviderType"]) == ("PENDING", "GitHub")
    connections.link(server.world, arn, str(tmp_path))
    (listed,) = api.list_connections()["Connections"]
    assert listed == {**found, "ConnectionStatus": "AVAILABLE"}
    api.delete_connection(ConnectionArn=arn)
    assert code(api.get_connection, ConnectionArn=arn) == "ResourceNotFoundException"


def test_both_names_of_the_service_know_the_same_connections(client: Client) -> None:
    arn = client("codeconnections").create_connection(ConnectionName="x")["ConnectionArn"]
    old = client("codestar-connections").get_connection(ConnectionArn=arn)
    assert old["Connection"]["ConnectionArn"] == arn


def test_who_reads_mail_confirms_a_subscription(client: Client) -> None:
    sns = client("sns")
    topic = sns.create_topic(Name="approvals")["TopicArn"]
    mail = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.org")
    assert mail["SubscriptionArn"] == "pending confirmation"
    queue = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:1:asked")
    told = {
        each["Protocol"]: each["SubscriptionArn"]
        for each in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    }
    assert told == {"email": "PendingConfirmation", "sqs": queue["SubscriptionArn"]}
    assert code(sns.confirm_subscription, TopicArn=topic, Token="wrong") == "InvalidParameter"


def test_a_confirmed_subscription_has_its_arn(client: Client) -> None:
    sns = client("sns")
    topic = sns.create_topic(Name="approvals")["TopicArn"]
    asked = {"TopicArn": topic, "Protocol": "email", "Endpoint": "ann@example.org"}
    arn = sns.subscribe(**asked, ReturnSubscriptionArn=True)["SubscriptionArn"]
    done = sns.confirm_subscription(TopicArn=topic, Token=arn.rpartition(":")[2])
    assert done["SubscriptionArn"] == arn
    (found,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert found["SubscriptionArn"] == arn


def test_a_layer_that_was_uploaded_can_be_downloaded(client: Client) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="team/shop")
    content = b'{"architecture": "arm64"}'
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    missing = {"repositoryName": "team/shop", "layerDigest": digest}
    assert code(ecr.get_download_url_for_layer, **missing) == "LayersNotFoundException"
    upload = ecr.initiate_layer_upload(repositoryName="team/shop")["uploadId"]
    part = {"partFirstByte": 0, "partLastByte": len(content) - 1, "layerPartBlob": content}
    ecr.upload_layer_part(repositoryName="team/shop", uploadId=upload, **part)
    ecr.complete_layer_upload(repositoryName="team/shop", uploadId=upload, layerDigests=[digest])
    url = ecr.get_download_url_for_layer(**missing)["downloadUrl"]
    with urllib.request.urlopen(url) as answer:  # noqa: S310  of this machine
        assert answer.read() == content
    nowhere = {"repositoryName": "nowhere", "layerDigest": digest}
    assert code(ecr.get_download_url_for_layer, **nowhere) == "RepositoryNotFoundException"


def test_the_default_vpc_leads_out_and_others_do_not(client: Client) -> None:
    ec2 = client("ec2")
    (default,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    other = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def ways(vpc: str) -> list[str]:
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        return [
            route["GatewayId"]
            for table in tables
            for route in table["Routes"]
            if route.get("DestinationCidrBlock") == "0.0.0.0/0"
        ]

    (way,) = ways(default["VpcId"])
    (gateway,) = ec2.describe_internet_gateways()["InternetGateways"]
    assert way == gateway["InternetGatewayId"]
    assert [each["VpcId"] for each in gateway["Attachments"]] == [default["VpcId"]]
    assert ways(other) == []


TEMPLATE = """
Resources:
  Images: {Type: AWS::ECR::Repository, Properties: {RepositoryName: !Sub "${AWS::StackName}"}}
  Code: {Type: AWS::CodeCommit::Repository, Properties: {RepositoryName: shop}}
"""


def test_a_stack_of_types_that_nobody_makes_here_is_refused_before_anything_is_made(client: Client) -> None:
    api = client("cloudformation")
    with refused("ValidationError", "Unrecognized resource types: [AWS::CodeCommit::Repository]"):
        api.create_stack(StackName="shop", TemplateBody=TEMPLATE)
    with refused("ValidationError", "Unrecognized resource types: [AWS::CodeCommit::Repository]"):
        api.create_change_set(
            StackName="shop", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=TEMPLATE
        )
    assert api.list_stacks()["StackSummaries"] == []
    api.create_stack(StackName="shop", TemplateBody=TEMPLATE.partition("  Code")[0])
    assert client("ecr").describe_repositories()["repositories"][0]["repositoryName"] == "shop"


def test_a_template_in_a_bucket_is_looked_at_too(client: Client) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    client("s3").create_bucket(Bucket="templates-of-the-shop", CreateBucketConfiguration=place)
    client("s3").put_object(Bucket="templates-of-the-shop", Key="shop.yaml", Body=TEMPLATE)
    url = "https://s3.eu-west-1.amazonaws.com/templates-of-the-shop/shop.yaml"
    with refused("ValidationError", "AWS::CodeCommit::Repository"):
        client("cloudformation").create_stack(StackName="shop", TemplateURL=url)


def test_services_of_ecs_are_scalable_targets(client: Client) -> None:
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "web", "image": "nginx:1", "memory": 64}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=0)
    target = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
    capacity = {"MinCapacity": 0, "MaxCapacity": 2}
    scaling.register_scalable_target(**target, **capacity, ResourceId="service/shop/web")
    (listed,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert listed["ResourceId"] == "service/shop/web"
    for missing in ("service/shop/api", "service/nowhere/web"):
        with refused("ValidationException", f"ECS service doesn't exist: {missing}"):
            scaling.register_scalable_target(**target, **capacity, ResourceId=missing)


def test_batch_makes_no_cluster_that_nobody_sees(client: Client) -> None:
    with refused("UnknownOperationException", "does not answer batch:CreateComputeEnvironment"):
        client("batch").create_compute_environment(computeEnvironmentName="jobs", type="UNMANAGED")


@pytest.mark.parametrize("kind", ["AWS::ECS::TaskSet", "AWS::Batch::ComputeEnvironment"])
def test_a_stack_of_ecs_types_that_nobody_makes_is_refused(client: Client, kind: str) -> None:
    template = f"Resources: {{One: {{Type: '{kind}', Properties: {{}}}}}}"
    with refused("ValidationError", f"Unrecognized resource types: [{kind}]"):
        client("cloudformation").create_stack(StackName="shop", TemplateBody=template)
