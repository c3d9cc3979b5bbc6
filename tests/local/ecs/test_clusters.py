from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

INSIGHTS = [{"name": "containerInsights", "value": "enabled"}]


def test_a_new_cluster_has_the_defaults_of_aws(ecs: Any, account: str) -> None:
    cluster = ecs.create_cluster(clusterName="shop")["cluster"]
    assert cluster["clusterArn"] == f"arn:aws:ecs:eu-west-1:{account}:cluster/shop"
    assert cluster["status"] == "ACTIVE"
    assert cluster["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    assert cluster["capacityProviders"] == cluster["defaultCapacityProviderStrategy"] == []
    assert cluster["runningTasksCount"] == cluster["activeServicesCount"] == 0


def test_a_cluster_without_a_name_is_called_default(ecs: Any) -> None:
    ecs.create_cluster()
    assert ecs.describe_clusters()["clusters"][0]["clusterName"] == "default"


def test_creating_it_again_with_equal_arguments_answers_the_existing_one(ecs: Any) -> None:
    ecs.create_cluster(clusterName="shop", settings=INSIGHTS, tags=[{"key": "team", "value": "a"}])
    again = ecs.create_cluster(clusterName="shop", settings=INSIGHTS)["cluster"]
    assert again["tags"] == [{"key": "team", "value": "a"}]


def test_creating_it_again_with_other_arguments_is_refused(ecs: Any, refused: Callable[..., Any]) -> None:
    ecs.create_cluster(clusterName="shop")
    with refused(
        "InvalidParameterException",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    ):
        ecs.create_cluster(clusterName="shop", settings=INSIGHTS)


@pytest.mark.parametrize("name", ["bad name", "a/b", "x" * 256])
def test_a_malformed_name_is_refused(ecs: Any, name: str, refused: Callable[..., Any]) -> None:
    with refused(
        "InvalidParameterException",
        f"Invalid cluster name: {name}. Cluster names are 1 to 255 letters, numbers, hyphens and underscores",
    ):
        ecs.create_cluster(clusterName=name)


def test_settings_and_tags_are_told_only_when_included(ecs: Any) -> None:
    ecs.create_cluster(clusterName="shop", settings=INSIGHTS, tags=[{"key": "team", "value": "a"}])
    bare = ecs.describe_clusters(clusters=["shop"])["clusters"][0]
    assert bare["settings"] == bare["tags"] == bare["statistics"] == []
    told = ecs.describe_clusters(clusters=["shop"], include=["SETTINGS", "TAGS", "STATISTICS"])["clusters"][0]
    assert told["settings"] == INSIGHTS
    assert told["tags"] == [{"key": "team", "value": "a"}]
    assert {"name": "runningFargateTasksCount", "value": "0"} in told["statistics"]


def test_a_missing_cluster_is_a_failure_and_not_an_error(ecs: Any, account: str) -> None:
    answer = ecs.describe_clusters(clusters=["nowhere"])
    arn = f"arn:aws:ecs:eu-west-1:{account}:cluster/nowhere"
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_at_most_a_hundred_clusters_are_described_at_once(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused("InvalidParameterException", "Clusters cannot have more than 100 elements"):
        ecs.describe_clusters(clusters=[f"c{number}" for number in range(101)])


def test_an_update_keeps_what_it_does_not_name(ecs: Any) -> None:
    configuration = {"executeCommandConfiguration": {"logging": "NONE"}}
    ecs.create_cluster(clusterName="shop", configuration=configuration)
    ecs.update_cluster(cluster="shop", settings=INSIGHTS)
    cluster = ecs.describe_clusters(clusters=["shop"], include=["SETTINGS", "CONFIGURATIONS"])["clusters"][0]
    assert cluster["settings"] == INSIGHTS
    assert cluster["configuration"] == configuration


def test_settings_alone_can_be_updated(ecs: Any) -> None:
    ecs.create_cluster(clusterName="shop")
    answer = ecs.update_cluster_settings(cluster="shop", settings=INSIGHTS)
    assert answer["cluster"]["settings"] == INSIGHTS


def test_an_unknown_value_of_container_insights_is_refused(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused("InvalidParameterException", "Invalid cluster setting: containerInsights=on"):
        ecs.create_cluster(clusterName="shop", settings=[{"name": "containerInsights", "value": "on"}])


def test_capacity_providers_are_replaced_as_a_whole(ecs: Any) -> None:
    ecs.create_cluster(clusterName="shop", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    strategy = [{"capacityProvider": "FARGATE", "weight": 1}]
    answer = ecs.put_cluster_capacity_providers(
        cluster="shop", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=strategy
    )
    assert answer["cluster"]["capacityProviders"] == ["FARGATE"]
    assert answer["cluster"]["defaultCapacityProviderStrategy"] == [{**strategy[0], "base": 0}]


def test_an_unknown_capacity_provider_is_refused(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused(
        "InvalidParameterException",
        "The specified capacity provider was not found. Specify a valid capacity provider and try again.",
    ):
        ecs.create_cluster(clusterName="shop", capacityProviders=["mine"])


def test_a_deleted_cluster_is_inactive_unlisted_and_can_be_made_afresh(
    ecs: Any, refused: Callable[..., Any]
) -> None:
    ecs.create_cluster(clusterName="shop", settings=INSIGHTS)
    assert ecs.delete_cluster(cluster="shop")["cluster"]["status"] == "INACTIVE"
    assert ecs.describe_clusters(clusters=["shop"])["clusters"][0]["status"] == "INACTIVE"
    assert ecs.list_clusters()["clusterArns"] == []
    with refused(
        "InvalidParameterException",
        "The specified cluster is inactive. Specify an active cluster and try again.",
    ):
        ecs.update_cluster(cluster="shop", settings=INSIGHTS)
    assert ecs.create_cluster(clusterName="shop")["cluster"]["settings"][0]["value"] == "disabled"


@pytest.mark.parametrize("operation", ["update_cluster", "delete_cluster"])
def test_a_missing_cluster_cannot_be_changed(ecs: Any, operation: str, refused: Callable[..., Any]) -> None:
    with refused("ClusterNotFoundException", "Cluster not found."):
        getattr(ecs, operation)(cluster="nowhere")


def test_a_cluster_with_a_service_is_not_deleted(
    ecs: Any, register: Callable[..., str], create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    register()
    create(desiredCount=0)
    with refused(
        "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
    ):
        ecs.delete_cluster(cluster="shop")


def test_a_cluster_with_a_task_is_not_deleted(
    ecs: Any, cluster: str, register: Callable[..., str], refused: Callable[..., Any]
) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"]}}
    ecs.run_task(
        cluster=cluster, taskDefinition=register(), launchType="FARGATE", networkConfiguration=network
    )
    with refused("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."):
        ecs.delete_cluster(cluster=cluster)


def test_clusters_are_listed_page_by_page_also_while_they_are_deleted(ecs: Any) -> None:
    for number in range(5):
        ecs.create_cluster(clusterName=f"c{number}")
    first = ecs.list_clusters(maxResults=2)
    ecs.delete_cluster(cluster="c1")
    rest = ecs.list_clusters(maxResults=3, nextToken=first["nextToken"])
    assert [arn[-2:] for arn in first["clusterArns"] + rest["clusterArns"]] == ["c0", "c1", "c2", "c3", "c4"]
    assert "nextToken" not in rest


def test_a_token_that_nobody_gave_is_refused(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused("InvalidParameterException", "Invalid token."):
        ecs.list_clusters(nextToken="mine")


def test_the_arn_of_another_account_is_refused(ecs: Any, account: str, refused: Callable[..., Any]) -> None:
    arn = "arn:aws:ecs:eu-west-1:000000000000:cluster/shop"
    own = f"arn:aws:ecs:eu-west-1:{account}:cluster/"
    with refused("InvalidParameterException", f"Invalid identifier: Identifier is not for {own}: {arn}"):
        ecs.update_cluster(cluster=arn)
