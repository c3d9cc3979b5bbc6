"""Service revisions, call by call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.builder import until
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

INVALID = "InvalidParameterException"
PLACE = {"cluster": "shop", "service": "zero"}


@pytest.fixture
def service(client: Callable[..., Any]) -> Any:
    """CreateService's answer about a service of the launch type EC2 without tasks"""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    containers = [
        {"name": "never-run", "image": "public.ecr.aws/docker/library/busybox:latest", "memory": 64}
    ]
    ecs.register_task_definition(family="zero", containerDefinitions=containers)
    stated = {"cluster": "shop", "serviceName": "zero", "taskDefinition": "zero", "launchType": "EC2"}
    return ecs.create_service(**stated, desiredCount=0)["service"]


def test_a_new_service_has_the_recorded_settings(service: Any) -> None:
    """Recording: ecs/service_revisions."""
    breaker = {"enable": False, "rollback": False, "resetOnHealthyTask": True}
    assert service["deploymentConfiguration"] == {
        "deploymentCircuitBreaker": {
            **breaker,
            "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
        },
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    }
    (revision,) = service["currentServiceRevisions"]
    number = service["deployments"][0]["id"].removeprefix("ecs-svc/")
    assert revision == {
        "arn": service["serviceArn"].replace(":service/", ":service-revision/") + f"/{number}",
        "requestedTaskCount": 0,
        "runningTaskCount": 0,
        "pendingTaskCount": 0,
    }
    told = {name: service[name] for name in ("healthCheckGracePeriodSeconds", "availabilityZoneRebalancing")}
    assert told == {"healthCheckGracePeriodSeconds": 0, "availabilityZoneRebalancing": "ENABLED"}
    assert (service["propagateTags"], service["resourceManagementType"]) == ("NONE", "CUSTOMER")


def test_revisions_are_told_and_refused_as_recorded(service: Any, client: Callable[..., Any]) -> None:
    """Recording: ecs/service_revisions."""
    ecs, arn = client("ecs"), service["currentServiceRevisions"][0]["arn"]
    place, _, _ = arn.rpartition("/")
    answer = ecs.describe_service_revisions(serviceRevisionArns=[arn, f"{place}/1", f"{place}/1"])
    (revision,) = answer["serviceRevisions"]
    assert (revision["launchType"], revision["guardDutyEnabled"]) == ("EC2", False)
    assert answer["failures"] == [{"arn": f"{place}/1", "reason": "MISSING"}] * 2

    def told(*arns: str) -> tuple[str, str]:
        return refusal(ecs.describe_service_revisions, serviceRevisionArns=list(arns))

    absent = arn.replace("/zero/", "/absent/")
    assert told(absent) == ("ServiceNotFoundException", "Service not found.")
    malformed = (f"{place}/abc", arn.replace("eu-west-1", "us-west-2"))
    assert [told(each) for each in malformed] == [(INVALID, "The ServiceRevision ARN is invalid.")] * 2
    words = (
        "Cross service requests are not allowed. All requested service revisions must be for a single service"
    )
    assert told(arn, absent) == (INVALID, words)
    ecs.delete_service(**PLACE, force=True)
    until(
        lambda: (
            ecs.describe_services(cluster="shop", services=["zero"])["services"][0]["status"] == "INACTIVE"
        )
    )
    words = "Cannot call DescribeServiceRevisions for a service that is INACTIVE"
    assert told(arn) == (INVALID, words)
