"""CloudWatch Logs: names and retention are checked, classes and deletion protection kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local import model
from pipectl.local.gaps import log_metrics
from pipectl.local.gaps.requests import from_json
from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.validation import Fault
    from pipectl.local.world import World

_INVALID = "InvalidParameterException"
# API reference, PutRetentionPolicy
_RETENTION = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Check what moto does not, let it answer, and add what AWS adds"""
    asked = from_json(request, _code(request), _is_hidden, accepted=_is_accepted)
    if filters := _FILTERS.get(request.operation):
        return filters(world, request, asked, forward)
    call = _CALLS.get(request.operation)
    if call is None:
        return forward(request)
    return call(_Groups(world, request), asked, request, forward)


def _code(request: Request) -> str:
    """The newer operations (deliveries) know no InvalidParameterException, but a ValidationException"""
    operation = model.operation_model("logs", request.operation)
    known = {shape.name for shape in operation.error_shapes} if operation else set()
    return _INVALID if _INVALID in known or "ValidationException" not in known else "ValidationException"


def _is_hidden(fault: Fault) -> bool:
    """Logs does not repeat identifiers, lists and what is in them.

    Recorded in radkawar/stackd, testdata/aws/logs/metric_filters.json; of identifiers as moto's tests, which
    are verified on AWS, quote it. Plain numbers and texts are repeated: recorded in localstack/localstack,
    tests/aws/services/logs/test_logs_filter_events.snapshot.json and test_logs_delivery.snapshot.json.
    """
    return "Identifier" in fault.path or "." in fault.path or isinstance(fault.value, list)


def _is_accepted(fault: Fault) -> bool:
    """A colon in the namespace of a metric is taken, though the model's pattern leaves it out.

    CloudWatch user guide, "Namespaces", lists it; localstack/localstack,
    test_put_metric_filter_with_special_namespace was validated on AWS (2026-02-05). The pattern's other
    characters stay refused.
    """
    is_pattern = "regular expression pattern" in fault.constraint
    return is_pattern and fault.path.endswith("metricNamespace") and not set("*$") & set(fault.value)


class _Groups:
    """The log groups of one account and Region, and what moto has no place for: class and protection."""

    def __init__(self, world: World, request: Request) -> None:
        self.by_name: dict[str, Any] = world.moto("logs", request.account, request.region).groups
        self._beside = world.beside("logs", request.account, request.region)

    def named(self, identifier: str) -> Any:
        """Find a group by name or ARN"""
        name = name_of(identifier)
        if name not in self.by_name:
            raise log_metrics.NO_GROUP
        return self.by_name[name]

    def kept(self, name: str) -> dict[str, Any]:
        """What is kept beside a group"""
        kept_here: dict[str, Any] = self._beside.setdefault(
            name, {"logGroupClass": "STANDARD", "deletionProtectionEnabled": False}
        )
        return kept_here

    def forget(self, name: str) -> None:
        self._beside.pop(name, None)

    def described(self, group: Any) -> dict[str, Any]:
        """A group as DescribeLogGroups tells it"""
        return {**group.to_describe_dict(), **self.kept(group.name)}


def name_of(identifier: str) -> str:
    """The name in a log group's ARN, or the name itself"""
    return identifier.partition(":log-group:")[2].removesuffix(":*") or identifier


def _create(groups: _Groups, asked: dict[str, Any], request: Request, forward: Forward) -> Answer:
    name = asked["logGroupName"]
    if name.lower().startswith("aws/"):
        raise Refused(_INVALID, "Log groups starting with AWS/ are reserved for AWS.")
    answered = forward(request)
    if answered.status == 200:  # noqa: PLR2004  HTTP's own
        groups.forget(name)
        kept = groups.kept(name)
        kept.update({key: asked[key] for key in kept if key in asked})
    return answered


def _delete(groups: _Groups, asked: dict[str, Any], request: Request, forward: Forward) -> Answer:
    """API reference, PutLogGroupDeletionProtection; the text is inferred"""
    name = groups.named(asked["logGroupName"]).name
    if groups.kept(name)["deletionProtectionEnabled"]:
        message = f"Log group {name} cannot be deleted because deletion protection is enabled."
        raise Refused("ValidationException", message)
    groups.forget(name)
    return forward(request)


def _describe(groups: _Groups, asked: dict[str, Any], request: Request, forward: Forward) -> Answer:
    """API reference, DescribeLogGroups: identifiers are the only filter when they are given"""
    if "logGroupIdentifiers" in asked:
        wanted = {name_of(identifier) for identifier in asked["logGroupIdentifiers"]}
        found = [group for name, group in sorted(groups.by_name.items()) if name in wanted]
        return json_answer({"logGroups": [groups.described(group) for group in found]})
    answered = forward(request)
    if answered.status != 200:  # noqa: PLR2004  HTTP's own
        return answered
    said = answered.json()
    said["logGroups"] = [{**group, **groups.kept(group["logGroupName"])} for group in said["logGroups"]]
    return answered.with_json({key: value for key, value in said.items() if value is not None})


def _protect(groups: _Groups, asked: dict[str, Any], _request: Request, _forward: Forward) -> Answer:
    group = groups.named(asked["logGroupIdentifier"])
    groups.kept(group.name)["deletionProtectionEnabled"] = asked["deletionProtectionEnabled"]
    return json_answer({})


def _retain(groups: _Groups, asked: dict[str, Any], request: Request, forward: Forward) -> Answer:
    days = asked["retentionInDays"]
    if days not in _RETENTION:
        listed = ", ".join(map(str, _RETENTION))
        raise Refused(
            _INVALID,
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{listed}]",
        )
    return forward(request)


def _tags(groups: _Groups, asked: dict[str, Any], request: Request, forward: Forward) -> Answer:
    """The ARN with `:*` never gets here: the model's pattern refuses it"""
    if ":log-group:" in asked["resourceArn"]:
        groups.named(asked["resourceArn"])
    return forward(request)


_FILTERS = {
    "DescribeMetricFilters": log_metrics.described,
    "PutMetricFilter": log_metrics.put,
}
_CALLS = {
    "CreateLogGroup": _create,
    "DeleteLogGroup": _delete,
    "DescribeLogGroups": _describe,
    "ListTagsForResource": _tags,
    "PutLogGroupDeletionProtection": _protect,
    "PutRetentionPolicy": _retain,
    "TagResource": _tags,
    "UntagResource": _tags,
}
