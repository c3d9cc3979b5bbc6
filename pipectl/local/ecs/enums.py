"""Enumerations whose refusal ECS words itself, not as its front end does.

Recorded: radkawar/stackd, testdata/aws/ecs/services.json.
"""

from __future__ import annotations

from typing import Any

from pipectl.local.ecs.names import invalid

_LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "FMI", "MANAGED_INSTANCES")
_ENUMS = {
    "launchType": ("launch type", _LAUNCH_TYPES),
    "schedulingStrategy": ("Scheduling strategy", ("REPLICA", "DAEMON")),
}
_INCLUDE = {"DescribeServices": ("TAGS",)}


def check(operation: str, request: dict[str, Any]) -> None:
    """Refuse a value outside of an enumeration; other types than texts are left to the model"""
    for member, (name, values) in _ENUMS.items():
        _check(request.get(member), name, values)
    included = request.get("include")
    for value in included if isinstance(included, list) and operation in _INCLUDE else ():
        _check(value, "include", _INCLUDE[operation])


def _check(value: Any, name: str, values: tuple[str, ...]) -> None:
    if isinstance(value, str) and value not in values:
        raise invalid(f"{name} should be one of [{','.join(values)}]")
