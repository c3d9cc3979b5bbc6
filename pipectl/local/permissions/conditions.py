"""Conditions of policy statements (IAM User Guide, "IAM JSON policy elements: Condition operators")."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipectl.local.permissions.patterns import arn_like, filled, like, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Values = tuple[str, ...]

_IF_EXISTS = "ifexists"
_ALL, _ANY = "forallvalues", "foranyvalue"


def met(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, Values]) -> bool:
    """Whether all operators with all their keys agree; `context` has lower-case keys"""
    return all(
        _agrees(operator, key, listed(values), context)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _agrees(operator: str, key: str, stated: list[str], context: Mapping[str, Values]) -> bool:
    scope, _, name = operator.lower().rpartition(":")
    values = context.get(key.lower(), ())
    if name == "null":
        return (not values) is (stated[0].lower() == "true")
    if not values and name.endswith(_IF_EXISTS):
        return True
    positive, compare = _operator(name.removesuffix(_IF_EXISTS))
    wanted = [value for value in (filled(text, context) for text in stated) if value is not None]
    results = [any(compare(text, value) for text in wanted) is positive for value in values]
    if scope == _ALL:
        return all(results)
    if not values:
        return not positive and scope != _ANY
    if scope == _ANY or positive:
        return any(results)
    return all(results)


def _operator(name: str) -> tuple[bool, Callable[[str, str], bool]]:
    """Whether the operator wants a match, and how it compares what a policy states with a value"""
    if name in _NEGATED:
        return False, _COMPARE[_NEGATED[name]]
    return True, _COMPARE.get(name, lambda _stated, _value: False)


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(stated: str, value: str) -> bool:
        try:
            return compare(float(value), float(stated))
        except ValueError:
            return False

    return compared


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    def compared(stated: str, value: str) -> bool:
        one, other = _moment(value), _moment(stated)
        return one is not None and other is not None and compare(one, other)

    return compared


def _moment(text: str) -> datetime | None:
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_network(stated: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(stated, strict=False)
    except ValueError:
        return False


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda stated, value: _plain(stated) == value,
    "stringequalsignorecase": lambda stated, value: _plain(stated).lower() == value.lower(),
    "stringlike": like,
    "arnequals": arn_like,  # "ArnEquals and ArnLike behave identically"
    "arnlike": arn_like,
    "bool": lambda stated, value: stated.lower() == value.lower(),
    "binaryequals": lambda stated, value: stated == value,
    "ipaddress": _in_network,
    "numericequals": _number(lambda value, stated: value == stated),
    "numericlessthan": _number(lambda value, stated: value < stated),
    "numericlessthanequals": _number(lambda value, stated: value <= stated),
    "numericgreaterthan": _number(lambda value, stated: value > stated),
    "numericgreaterthanequals": _number(lambda value, stated: value >= stated),
    "dateequals": _date(lambda value, stated: value == stated),
    "datelessthan": _date(lambda value, stated: value < stated),
    "datelessthanequals": _date(lambda value, stated: value <= stated),
    "dategreaterthan": _date(lambda value, stated: value > stated),
    "dategreaterthanequals": _date(lambda value, stated: value >= stated),
}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}


def _plain(stated: str) -> str:
    """A filled variable has its wildcards escaped; where there are no wildcards they stand for themselves"""
    return stated.replace("[*]", "*").replace("[?]", "?")
