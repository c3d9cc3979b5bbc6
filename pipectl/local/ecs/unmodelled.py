"""Operations that the local ECS refuses, in words that name them and what they would need."""

from __future__ import annotations

# What they would need, by a word in their names
_NEEDS = {
    "Daemon": "daemons of Amazon ECS Managed Instances",
    "ExpressGatewayService": "Express Mode, which makes load balancers, certificates and alarms",
    "Gateway": "gateways of ECS",
    "ContinueServiceDeployment": "deployments that pause at a lifecycle hook",
}


def reason(operation: str) -> str:
    """What a refused operation would need; empty for one that is answered"""
    return next((words for part, words in _NEEDS.items() if part in operation), "")


def refusal(operation: str) -> str:
    """The words by which an operation is refused; empty for one that is answered"""
    words = reason(operation)
    return f"The local AWS does not answer ecs:{operation}: it does not model {words}." if words else ""
