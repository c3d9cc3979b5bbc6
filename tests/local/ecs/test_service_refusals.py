"""What ECS refuses of services, in AWS's words where they are public, and what only we refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
BALANCER = {"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}
ZONES = "Availability Zone rebalancing cannot be enabled for a service that "
UNBALANCED: dict[str, dict[str, Any]] = {
    "uses 100% as its maximumPercent value": {
        "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 0}
    },
    "does not spread its tasks over Availability Zones first": {
        "placementStrategy": [{"type": "binpack", "field": "memory"}]
    },
    "uses the DAEMON scheduling strategy": {"schedulingStrategy": "DAEMON", "desiredCount": None},
}


@pytest.mark.parametrize("reason", UNBALANCED)
def test_tasks_are_not_rebalanced_where_the_service_cannot_be(
    ecs: Any,
    register: Callable[..., str],
    create: Callable[..., Any],
    refused: Callable[..., Any],
    reason: str,
) -> None:
    register(
        container={"memory": 64}, requiresCompatibilities=["EC2"], networkMode="bridge", cpu=None, memory=None
    )
    on_machines = {"launchType": "EC2", "networkConfiguration": None, **UNBALANCED[reason]}
    with refused("InvalidParameterException", f"{ZONES}{reason}."):
        create(**on_machines, availabilityZoneRebalancing="ENABLED")
    assert create(**on_machines)["availabilityZoneRebalancing"] == "DISABLED"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            {"deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 0}},
            (
                "The daemon scheduling strategy does not support values above 100 for maximumPercent on a "
                "deployment configuration. Change the maximumPercent value to 100, and try again"
            ),
        ),
        (
            {"placementStrategy": [{"type": "random"}]},
            (
                "The daemon scheduling strategy does not support placement strategies. "
                "Remove the placement strategy and try again"
            ),
        ),
    ],
)
def test_a_daemon_has_no_room_beside_it_and_no_choice_of_place(
    register: Callable[..., str],
    create: Callable[..., Any],
    refused: Callable[..., Any],
    members: dict[str, Any],
    words: str,
) -> None:
    register(
        container={"memory": 64}, requiresCompatibilities=["EC2"], networkMode="bridge", cpu=None, memory=None
    )
    with refused("InvalidParameterException", words):
        create(
            launchType="EC2",
            networkConfiguration=None,
            desiredCount=None,
            schedulingStrategy="DAEMON",
            **members,
        )


HOOK = {
    "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "lifecycleStages": ["PRE_SCALE_UP"],
}
GREEN = {"alternateTargetGroupArn": GROUP, "productionListenerRule": "arn:rule", "roleArn": "arn:role"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        *(
            (
                {"deploymentConfiguration": {"strategy": strategy, "bakeTimeInMinutes": 5}},
                f"The local AWS cannot deploy with the strategy {strategy}: it knows ROLLING only.",
            )
            for strategy in ("BLUE_GREEN", "LINEAR", "CANARY")
        ),
        (
            {"deploymentConfiguration": {"lifecycleHooks": [HOOK]}},
            "The local AWS cannot run deployment lifecycle hooks: take lifecycleHooks out.",
        ),
        (
            {"loadBalancers": [{**BALANCER, "advancedConfiguration": GREEN}]},
            (
                "The local AWS cannot shift traffic between target groups: take advancedConfiguration of "
                "loadBalancers out."
            ),
        ),
    ],
)
def test_deployments_that_the_local_aws_does_not_model_are_refused(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    refused: Callable[..., Any],
    members: dict[str, Any],
    words: str,
) -> None:
    register()
    with refused("InvalidParameterException", words):
        create(**members)
    create()
    with refused("InvalidParameterException", words):
        ecs.update_service(cluster=cluster, service="web", **members)
