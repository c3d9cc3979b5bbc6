"""The Resource Groups Tagging API of the local AWS: all that is tagged, filtered and in pages"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


@pytest.fixture
def tagging(client: Client) -> Any:
    """Tagged things of moto's services and of our own"""
    for stack in ("shop", "billing"):
        large = [{"Key": "pipectl:stack", "Value": stack}]
        small = [{"key": "pipectl:stack", "value": stack}]
        client("ecr").create_repository(repositoryName=stack, tags=large)
        client("ecs").create_cluster(clusterName=stack, tags=small)
        client("codecommit").create_repository(repositoryName=stack, tags={"pipectl:stack": stack})
        client("logs").create_log_group(logGroupName=stack, tags={"pipectl:stack": stack})
        client("events").put_rule(Name=stack, ScheduleExpression="rate(1 hour)", Tags=large)
    client("ecr").create_repository(repositoryName="untagged")
    return client("resourcegroupstaggingapi")


def found(answer: dict[str, Any]) -> list[str]:
    return [each["ResourceARN"].split(":", 5)[-1] for each in answer["ResourceTagMappingList"]]


def test_what_carries_a_tag_is_found_in_every_service(tagging: Any) -> None:
    filters = [{"Key": "pipectl:stack", "Values": ["shop"]}]
    answer = tagging.get_resources(TagFilters=filters)
    assert sorted(found(answer)) == ["cluster/shop", "log-group:shop", "repository/shop", "rule/shop", "shop"]
    assert answer["ResourceTagMappingList"][0]["Tags"] == [{"Key": "pipectl:stack", "Value": "shop"}]


def test_values_widen_and_types_narrow(tagging: Any) -> None:
    filters = [{"Key": "pipectl:stack", "Values": ["shop", "billing"]}]
    answer = tagging.get_resources(TagFilters=filters, ResourceTypeFilters=["ecr:repository", "codecommit"])
    assert found(answer) == ["billing", "shop", "repository/billing", "repository/shop"]
    assert found(tagging.get_resources(TagFilters=[{"Key": "other"}])) == []


def test_resources_come_in_pages_and_an_empty_token_ends_them(tagging: Any) -> None:
    pages = list(tagging.get_paginator("get_resources").paginate(ResourcesPerPage=3))
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [3, 3, 3, 1]
    assert pages[-1]["PaginationToken"] == ""


def test_a_token_of_nobody_is_refused(tagging: Any) -> None:
    with pytest.raises(ClientError) as refused:
        tagging.get_resources(PaginationToken="mine")
    assert refused.value.response["Error"]["Code"] == "PaginationTokenExpiredException"
