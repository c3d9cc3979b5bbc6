"""Event patterns match and are refused as EventBridge does (recorded cases, told in our own words)."""

import json
from typing import Any

import pytest

from pipectl.facts import event_pattern
from pipectl.facts.event_pattern_grammar import InvalidPatternError

EVENT = {
    "source": "aws.codecommit",
    "detail-type": "CodeCommit Repository State Change",
    "resources": ["arn:aws:codecommit:eu-west-1:123456789012:FriendReminders"],
    "detail": {
        "event": "referenceUpdated",
        "referenceType": "branch",
        "referenceName": "feature/x",
        "size": 3.5,
        "merged": False,
        "author": None,
        "address": "10.1.2.3",
        "labels": ["red", "blue"],
        "files": [{"path": "a.rb", "kind": "code"}, {"path": "b.md", "kind": "text"}],
        "empty": [],
    },
}


def _detail(**fields: Any) -> dict[str, Any]:
    return {"detail": {name.replace("_", "-"): wanted for name, wanted in fields.items()}}


MATCHING = {
    "equal texts": {"source": ["aws.codecommit"], "detail": {"event": ["referenceUpdated"]}},
    "one of several": _detail(referenceType=["tag", "branch"]),
    "prefix": _detail(referenceName=[{"prefix": "feature/"}]),
    "prefix in any case": _detail(referenceName=[{"prefix": {"equals-ignore-case": "FEATURE/"}}]),
    "suffix": _detail(referenceName=[{"suffix": "/x"}]),
    "wildcard": _detail(referenceName=[{"wildcard": "f*e/*"}]),
    "equals-ignore-case": _detail(event=[{"equals-ignore-case": "REFERENCEUPDATED"}]),
    "anything-but one": _detail(event=[{"anything-but": "referenceDeleted"}]),
    "anything-but prefixes": _detail(referenceName=[{"anything-but": {"prefix": ["hot", "rel"]}}]),
    "anything-but is met by one element of a list": _detail(labels=[{"anything-but": ["red"]}]),
    "anything-but by null": _detail(author=[{"anything-but": ["ann"]}]),
    "numbers between bounds": _detail(size=[{"numeric": [">", 3, "<=", 3.5]}]),
    "a network": _detail(address=[{"cidr": "10.1.0.0/16"}]),
    "null": _detail(author=[None]),
    "exists": _detail(merged=[{"exists": True}]),
    "does not exist": _detail(missing=[{"exists": False}]),
    "an object is no leaf": {"detail": [{"exists": False}]},
    "an element of a list of objects": _detail(files={"path": ["b.md"], "kind": ["text"]}),
    "dots join names": {"detail.event": ["referenceUpdated"]},
    "one of two alternatives": {"$or": [{"source": ["x"]}, {"detail": {"event": ["referenceUpdated"]}}]},
}  # fmt: skip
NOT_MATCHING = {
    "another text": {"source": ["aws.s3"]},
    "case counts": {"source": ["AWS.codecommit"]},
    "false is no 0": _detail(merged=[0]),
    "a number is no text": _detail(size=["3.5"]),
    "a missing field": _detail(missing=[{"anything-but": "x"}]),
    "null is not missing": _detail(author=[{"exists": False}]),
    "numbers out of bounds": _detail(size=[{"numeric": ["<", 3]}]),
    "a text is no number": _detail(event=[{"numeric": [">", 0]}]),
    "fields of two elements": _detail(files={"path": ["b.md"], "kind": ["code"]}),
    "an empty list has no null": _detail(empty=[None]),
    "neither alternative": {"$or": [{"source": ["x"]}, {"source": ["y"]}]},
    "anything-but wildcards": _detail(referenceName=[{"anything-but": {"wildcard": ["*/y", "*/x"]}}]),
}
REFUSED = {
    '"source" must be an object or an array': {"source": "aws.s3"},
    "Empty arrays are not allowed": {"source": []},
    "Unrecognized match type EXISTS": {"source": [{"EXISTS": True}]},
    "prefix match pattern must be a string": {"source": [{"prefix": ["aws"]}]},
    "Null prefix/suffix not allowed": {"source": [{"anything-but": {"suffix": ""}}]},
    "Inside anything but list, start|null|boolean is not supported.": _detail(x=[{"anything-but": [None]}]),
    "Value of numeric must be an array.": _detail(size=[{"numeric": 10}]),
    "Bad numeric range operator: >": _detail(size=[{"numeric": [">", 0, ">", 5]}]),
    "Value of < must be numeric": _detail(size=[{"numeric": [">", 0, "<"]}]),
    "Malformed CIDR, one '/' required": _detail(address=[{"cidr": "10.0.0.1"}]),
    "Nonstandard IP address: x.y": _detail(address=[{"cidr": "x.y/8"}]),
    "Consecutive wildcard characters at pos 3": {"source": [{"wildcard": "a:**"}]},
}  # fmt: skip


@pytest.mark.parametrize("pattern", MATCHING.values(), ids=MATCHING)
def test_an_event_matches(pattern: dict[str, Any]) -> None:
    assert event_pattern.matches(event_pattern.parse(json.dumps(pattern)), EVENT)


@pytest.mark.parametrize("pattern", NOT_MATCHING.values(), ids=NOT_MATCHING)
def test_an_event_does_not_match(pattern: dict[str, Any]) -> None:
    assert not event_pattern.matches(event_pattern.parse(json.dumps(pattern)), EVENT)


@pytest.mark.parametrize(("reason", "pattern"), REFUSED.items(), ids=REFUSED)
def test_a_pattern_is_refused_with_its_reason(reason: str, pattern: dict[str, Any]) -> None:
    with pytest.raises(InvalidPatternError) as refused:
        event_pattern.parse(json.dumps(pattern))
    assert str(refused.value) == reason
