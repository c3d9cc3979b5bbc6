"""What an event costs does not grow with the rules of others: it is tried with those that it may meet."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from pipectl.facts import event_pattern
from pipectl.local.eventbridge.rule_index import IndexedRules

PUSH = {
    "source": "aws.codecommit",
    "detail-type": "CodeCommit Repository State Change",
    "resources": ["arn:aws:codecommit:eu-west-1:111111111111:shop-7"],
    "detail": {"event": "referenceUpdated", "referenceType": "branch", "referenceName": "main"},
}
TASK = {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": {"lastStatus": "RUNNING"}}
PATTERNS: tuple[dict[str, Any], ...] = (
    {"source": ["aws.codecommit"]},
    {"source": ["aws.ecs", "aws.codecommit"], "detail": {"event": ["referenceUpdated"]}},
    {"source": [{"prefix": "aws."}]},
    {"detail-type": [{"anything-but": "ECS Task State Change"}], "source": ["aws.ecs"]},
    {"$or": [{"source": ["aws.ecs"]}, {"detail": {"event": ["referenceUpdated"]}}]},
    {"detail": {"referenceName": ["main", "master"], "gone": [{"exists": False}]}},
    {"detail.referenceName": ["main"]},
    {"detail": {"items": {"id": [7, None]}}},
    {"detail": {"done": [True]}},
    {"resources": ["arn:aws:codecommit:eu-west-1:111111111111:shop-7"]},
)
EVENTS: tuple[dict[str, Any], ...] = (
    PUSH,
    TASK,
    {"source": "shop", "detail": {"items": [{"id": 3}, {"id": 7}], "done": True}},
    {"source": "shop", "detail": {"items": [[{"id": None}]], "done": 1}},
    {"source": ["aws.ecs", "aws.codecommit"], "detail": {"event": ["referenceUpdated", "x"]}},
)


def rule(name: str, pattern: dict[str, Any] | None, state: str = "ENABLED") -> Any:
    text = json.dumps(pattern) if pattern else None
    return SimpleNamespace(name=name, state=state, event_pattern=SimpleNamespace(dump=lambda: text))


def of_stack(number: int) -> dict[str, Any]:
    """The pattern of the rule that `create` makes for a CodeCommit source"""
    arn = f"arn:aws:codecommit:eu-west-1:111111111111:shop-{number}"
    detail = {"event": ["referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [arn],
        "detail": detail,
    }


def tried(rules: IndexedRules, event: dict[str, Any]) -> set[str]:
    return rules.candidates(event_pattern.nested(event))


def test_an_event_is_tried_with_the_rules_of_its_own_stack_however_many_others_there_are() -> None:
    rules = IndexedRules(
        {f"shop-{number}": rule(f"shop-{number}", of_stack(number)) for number in range(300)}
    )
    assert [found.name for found in rules.met_by(PUSH)] == ["shop-7"]
    assert len(tried(rules, PUSH)) <= 5
    assert tried(rules, TASK) == set()


@pytest.mark.parametrize("event", EVENTS, ids=json.dumps)
def test_the_index_finds_what_a_look_at_all_rules_finds(event: dict[str, Any]) -> None:
    """Each pattern twice, so that also fields lie apart which were not the first choice"""
    patterns = {f"rule-{place}": pattern for place, pattern in enumerate(PATTERNS * 2)}
    rules = IndexedRules({name: rule(name, pattern) for name, pattern in patterns.items()})
    wanted = [
        name
        for name, pattern in patterns.items()
        if event_pattern.matches(event_pattern.parse(json.dumps(pattern)), event)
    ]
    assert [found.name for found in rules.met_by(event)] == wanted


def test_a_rule_that_is_put_again_or_removed_leaves_nothing_of_its_old_pattern() -> None:
    rules = IndexedRules({})
    rules["one"], rules["two"] = rule("one", of_stack(7)), rule("two", of_stack(7))
    rules["one"] = rule("one", {"source": ["aws.codecommit"]})
    assert [found.name for found in rules.met_by(PUSH)] == ["one", "two"]
    rules["one"] = rule("one", {"source": ["aws.ecs"]})
    assert tried(rules, PUSH) == {"two"}
    assert rules.pop("two").name == "two"
    assert rules.pop("two", None) is None
    assert tried(rules, PUSH) == set()
    assert [found.name for found in rules.met_by(TASK)] == ["one"]
    rules["one"] = rule("one", {"source": ["aws.ecs"]}, state="DISABLED")
    assert rules.met_by(TASK) == []
    rules["one"] = rule("one", None)
    assert tried(rules, TASK) == set()
