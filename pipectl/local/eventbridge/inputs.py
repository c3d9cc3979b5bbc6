"""What a target of a rule gets: the event, a constant, a part of it, or a text made from a template.

Recorded in localstack/localstack, tests/aws/services/events/test_events_inputs.snapshot.json.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Shape = dict[str, Any]
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_\-.]+)>")
_PREDEFINED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)
"""User guide of EventBridge, "Predefined variables"."""


def body(target: Shape, event: Shape, rule_arn: str) -> str | None:
    """Return the text that a target gets; None when its template makes no valid JSON: nothing is sent."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(at(event, target["InputPath"]))
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        paths = transformer.get("InputPathsMap", {})
        values = {name: at(event, path) for name, path in paths.items()}
        return _fill(transformer["InputTemplate"], values | _predefined(event, rule_arn))
    return json.dumps(event)


def at(event: Any, path: str) -> Any:
    """Return the part of an event that a JSON path names (`$`, members, indexes); None: it has none."""
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path):
        if name:
            event = event.get(name) if isinstance(event, dict) else None
        else:
            event = event[int(index)] if isinstance(event, list) and int(index) < len(event) else None
    return event


def unknown_placeholder(transformer: Shape) -> str | None:
    """Return the first placeholder of a template that neither the paths nor EventBridge define."""
    known = {*transformer.get("InputPathsMap", {}), *_PREDEFINED}
    return next(
        (name for name in _PLACEHOLDER.findall(transformer["InputTemplate"]) if name not in known), None
    )


def _predefined(event: Shape, rule_arn: str) -> Shape:
    """`aws.events.event` is the event without its detail; its `detail-type` is called `detailType` [rec]"""
    alone = {name: value for name, value in event.items() if name not in ("detail", "detail-type")}
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.event": {**alone, "detailType": event["detail-type"]},
        "aws.events.event.json": event,
    }


def _fill(template: str, values: Shape) -> str | None:
    """A template that begins as an object or a list is JSON; any other is lines of quoted texts [rec]"""
    is_json = template.lstrip()[:1] in ("{", "[")
    text = "".join(_pieces(template, values, is_json=is_json))
    parts = [text] if is_json else text.splitlines()
    return text if all(map(_is_json, filter(str.strip, parts))) else None


def _pieces(template: str, values: Shape, *, is_json: bool) -> Iterator[str]:
    """Within quotes a value stands as text, outside as JSON; a missing one is an empty text [rec]"""

    def as_json(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return json.dumps("" if value is None else value)

    def as_text(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if is_json and isinstance(value, dict | list):
            return json.dumps(value)  # it breaks the quotes around it: nothing is sent [rec]
        return json.dumps("" if value is None else _bare(value))[1:-1]

    end = 0
    for quoted in _QUOTED.finditer(template):
        yield _PLACEHOLDER.sub(as_json, template[end : quoted.start()])
        yield _PLACEHOLDER.sub(as_text, quoted[0])
        end = quoted.end()
    yield _PLACEHOLDER.sub(as_json, template[end:])


def _bare(value: Any) -> str:
    """A value within a text, without quotes and blanks: `{acc_id:1,name:x}`, `[A,B]` [rec]"""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_bare(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_bare, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
