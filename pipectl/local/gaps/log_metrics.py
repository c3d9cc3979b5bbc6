"""CloudWatch Logs: metric filters, as they are taken and told.

Recorded in radkawar/stackd, testdata/aws/logs/metric_filters.json (September 2026).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local import paging
from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.world import World

Shape = dict[str, Any]
_INVALID = "InvalidParameterException"
_OK = 200
_MOST_DIMENSIONS = 3
_MOST_TERMS = 2
_MOST_WITH_TERMS = 5
_PAGE = 50
_TERM = re.compile(r"%[^%\s]+%")
_OPERATOR_WITHOUT_VALUE = re.compile(r"(?:[<>=]|!=)\s*(?:[})]|&&|\|\||$)")
_CRITERIA = re.compile(r"@\S+\s*(?:=|!=|IN|NOT\s+IN)\s*\S+", re.IGNORECASE)
_SYSTEM_FIELDS = ("@aws.account", "@aws.region", "@source.log")
_OPTIONAL = ("fieldSelectionCriteria", "emitSystemFieldDimensions")
_RESERVED = "AWS/"
_VALUE = re.compile(r"\$\S+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
"""A number or its field (CloudWatch Logs user guide, "Configure metric values for a metric filter")"""
NO_GROUP = Refused("ResourceNotFoundException", "The specified log group does not exist.")
"""Recorded in localstack/localstack, tests/aws/services/logs/test_logs_subscription_filters.snapshot.json"""


def put(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """A filter of the same name is replaced and keeps its creation time.

    A missing group is refused (API reference, PutMetricFilter: ResourceNotFoundException).
    """
    backend = world.moto("logs", request.account, request.region)
    if asked["logGroupName"] not in backend.groups:
        raise NO_GROUP
    if reason := next(_refusals(asked), None):
        raise Refused(_INVALID, reason)
    filters = backend.filters.metric_filters
    mine = [one for one in filters if one["logGroupName"] == asked["logGroupName"]]
    before = next((one for one in mine if one["filterName"] == asked["filterName"]), None)
    others = [one for one in mine if one is not before and _terms(one["filterPattern"])]
    if _terms(asked["filterPattern"]) and len(others) >= _MOST_WITH_TERMS:
        raise Refused("LimitExceededException", "Resource limit exceeded.")
    answered = forward(request)
    if answered.status == _OK:
        filters[:] = [one for one in filters if one is not before]
        created = int(world.now().timestamp() * 1000)
        made = filters[-1]
        made["creationTime"] = before["creationTime"] if before else created
        made["applyOnTransformedLogs"] = asked.get("applyOnTransformedLogs", False)
        made.update({name: asked[name] for name in _OPTIONAL if name in asked})
    return answered


def described(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """Filters by their name, of a group or of a metric; the form of a token is inferred."""
    of_metric = {name for name in ("metricName", "metricNamespace") if name in asked}
    if of_metric and ("logGroupName" in asked or len(of_metric) == 1):
        raise Refused(
            _INVALID,
            "Describe Metric Filters request must contain either logGroupName or metricName and "
            "metricNamespace",
        )
    answered = forward(request)
    if answered.status != _OK:
        return answered
    found = sorted(answered.json()["metricFilters"], key=lambda one: (one["filterName"], one["logGroupName"]))
    try:
        part, token = paging.page(found, asked.get("nextToken"), asked.get("limit", _PAGE))
    except paging.BadToken:
        raise Refused(_INVALID, "The specified nextToken is invalid.") from None
    return json_answer({"metricFilters": part, **({"nextToken": token} if token else {})})


def _terms(pattern: str) -> int:
    """How many regular expressions a pattern has"""
    return len(_TERM.findall(pattern))


def _refusals(asked: Shape) -> Iterator[str]:
    pattern = asked["filterPattern"]
    if _terms(pattern) > _MOST_TERMS:
        yield "Your input has exceeded the maximum of 2 regular expressions per filter pattern."
    if not _is_pattern(pattern):
        yield "Invalid metric filter pattern"
    fields = asked.get("emitSystemFieldDimensions", [])
    for transformation in asked["metricTransformations"]:
        yield from _transformation_refusals(transformation, len(set(fields)))
    if not set(fields) <= set(_SYSTEM_FIELDS):
        yield (
            "The provided system fields are invalid. The supported system fields are - "
            "[@aws.region, @aws.account, @source.log]"
        )
    if "fieldSelectionCriteria" in asked and not _CRITERIA.search(asked["fieldSelectionCriteria"]):
        yield "The provided field selection criteria is invalid"


def _transformation_refusals(transformation: Shape, system_fields: int) -> Iterator[str]:
    dimensions = transformation.get("dimensions", {})
    if transformation["metricNamespace"].startswith(_RESERVED):  # the words are inferred
        yield "Invalid metric transformation: namespaces that begin with AWS/ are reserved"
    if not _VALUE.fullmatch(transformation["metricValue"]):  # the words are inferred
        yield "Invalid metric transformation: metric value must be a number or a valid selector"
    if dimensions and "defaultValue" in transformation:
        yield (
            "Invalid metric transformation: dimensions and default value are mutually exclusive properties"
        )
    if not all(value.startswith("$") for value in dimensions.values()):
        yield "Invalid metric transformation: dimension value must be valid selector"
    if len(dimensions) + system_fields > _MOST_DIMENSIONS:
        yield ("Number of dimensions exceeds the maximum number of dimensions supported per metric filter")


def _is_pattern(pattern: str) -> bool:
    """Whether a pattern can be read: brackets in pairs, and a value behind each operator"""
    text = re.sub(r'"(?:\\.|[^"\\])*"', "text", pattern.strip())
    if text.startswith("{"):
        inner = text[1:-1].strip()
        return text.endswith("}") and bool(inner) and not _OPERATOR_WITHOUT_VALUE.search(f"{inner}}}")
    return not text.startswith("[") or text.endswith("]")
