"""Metric filters of CloudWatch Logs are taken and told as recorded.

Recorded in radkawar/stackd, testdata/aws/logs/metric_filters.json (September 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

INVALID = "InvalidParameterException"
METRIC = {"metricName": "Sold", "metricNamespace": "Shop", "metricValue": "1"}
TOO_MANY = "Number of dimensions exceeds the maximum number of dimensions supported per metric filter"
EITHER = "Describe Metric Filters request must contain either logGroupName or metricName and metricNamespace"


@pytest.fixture
def logs(client: Callable[..., Any]) -> Any:
    logs = client("logs")
    logs.create_log_group(logGroupName="shop")
    return logs


def _put(logs: Any, name: str = "sold", pattern: str = "SOLD", **members: Any) -> None:
    metric = {**METRIC, **members.pop("metric", {})}
    logs.put_metric_filter(
        logGroupName="shop", filterName=name, filterPattern=pattern, metricTransformations=[metric], **members
    )


def test_a_filter_that_is_put_again_is_replaced_and_keeps_its_age(logs: Any) -> None:
    _put(logs)
    (first,) = logs.describe_metric_filters(logGroupName="shop")["metricFilters"]
    _put(logs, pattern="RESOLD", metric={"unit": "Count"}, applyOnTransformedLogs=True)
    (second,) = logs.describe_metric_filters(logGroupName="shop")["metricFilters"]
    assert first["applyOnTransformedLogs"] is False
    assert second == {
        **first,
        "filterPattern": "RESOLD",
        "metricTransformations": [{**METRIC, "unit": "Count"}],
        "applyOnTransformedLogs": True,
    }


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"pattern": "{ $.broken = }"}, "Invalid metric filter pattern"),
        ({"pattern": "{ $.open = 1"}, "Invalid metric filter pattern"),
        (
            {"pattern": "{ $.a = %A% && $.b = %B% && $.c = %C% }"},
            "Your input has exceeded the maximum of 2 regular expressions per filter pattern.",
        ),
        (
            {"metric": {"dimensions": {"Bucket": "$.bucket"}, "defaultValue": 0}},
            "Invalid metric transformation: dimensions and default value are mutually exclusive properties",
        ),
        (
            {"metric": {"dimensions": {"Bucket": "literal"}}},
            "Invalid metric transformation: dimension value must be valid selector",
        ),
        ({"metric": {"dimensions": dict.fromkeys("ABCD", "$.bucket")}}, TOO_MANY),
        (
            {
                "metric": {"dimensions": dict.fromkeys("ABC", "$.bucket")},
                "emitSystemFieldDimensions": ["@aws.account"],
            },
            TOO_MANY,
        ),
        (
            {"fieldSelectionCriteria": "nonsense"},
            "The provided field selection criteria is invalid",
        ),
        (
            {"metric": {"metricValue": "many"}},
            "Invalid metric transformation: metric value must be a number or a valid selector",
        ),
        (
            {"metric": {"metricNamespace": "AWS/Lambda"}},
            "Invalid metric transformation: namespaces that begin with AWS/ are reserved",
        ),
    ],
)
def test_a_filter_that_says_nothing_is_refused(logs: Any, members: dict[str, Any], words: str) -> None:
    assert refusal(lambda: _put(logs, **members)) == (INVALID, words)
    assert logs.describe_metric_filters(logGroupName="shop")["metricFilters"] == []


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.kind = "x" && $.value = * }',
        '[kind = "SPACE", value, bucket]',
        "ERROR -debug",
        "{ $.a IS NULL }",
        "",
    ],
)
def test_a_pattern_of_every_kind_is_taken(logs: Any, pattern: str) -> None:
    _put(logs, pattern=pattern)
    assert logs.describe_metric_filters(logGroupName="shop")["metricFilters"][0]["filterPattern"] == pattern


def test_a_group_has_five_filters_with_regular_expressions(logs: Any) -> None:
    for number in range(5):
        _put(logs, f"f{number}", f"%NO{number}%")
    assert refusal(lambda: _put(logs, "f5", "%NO5%")) == (
        "LimitExceededException",
        "Resource limit exceeded.",
    )
    _put(logs, "f1", "%REPLACED%")
    _put(logs, "plain", "PLAIN")


def test_filters_come_by_their_name_in_pages(logs: Any) -> None:
    for name in ("b", "a", "c"):
        _put(logs, name)
    first = logs.describe_metric_filters(logGroupName="shop", limit=2)
    rest = logs.describe_metric_filters(logGroupName="shop", limit=2, nextToken=first["nextToken"])
    assert [one["filterName"] for one in first["metricFilters"] + rest["metricFilters"]] == ["a", "b", "c"]
    assert "nextToken" not in rest


@pytest.mark.parametrize(
    "asked",
    [{"logGroupName": "shop", "metricName": "Sold", "metricNamespace": "Shop"}, {"metricNamespace": "Shop"}],
)
def test_filters_are_those_of_a_group_or_of_a_metric(logs: Any, asked: dict[str, str]) -> None:
    assert refusal(logs.describe_metric_filters, **asked) == (INVALID, EITHER)


@pytest.mark.parametrize("value", ["1", "-0.5", "1e3", "$.size", "$size"])
def test_a_metric_value_is_a_number_or_a_field(logs: Any, value: str) -> None:
    _put(logs, metric={"metricValue": value})
    (kept,) = logs.describe_metric_filters(logGroupName="shop")["metricFilters"]
    assert kept["metricTransformations"][0]["metricValue"] == value


def test_a_filter_of_no_group_is_refused(logs: Any) -> None:
    """API reference, PutMetricFilter: ResourceNotFoundException"""
    logs.delete_log_group(logGroupName="shop")
    missing = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(lambda: _put(logs)) == missing


def test_a_namespace_may_have_a_colon(logs: Any) -> None:
    namespace = "A.B-c_d/1#2:shop"
    _put(logs, metric={"metricNamespace": namespace})
    found = logs.describe_metric_filters(metricName="Sold", metricNamespace=namespace)["metricFilters"]
    assert [one["filterName"] for one in found] == ["sold"]


@pytest.mark.parametrize(
    "metric", [{"metricNamespace": "Shop$"}, {"metricNamespace": "S*p"}, {"metricName": "a:b"}]
)
def test_other_signs_of_patterns_and_colons_in_names_are_refused(logs: Any, metric: dict[str, str]) -> None:
    code, words = refusal(lambda: _put(logs, metric=metric))
    assert code == INVALID
    assert "Member must satisfy regular expression pattern" in words


def test_values_of_identifiers_and_lists_are_not_repeated(logs: Any) -> None:
    two = [METRIC, METRIC]
    found = refusal(
        logs.put_metric_filter,
        logGroupName="shop",
        filterName="two",
        filterPattern="",
        metricTransformations=two,
    )
    words = "Value at 'metricTransformations' failed to satisfy constraint: Member must have length"
    assert found == (INVALID, f"1 validation error detected: {words} less than or equal to 1")
    code, words = refusal(logs.describe_log_streams, logGroupIdentifier="arn:aws:logs:x:1:log-group:shop:*")
    assert (code, words[:58]) == (INVALID, "1 validation error detected: Value at 'logGroupIdentifier'")
    words = refusal(logs.filter_log_events, logGroupName="shop", limit=10001)[1]
    assert words.startswith("1 validation error detected: Value '10001' at 'limit' failed")


def test_the_operations_of_deliveries_have_a_code_of_their_own(logs: Any) -> None:
    configuration = {"destinationResourceArn": "arn:aws:s3:::bucket"}
    found = refusal(
        logs.put_delivery_destination,
        name="d",
        outputFormat="foobar",
        deliveryDestinationConfiguration=configuration,
    )
    assert found[0] == "ValidationException"
