"""The Service Authorization Reference as data: actions, their resource types, their condition keys."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data

BY_SERVICE = ("kms:ResourceAliases",)
"""Keys that the reference lists for the service as a whole, and its guide for each action."""

RESPELLED = frozenset({"codeconnections:UseConnection", "codestar-connections:UseConnection"})
"""Allowed on ARNs of both names of the service (Developer Tools console guide, "Connections rename")"""


@cache
def service(prefix: str) -> dict[str, Any]:
    data: dict[str, Any] = get_service_prefix_data(prefix)
    return data


def privilege(action: str) -> dict[str, Any] | None:
    prefix, _, name = action.partition(":")
    found: dict[str, Any] | None = service(prefix).get("privileges", {}).get(name)
    return found


def resource_types(action: str) -> list[str]:
    return [name for name in (privilege(action) or {}).get("resource_types", {}) if name]


def keys(action: str) -> set[str]:
    types = (privilege(action) or {}).get("resource_types", {})
    return {key for each in types.values() for key in each["condition_keys"]}


def overlap(one: str, other: str) -> bool:
    """Whether some text is matched by both patterns, of which `*` stands for any text"""

    @cache
    def meets(here: int, there: int) -> bool:
        if here == len(one) or there == len(other):
            return set(one[here:] + other[there:]) <= {"*"}
        if "*" in (one[here], other[there]):
            return meets(here + 1, there) or meets(here, there + 1)
        return (one[here] == other[there] or "?" in (one[here], other[there])) and meets(here + 1, there + 1)

    return meets(0, 0)


def fits(action: str, arn: str) -> bool:
    """Whether an ARN is of a type that the action supports, or may be one of them where it has wildcards"""
    if action in RESPELLED:
        arn = arn.replace(":codestar-connections:", ":codeconnections:")
        action = "codeconnections:UseConnection"
    known = service(action.partition(":")[0]).get("resources", {})
    shapes = [known[name] for name in resource_types(action) if name in known]
    raw = [shape.get("arn") or shape.get("raw_arn") or "" for shape in shapes]
    return any(overlap(re.sub(r"\$\{[^}]*\}", "*", each), arn) for each in raw)


def flaws(action: str, resource: str, context: dict[str, str]) -> Iterator[str]:
    """What is wrong with allowing an action on a resource under a condition"""
    if privilege(action) is None:
        yield f"{action} does not exist"
        return
    types = resource_types(action)
    if resource == "*":
        if types and not context:
            yield f"{action} on `*`, and it supports {', '.join(types)}"
    elif not types:
        yield f"{action} supports no resources, and {resource} is named"
    elif not fits(action, resource):
        yield f"{action} does not support {resource}, but {', '.join(types)}"
    for key in context:
        generic = re.sub(r"/.*", "/${TagKey}", key)
        if generic not in keys(action) and key not in BY_SERVICE:
            yield f"{action} knows no condition key {key}"
