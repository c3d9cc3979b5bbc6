"""Application Auto Scaling of the services of the local ECS: limits, scheduled actions, stored policies."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pipectl.local import scaling as timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

TARGET = {
    "ServiceNamespace": "ecs",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ResourceId": "service/shop/web",
}


@pytest.fixture
def scaling(client: Callable[[str], Any]) -> Any:
    """A client; the service `web` of the cluster `shop` wants two tasks"""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "web", "image": "nginx:1", "memory": 64}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=2)
    return client("application-autoscaling")


@pytest.fixture
def desired(client: Callable[[str], Any]) -> Callable[[], int]:
    def desired() -> int:
        answer = client("ecs").describe_services(cluster="shop", services=["web"])
        return int(answer["services"][0]["desiredCount"])

    return desired


@pytest.mark.parametrize(
    ("least", "most", "count", "cause"),
    [
        (4, 8, 4, "minimum capacity was set to 4"),
        (0, 1, 1, "maximum capacity was set to 1"),
        (1, 8, 2, None),
    ],
)
def test_a_registered_target_brings_the_desired_count_between_its_limits(
    scaling: Any, desired: Callable[[], int], least: int, most: int, count: int, cause: str | None
) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=least, MaxCapacity=most)
    assert desired() == count
    activities = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    assert [each["Cause"] for each in activities] == ([cause] if cause else [])


def test_an_activity_says_what_was_set(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=3, MaxCapacity=8)
    (activity,) = scaling.describe_scaling_activities(ServiceNamespace="ecs", ResourceId="service/shop/web")[
        "ScalingActivities"
    ]
    assert activity["Description"] == "Setting desired count to 3."
    assert activity["StatusCode"] in ("InProgress", "Successful")
    other = scaling.describe_scaling_activities(ServiceNamespace="ecs", ResourceId="service/shop/api")
    assert other["ScalingActivities"] == []


@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_a_scheduled_action_changes_the_limits_and_the_service_follows(
    scaling: Any, desired: Callable[[], int], server: Server, timezone: str
) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=8)
    due = datetime.now(UTC) + timedelta(hours=2)
    wall = due.astimezone(zoneinfo.ZoneInfo(timezone))
    scaling.put_scheduled_action(
        **TARGET,
        ScheduledActionName="morning",
        Schedule=f"at({wall:%Y-%m-%dT%H:%M:%S})",
        Timezone=timezone,
        ScalableTargetAction={"MinCapacity": 5},
    )
    settled(server, 0)
    assert desired() == 2
    settled(server, 3)
    assert desired() == 5
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (5, 8)


def settled(server: Server, hours: int) -> None:
    server.world.clock.advance(hours * 3600)
    with server.world.lock:
        timed.of(server.world).settle()


def test_a_recurring_action_runs_until_its_end(
    scaling: Any, desired: Callable[[], int], server: Server, client: Callable[[str], Any]
) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=8)
    scaling.put_scheduled_action(
        **TARGET,
        ScheduledActionName="hourly",
        Schedule="rate(1 hour)",
        EndTime=datetime.now(UTC) + timedelta(hours=2, minutes=30),
        ScalableTargetAction={"MaxCapacity": 1},
    )
    settled(server, 0)
    settled(server, 2)
    assert desired() == 1
    client("ecs").update_service(cluster="shop", service="web", desiredCount=4)
    settled(server, 4)
    assert desired() == 4


def test_a_suspended_target_is_left(scaling: Any, desired: Callable[[], int], server: Server) -> None:
    scaling.register_scalable_target(
        **TARGET, MinCapacity=0, MaxCapacity=8, SuspendedState={"ScheduledScalingSuspended": True}
    )
    scaling.put_scheduled_action(
        **TARGET,
        ScheduledActionName="hourly",
        Schedule="rate(1 hour)",
        ScalableTargetAction={"MinCapacity": 5},
    )
    settled(server, 0)
    settled(server, 2)
    assert desired() == 2


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Schedule": "every day"}, "The schedule expression every day is not valid."),
        ({"Schedule": "rate(1 hour)", "Timezone": "Nowhere"}, "The time zone Nowhere is not valid."),
    ],
)
def test_a_schedule_that_nobody_can_read_is_refused(
    scaling: Any, members: dict[str, str], words: str
) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=8)
    with pytest.raises(ClientError) as refused:
        scaling.put_scheduled_action(**TARGET, ScheduledActionName="x", **members)
    assert refused.value.response["Error"]["Message"] == words


def test_a_policy_is_stored_and_changes_nothing(scaling: Any, desired: Callable[[], int]) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=8)
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    scaling.put_scaling_policy(
        **TARGET,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": metric,
        },
    )
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert (policy["PolicyName"], policy["ResourceId"]) == ("cpu", "service/shop/web")
    assert desired() == 2
