"""Answers in several pages are read to their end"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipectl.aws.account import Account
from pipectl.doctor import Case, all_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ANN = Account("123456789012", "eu-west-1", caller="arn:aws:iam::123456789012:user/ann")


class Paged:
    """Simulates action by action, two to a page; `forbidden` are refused"""

    account = ANN

    def __init__(self, *forbidden: str) -> None:
        self.forbidden = forbidden
        self.sent: list[Mapping[str, Any]] = []

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        self.sent.append(params)
        start = int(params.get("Marker", 0))
        actions = params["ActionNames"]
        results = [
            {"EvalActionName": name, "EvalDecision": "implicitDeny" if name in self.forbidden else "allowed"}
            for name in actions[start : start + 2]
        ]
        more = start + 2 < len(actions)
        return {
            "EvaluationResults": results,
            "IsTruncated": more,
            **({"Marker": str(start + 2)} if more else {}),
        }


def test_a_simulation_is_read_to_its_last_page() -> None:
    statement = {
        "Action": ["ecs:A", "ecs:B", "ecs:C", "ecs:D", "iam:PassRole"],
        "Resource": ["*"],
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    cloud = Paged("iam:PassRole", "ecs:C")
    check = import_module("pipectl.doctor.permissions").check
    (finding,) = check(Case(cloud, ("shop",), spec_file="shop.yaml", statements=(statement,)))
    assert finding.text == "may not ecs:C; iam:PassRole"
    assert len(cloud.sent) == 3
    assert cloud.sent[0]["ContextEntries"] == [
        {
            "ContextKeyName": "iam:PassedToService",
            "ContextKeyValues": ["ecs-tasks.amazonaws.com"],
            "ContextKeyType": "string",
        }
    ]


def test_many_refused_actions_are_counted() -> None:
    actions = [f"ecs:Action{number}" for number in range(9)]
    check = import_module("pipectl.doctor.permissions").check
    statement = {"Action": actions, "Resource": ["*"]}
    (finding,) = check(Case(Paged(*actions), ("shop",), spec_file="shop.yaml", statements=(statement,)))
    assert finding.text == "may not ecs:Action0, ecs:Action1, ecs:Action2, ecs:Action3 and 5 more"


def test_all_of_follows_every_token() -> None:
    pages: dict[str | None, dict[str, Any]] = {
        None: {"Rules": [1, 2], "NextToken": "a"},
        "a": {"Rules": [], "NextToken": "b"},
        "b": {"Rules": [3]},
    }

    def ask(**token: str) -> dict[str, Any]:
        return pages[token.get("NextToken")]

    assert all_of(ask, "Rules") == [1, 2, 3]
