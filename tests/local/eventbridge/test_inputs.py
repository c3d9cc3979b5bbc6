"""What a template makes of an event (recorded in localstack/localstack, test_events_inputs.snapshot.json)."""

import json
from typing import Any

import pytest

from pipectl.local.eventbridge import inputs

RULE = "arn:aws:events:eu-west-1:123456789012:rule/deploys"
EVENT = {
    "version": "0",
    "id": "e1",
    "detail-type": "Deployed",
    "source": "shop",
    "account": "123456789012",
    "time": "2026-01-02T03:04:05Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {"user": "ann", "ok": True, "count": 3, "labels": ["A", "B"], "order": {"id": "7", "by": "bo"}},
}
PATHS = {
    name: f"$.detail.{name}" for name in ("user", "ok", "count", "labels", "order", "missing")
} | {"type": "$.detail-type"}  # fmt: skip


def _body(template: str) -> str | None:
    transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
    return inputs.body({"InputTransformer": transformer}, EVENT, RULE)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('"<type> by <user>"', '"Deployed by ann"'),
        ('"missing: <missing>"', '"missing: "'),
        ('"<labels> and <order>"', '"[A,B] and {id:7,by:bo}"'),
        ('"<ok>, <count> times"', '"true, 3 times"'),
        ('"<user>"\n"<labels>"', '"ann"\n"[A,B]"'),
        (
            '"<aws.events.rule-name> at <aws.events.event.ingestion-time>"',
            '"deploys at 2026-01-02T03:04:05Z"',
        ),
    ],
)
def test_a_text_template_shows_values_as_text(template: str, text: str) -> None:
    assert _body(template) == text


@pytest.mark.parametrize(
    ("template", "value"),
    [
        (
            '{"user": <user>, "ok": <ok>, "labels": <labels>}',
            {"user": "ann", "ok": True, "labels": ["A", "B"]},
        ),
        ('{"path": "/users/<user>/orders"}', {"path": "/users/ann/orders"}),
        ('{"missing": <missing>}', {"missing": ""}),
        ('{"all": <aws.events.event.json>}', {"all": EVENT}),
        ('[<user>, "fixed"]', ["ann", "fixed"]),
    ],
)
def test_a_json_template_shows_values_as_json(template: str, value: Any) -> None:
    assert json.loads(_body(template) or "") == value


def test_the_event_alone_has_no_detail() -> None:
    sent = json.loads(_body('{"event": <aws.events.event>}') or "")["event"]
    assert "detail" not in sent
    assert sent["detailType"] == "Deployed"


@pytest.mark.parametrize("template", ['{"labels": "<labels>"}', "<labels> of an order", '{"a": '])
def test_a_template_that_makes_no_json_sends_nothing(template: str) -> None:
    assert _body(template) is None


def test_a_placeholder_that_nobody_defines_is_found() -> None:
    transformer = {
        "InputPathsMap": {"user": "$.detail.user"},
        "InputTemplate": '"<user> <aws.events.event> <who>"',
    }
    assert inputs.unknown_placeholder(transformer) == "who"
