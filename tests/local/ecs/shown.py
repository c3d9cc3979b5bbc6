"""What DescribeServices shows, in few words."""

from typing import Any


def rollout(service: Any) -> list[tuple[str, str, int, int, int]]:
    """Of each deployment: its status, its rollout, and its desired, pending and running tasks"""
    return [
        (
            each["status"],
            each["rolloutState"],
            each["desiredCount"],
            each["pendingCount"],
            each["runningCount"],
        )
        for each in service["deployments"]
    ]


def messages(service: Any) -> list[str]:
    """Of each event, the newest first, what it says of the service"""
    return [event["message"].removeprefix("(service web) ") for event in service["events"]]
