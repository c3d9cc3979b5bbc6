"""`event_rule` where no event rule starts anything: at other actions than sources, or beside polling."""

from collections.abc import Iterator

from pipectl.kinds.rule import PATTERNS
from pipectl.rules._tools import PlacedAction, actions, key_error
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "event-rule"


def check(spec: Spec) -> Iterator[Problem]:
    """Every action (user guide, "detect-state-changes")."""
    for each in actions(spec):
        if each.action.event_rule is not None:
            yield from _useless(spec, each)


def _useless(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    path = each.value_path("event_rule")
    if each.wire.category != "Source" or each.action.provider not in PATTERNS:
        message = f"no event rule starts the pipeline for {each.name}"
        hint = f"it is for sources of {', '.join(PATTERNS)}; take it out"
        yield key_error(spec, path, RULE, message, hint)
    elif each.action.poll and each.action.event_rule:
        message = f"{each.name} polls, and with an event rule each change would start it twice"
        yield key_error(spec, path, RULE, message, "take `poll` or `event_rule` out")
