"""ECR lifecycle policies: what holds between rules (User guide of ECR, "lifecycle policy parameters").

moto reads the properties of a rule; this is about priorities, tags and units.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_WILDCARDS = 4


def compact(text: str) -> str:
    """A policy without blanks, its members as they were sent (recorded: radkawar/stackd, lifecycle_get)."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def check(text: str) -> None:
    """Refuse a policy whose rules contradict each other; what is no policy at all is left to moto

    The sentence about countNumber, and the line's end in it: recorded in radkawar/stackd, testdata/aws/ecr.
    """
    try:
        rules = json.loads(text)["rules"]
        complaint = next(_complaints(rules), None)
    except (ValueError, KeyError, TypeError):
        return
    if complaint:
        raise Refused(
            "InvalidParameterException",
            "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: "
            f"'Lifecycle policy validation failure: {complaint}\n'",
        )


def _complaints(rules: list[dict[str, Any]]) -> Iterator[str]:
    priorities = [rule["rulePriority"] for rule in rules]
    if any(rule["selection"]["countNumber"] == 0 for rule in rules):
        yield "numeric instance is lower than the required minimum (minimum: 1, found: 0)"
    if any(priority < 1 for priority in priorities):
        yield "rulePriority must be at least 1"
    if len(set(priorities)) < len(priorities):
        yield "rulePriority must be unique"
    catch_all = [rule["rulePriority"] for rule in rules if rule["selection"]["tagStatus"] == "any"]
    if len(catch_all) > 1:
        yield "only one rule can have tagStatus any"
    if catch_all and catch_all[0] < max(priorities):
        yield "the rule with tagStatus any must have the highest rulePriority"
    for rule in rules:
        yield from _selection_complaints(rule["selection"])


def _selection_complaints(selection: dict[str, Any]) -> Iterator[str]:
    lists = [name for name in ("tagPrefixList", "tagPatternList") if selection.get(name)]
    if selection["tagStatus"] == "tagged" and len(lists) != 1:
        yield "tagStatus tagged needs either tagPrefixList or tagPatternList"
    if selection["tagStatus"] != "tagged" and lists:
        yield f"{lists[0]} is for tagStatus tagged only"
    if any(pattern.count("*") > _WILDCARDS for pattern in selection.get("tagPatternList", ())):
        yield f"a tag pattern has at most {_WILDCARDS} wildcards"
    if (selection["countType"] == "sinceImagePushed") != ("countUnit" in selection):
        yield "countUnit belongs to countType sinceImagePushed"
