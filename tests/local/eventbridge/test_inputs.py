"""What targets get of an event, recorded case by case.

Recordings: radkawar/stackd, testdata/aws/eventbridge/inputs.json (September 2026), and localstack/localstack,
tests/aws/services/events/test_events_inputs.snapshot.json. The facts are retold; the files are not here.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipectl.local.eventbridge import inputs, target_rules

RULE = "arn:aws:events:eu-west-1:123456789012:rule/bus/deploys"
RECEIVED = datetime(2026, 1, 2, 3, 4, 6, 408000, UTC)
EVENT = {
    "version": "0",
    "id": "e1",
    "detail-type": "Deployed",
    "source": "shop",
    "account": "123456789012",
    "time": "2026-01-02T03:04:05Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {
        "user": "ann",
        "ok": True,
        "count": 3,
        "none": None,
        "labels": ["A", "B"],
        "order": {"id": "7", "by": 2},
        "items": [{"name": "first"}, {"name": "second"}, {"other": 1}],
        "hyphen-key": "dash",
        "slash/key": "slash",
        "said": 'say "hi"',
        "lines": "one\ntwo\\three",
    },
}
PATHS = {
    name: f"$.detail.{name}"
    for name in ("user", "ok", "count", "none", "labels", "order", "said", "lines", "missing")
} | {"type": "$.detail-type", "all": "$"}
ALONE = {
    "id": "e1",
    "account": "123456789012",
    "detailType": "Deployed",
    "time": 1767323045000,
    "source": "shop",
    "region": "eu-west-1",
    "resources": [],
    "version": "0",
}
ONLY_JSON = (
    "InputTemplate for target t contains placeholder aws.events.event.json valid only for JSON template."
)
WHOLE = json.dumps(EVENT, separators=(",", ":"))


def _body(**target: Any) -> str | None:
    return inputs.body(target, EVENT, RULE, RECEIVED)


def _filled(template: str, paths: dict[str, str] | None = None) -> str | None:
    given = PATHS if paths is None else paths
    return _body(InputTransformer={"InputPathsMap": given, "InputTemplate": template})


def _refusal(**target: Any) -> str | None:
    given = {"Id": "t", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q", **target}
    return target_rules.refusal(given, "arn:aws:events:eu-west-1:123456789012:event-bus/default")


def test_an_event_is_sent_without_blanks() -> None:
    assert _body() == WHOLE


@pytest.mark.parametrize("text", ['{ "fixed": true }', '[1,"two"]', '"constant"', "17", "null"])
def test_a_constant_is_sent_as_it_is(text: str) -> None:
    assert _body(Input=text) == text


def test_an_empty_constant_sends_nothing() -> None:
    assert _body(Input="") is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("$", WHOLE),
        ("$.detail.order", '{"id":"7","by":2}'),
        ("$.detail.labels", '["A","B"]'),
        ("$.detail.user", '"ann"'),
        ("$.detail.count", "3"),
        ("$.detail.none", "{}"),
        ("$.detail.missing", "{}"),
        ("", "{}"),
        ("$.detail.labels[1]", '"B"'),
        ("$.detail.items[1].name", '"second"'),
        ("$.detail.items[*].name", '["first","second"]'),
        ("$.detail.hyphen-key", '"dash"'),
        ("$.detail.slash/key", '"slash"'),
    ],
)
def test_a_path_sends_a_part_as_json(path: str, text: str) -> None:
    assert _body(InputPath=path) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('"<type> by <user>"', '"Deployed by ann"'),
        ('"missing: <missing>"', '"missing: "'),
        ('"<labels> and <order>"', '"[A,B] and {id:7,by:2}"'),
        ('"<ok>, <count> times"', '"true, 3 times"'),
        ('"<user>"\n"<labels>"', '"ann"\n"[A,B]"'),
        (r'"said \"<user>\" so"', r'"said \"ann\" so"'),
        ("<count>", "3"),
        ("<none>", "null"),
        ("[<none>]", "[null]"),
        ('["fixed",<count>]', '["fixed",3]'),
        ("null", "null"),
        ('"<aws.events.rule-name> of <aws.events.rule-arn>"', f'"deploys of {RULE}"'),
        ('"at <aws.events.event.ingestion-time>"', '"at 2026-01-02T03:04:06.408Z"'),
    ],
)
def test_a_template_that_is_no_object_shows_values_as_text(template: str, text: str) -> None:
    assert _filled(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{"user":<user>,"ok":<ok>,"none":<none>}', '{"user":"ann","ok":true,"none":null}'),
        ('{"labels":<labels>,"order":<order>}', '{"labels":["A","B"],"order":{"id":"7","by":2}}'),
        ('{"path":"/users/<user>/<count>"}', '{"path":"/users/ann/3"}'),
        ('{"missing":<missing>,"in":[<missing>]}', '{"missing":"","in":[""]}'),
        ('{"said":<said>,"lines":<lines>}', r'{"said":"say \"hi\"","lines":"one\ntwo\\three"}'),
        ('{"said":"so: <said>","lines":"<lines>"}', r'{"said":"so: say \"hi\"","lines":"one\ntwo\\three"}'),
        ('{"all":<all>}', f'{{"all":{WHOLE}}}'),
        ('{"all":<aws.events.event.json>}', f'{{"all":{WHOLE}}}'),
        (
            '{"event":<aws.events.event>}',
            f'{{"event":{json.dumps(ALONE, separators=(",", ":"))}}}',
        ),
    ],
)
def test_an_object_shows_values_as_json(template: str, text: str) -> None:
    assert _filled(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{"labels":"<labels>"}', '{"labels":"["A","B"]"}'),
        ('{"value":"so <order>"}', '{"value":"so {"id":"7","by":2}"}'),
        ("[<user>]", "[ann]"),
        ("[<order>]", "[{id:7,by:2}]"),
        ("<user>", "ann"),
        ("[1,<missing>,2]", "[1,,2]"),
        ('[{"value":<missing>}]', '[{"value":}]'),
        ('"he: <said>"', '"he: say "hi""'),
        ('"so <lines>"', '"so one\ntwo\\three"'),
    ],
)
def test_a_template_that_makes_no_json_is_not_delivered(template: str, text: str) -> None:
    with pytest.raises(inputs.InvalidJsonError) as invalid:
        _filled(template)
    assert invalid.value.text == text


def test_a_placeholder_that_nobody_defines_stays_where_there_is_no_map() -> None:
    assert _filled('"before <who> after"', {}) == '"before <who> after"'
    with pytest.raises(inputs.InvalidJsonError):
        _filled('{"value":<aws.events.unknown>}', {})


def test_a_lone_placeholder_without_a_value_sends_nothing() -> None:
    assert _filled("<missing>") is None


@pytest.mark.parametrize(
    "path",
    [
        "$.detail.order.*",
        "$..user",
        "$['detail']",
        '$["detail"]["user"]',
        "$.detail['dot.key']",
        "$.detail.labels[-1]",
        "$.detail.labels[0:2]",
        "detail.user",
    ],
)
def test_a_path_of_another_kind_is_refused(path: str) -> None:
    assert _refusal(InputPath=path) == "InputPath for target t is invalid."
    transformer = {"InputPathsMap": {"a": path}, "InputTemplate": '"<a>"'}
    assert _refusal(InputTransformer=transformer) == "InputPath for target t is invalid."


def test_an_empty_path_is_taken_alone_but_not_in_a_map() -> None:
    assert _refusal(InputPath="") is None
    transformer = {"InputPathsMap": {"a": ""}, "InputTemplate": '"<a>"'}
    assert _refusal(InputTransformer=transformer) == "InputPath for target t is invalid."


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ('{"<a>":"value"}', "InputTemplate placeholder present as a JSON object key for target t."),
        (
            "hello <a>",
            'Invalid InputTemplate for target t : [Source: (String)"hello null"; line: 1, column: 1].',
        ),
        (
            '"event <aws.events.event.json>"',
            ONLY_JSON,
        ),
        (
            "[<aws.events.event.json>]",
            ONLY_JSON,
        ),
        ('"<who>"', "InputTemplate for target t contains invalid placeholder who."),
    ],
)
def test_a_template_is_checked_when_the_target_is_put(template: str, words: str) -> None:
    assert _refusal(InputTransformer={"InputPathsMap": {"a": "$.id"}, "InputTemplate": template}) == words


def test_a_constant_must_be_json() -> None:
    words = 'JSON syntax error in input for target t: [Source: (String)"not-json"; line: 1, column: 1]'
    assert _refusal(Input="not-json") == words
