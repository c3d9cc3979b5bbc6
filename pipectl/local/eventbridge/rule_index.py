"""Which rules of a bus an event may meet, found without a look at all the others.

A rule is filed under the exact values that its pattern asks of one field: an event that has none of them
there cannot match. What is found so is tried with the whole pattern, so the index decides nothing by itself.
The field is the one whose values the fewest other rules ask for: rules that differ in one resource only, as
those of many pipelines do, lie apart.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pipectl.facts import event_pattern
from pipectl.facts.event_pattern_grammar import InvalidPatternError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipectl.facts.event_pattern_grammar import Pattern

Path = tuple[str, ...]
Key = tuple[Path, Any]
_ANYWHERE: tuple[Key, ...] = (((), None),)
"""Where rules lie that ask for no exact value: every event may meet them."""
_log = logging.getLogger(__name__)


class IndexedRules(dict[str, Any]):
    """The rules of a bus by name, as moto keeps them, and an index of their patterns.

    moto puts rules by assignment, replaces them so, and removes them by `pop`.
    """

    def __init__(self, rules: Mapping[str, Any]) -> None:
        super().__init__()
        self._filed: dict[Path, dict[Any, set[str]]] = {}
        self._patterns: dict[str, tuple[Pattern, tuple[Key, ...]]] = {}
        self._places: dict[str, int] = {}
        self._next_place = 0
        for name, rule in rules.items():
            self[name] = rule

    def __setitem__(self, name: str, rule: Any) -> None:
        self._forget(name)
        if name not in self:
            self._places[name] = self._next_place
            self._next_place += 1
        super().__setitem__(name, rule)
        if pattern := _parsed(rule):
            keys = self._chosen(pattern)
            self._patterns[name] = pattern, keys
            for path, value in keys:
                self._filed.setdefault(path, {}).setdefault(value, set()).add(name)

    def pop(self, name: str, *default: Any) -> Any:
        """Remove a rule and what the index holds of it"""
        self._forget(name)
        return super().pop(name, *default)

    def met_by(self, event: Mapping[str, Any]) -> list[Any]:
        """The enabled rules whose patterns an event matches, in the order in which they were made first"""
        nested = event_pattern.nested(event)
        return [
            self[name]
            for name in sorted(self.candidates(nested), key=self._places.__getitem__)
            if self[name].state.startswith("ENABLED")
            and event_pattern.matches_nested(self._patterns[name][0], nested)
        ]

    def candidates(self, nested: Any) -> set[str]:
        """The names of the rules that are tried with an event (`event_pattern.nested`)"""
        found: set[str] = set()
        for path, names in self._filed.items():
            for value in event_pattern.values_at(nested, path) if path else (None,):
                found |= names.get(value, set())
        return found

    def _chosen(self, pattern: Pattern) -> tuple[Key, ...]:
        """The values of one field to file a rule under; of equal fields the last, which asks for the most"""
        fields = [*_exact(pattern, ())]
        return min(reversed(fields), key=self._load, default=_ANYWHERE)

    def _load(self, keys: tuple[Key, ...]) -> int:
        """So many rules lie under these values already"""
        return sum(len(self._filed.get(path, {}).get(value, ())) for path, value in keys)

    def _forget(self, name: str) -> None:
        _, keys = self._patterns.pop(name, (None, ()))
        for path, value in keys:
            names = self._filed[path][value]
            names.discard(name)
            if not names:
                del self._filed[path][value]
            if not self._filed[path]:
                del self._filed[path]


def rules_of(bus: Any) -> IndexedRules:
    """The rules of a bus of moto, which keeps the index from the first time on"""
    if not isinstance(bus.rules, IndexedRules):
        bus.rules = IndexedRules(bus.rules)
    rules: IndexedRules = bus.rules
    return rules


def _parsed(rule: Any) -> Pattern | None:
    """The pattern of a rule; None when it has none, or one that PutRule would have refused"""
    text = rule.event_pattern.dump()
    if not text:
        return None
    try:
        return event_pattern.parse(text)
    except InvalidPatternError as error:
        _log.warning("rule %s meets no event: %s", rule.name, error)
        return None


def _exact(pattern: Pattern, path: Path) -> Iterator[tuple[Key, ...]]:
    """The fields of which a pattern asks exact values, and the values"""
    for name, wanted in pattern.items():
        if isinstance(wanted, dict):
            yield from _exact(wanted, (*path, name))
        elif not any(isinstance(test, dict) for test in wanted):
            yield tuple(((*path, name), test) for test in wanted)
