"""What a target of a rule gets: the event, a constant, a part of it, or a text made from a template.

Recorded in radkawar/stackd, testdata/aws/eventbridge/inputs.json (94 cases of September 2026), and in
localstack/localstack, tests/aws/services/events/test_events_inputs.snapshot.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipectl.local.eventbridge.paths import MISSING, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

Shape = dict[str, Any]
WHOLE_EVENT = "aws.events.event.json"
PREDEFINED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    WHOLE_EVENT,
)
"""User guide of EventBridge, "Predefined variables"."""

QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
PLACEHOLDER = re.compile(r"<([A-Za-z0-9_\-.]+)>")
_Show = Callable[[Any], str]


class InvalidJsonError(ValueError):
    """A template made no JSON of an event; `text` is what it made, which goes to the dead-letter queue."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def body(target: Shape, event: Shape, rule_arn: str, received: datetime) -> str | None:
    """Return the text that a target gets; None for an empty one: nothing was seen to arrive (recorded).

    `received` is when EventBridge took the event in. Raises InvalidJsonError.
    """
    if "Input" in target:
        return str(target["Input"]) or None
    if "InputPath" in target:
        found = value_at(event, target["InputPath"]) if target["InputPath"] else MISSING
        return "{}" if found is MISSING or found is None else compact(found)
    if "InputTransformer" not in target:
        return compact(event)
    transformer = target["InputTransformer"]
    paths = transformer.get("InputPathsMap", {})
    values = {name: value_at(event, path) for name, path in paths.items()}
    return _filled(transformer["InputTemplate"], values | _predefined(event, rule_arn, received)) or None


def compact(value: Any) -> str:
    """Return JSON without blanks, as EventBridge writes it (recorded)."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def is_json_template(template: str) -> bool:
    """Return whether a template is an object; all others are filled in as text (recorded)."""
    return template.lstrip().startswith("{")


def first_fault(text: str) -> int | None:
    """Return where a sequence of JSON values breaks off, or None; lines of texts are one (recorded)."""
    decoder, position = json.JSONDecoder(), 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        try:
            _, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            return error.pos
    return None


def _predefined(event: Shape, rule_arn: str, received: datetime) -> Shape:
    """`aws.events.event` has no detail, another type's name, and milliseconds as its time (recorded)"""
    moment = datetime.fromisoformat(event["time"])
    alone = {
        "id": event["id"],
        "account": event["account"],
        "detailType": event["detail-type"],
        "time": int(moment.timestamp() * 1000),
        "source": event["source"],
        "region": event["region"],
        "resources": event["resources"],
        "version": event["version"],
    }
    at = received.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    values = (rule_arn, rule_arn.rpartition("/")[2], at, alone, event)
    return dict(zip(PREDEFINED, values, strict=True))


def _filled(template: str, values: Shape) -> str:
    as_json = is_json_template(template)
    text = "".join(_pieces(template, values, as_json=as_json))
    if first_fault(text) is not None:
        raise InvalidJsonError(text)
    return text


def _pieces(template: str, values: Shape, *, as_json: bool) -> Iterator[str]:
    """An object shows JSON outside of quotes and text inside; every other template shows text (recorded)"""
    outside, inside = (_json, _quoted) if as_json else (_plain, _plain)
    end = 0
    for quoted in QUOTED.finditer(template):
        yield _replaced(template[end : quoted.start()], values, outside)
        yield _replaced(quoted[0], values, inside)
        end = quoted.end()
    yield _replaced(template[end:], values, outside)


def _replaced(text: str, values: Shape, show: _Show) -> str:
    """A placeholder that nobody defines stays as it is (recorded)"""
    return PLACEHOLDER.sub(lambda match: show(values[match[1]]) if match[1] in values else match[0], text)


def _json(value: Any) -> str:
    """A missing value is an empty text, null is null (recorded)"""
    return compact("" if value is MISSING else value)


def _quoted(value: Any) -> str:
    """Within the quotes of an object: an object or list keeps its own, which breaks the JSON (recorded)"""
    if value is MISSING:
        return ""
    return compact(value)[1:-1] if isinstance(value, str) else compact(value)


def _plain(value: Any) -> str:
    """A text without escapes; objects and lists without quotes: `{first:one}`, `[A,B]` (recorded)"""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_plain(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_plain, value)) + "]"
    if value is MISSING:
        return ""
    return value if isinstance(value, str) else compact(value)
