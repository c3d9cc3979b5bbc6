from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}


@pytest.fixture
def arns(ecs: Any, cluster: str, register: Callable[..., str], create: Callable[..., Any]) -> dict[str, str]:
    definition = register()
    task = ecs.run_task(
        cluster=cluster, taskDefinition="web", launchType="FARGATE", networkConfiguration=NETWORK
    )["tasks"][0]["taskArn"]
    home = ecs.describe_clusters(clusters=[cluster])["clusters"][0]["clusterArn"]
    return {
        "cluster": home,
        "service": create(desiredCount=0)["serviceArn"],
        "task-definition": definition,
        "task": task,
    }


@pytest.mark.parametrize("kind", ["cluster", "service", "task-definition", "task"])
def test_tags_are_added_replaced_and_taken_away(ecs: Any, arns: dict[str, str], kind: str) -> None:
    arn = arns[kind]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "3"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["b", "never"])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "3"}]


def test_more_than_fifty_tags_in_all_are_refused(
    ecs: Any, arns: dict[str, str], refused: Callable[..., Any]
) -> None:
    arn = arns["service"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": f"k{number}", "value": ""} for number in range(50)])
    with refused("LimitExceededException", "A resource can have at most 50 tags."):
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "one more", "value": ""}])


def test_the_prefix_of_aws_is_reserved(ecs: Any, arns: dict[str, str], refused: Callable[..., Any]) -> None:
    message = "Tag keys cannot start with aws:, this prefix is reserved for AWS use"
    with refused("InvalidParameterException", message):
        ecs.tag_resource(resourceArn=arns["cluster"], tags=[{"key": "aws:x", "value": ""}])


def test_a_missing_service_has_no_tags(ecs: Any, arns: dict[str, str], refused: Callable[..., Any]) -> None:
    arn = arns["service"].replace("/web", "/nothing")
    with refused("ResourceNotFoundException", f"The specified service was not found: {arn}"):
        ecs.list_tags_for_resource(resourceArn=arn)


def test_an_arn_without_its_cluster_cannot_be_tagged(
    ecs: Any, account: str, refused: Callable[..., Any]
) -> None:
    with refused("InvalidParameterException", "Long arn format must be used for tagging operations"):
        ecs.list_tags_for_resource(resourceArn=f"arn:aws:ecs:eu-west-1:{account}:service/web")


def test_an_inactive_cluster_cannot_be_tagged(ecs: Any, refused: Callable[..., Any]) -> None:
    arn = ecs.create_cluster(clusterName="gone")["cluster"]["clusterArn"]
    ecs.delete_cluster(cluster="gone")
    with refused(
        "InvalidParameterException",
        "The specified cluster is inactive. Specify an active cluster and try again.",
    ):
        ecs.list_tags_for_resource(resourceArn=arn)
