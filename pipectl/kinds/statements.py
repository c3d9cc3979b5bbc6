"""Policy statements for calls: what a role must allow for what AWS calls in its name."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipectl.aws.policy import allow
from pipectl.facts.calls import Call

OPERATORS: Mapping[str, str] = {
    "ec2:Subnet": "ArnEquals",
    "ecs:cluster": "ArnEquals",
    "kms:ResourceAliases": "ForAnyValue:StringEquals",
}
"""Condition key -> how it is compared, where that is not StringEquals (IAM user guide, "Condition operators";
KMS developer guide, "kms:ResourceAliases")."""

Context = tuple[tuple[str, str], ...]


def statements(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """One statement for each set of actions under a condition, on all resources that it is allowed on."""
    actions: dict[tuple[Context, str, str], set[str]] = {}
    for call in calls:
        actions.setdefault((call.context, call.resource, call.statement), set()).add(call.action)
    grouped: dict[tuple[Context, frozenset[str]], tuple[str, set[str]]] = {}
    for (context, resource, statement), names in actions.items():
        key = (context, frozenset(names))
        grouped.setdefault(key, (statement, set()))[1].add(resource)
    return [
        allow(statement, names, resources, condition(context))
        for (context, names), (statement, resources) in grouped.items()
    ]


def condition(context: Context) -> dict[str, Any] | None:
    """The condition block of a statement; None without condition keys."""
    values: dict[str, list[str]] = {}
    for key, value in context:
        values.setdefault(key, []).append(value)
    block: dict[str, dict[str, Any]] = {}
    for key, texts in values.items():
        plain = "StringLike" if any("*" in text for text in texts) else "StringEquals"
        block.setdefault(OPERATORS.get(key, plain), {})[key] = texts if len(texts) > 1 else texts[0]
    return block or None
