"""The differences of one step, as lines below it: in the words of the spec, never wider than the screen."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pipectl.engine.values import OWNER_TAG, Action, Difference, Step
from pipectl.render.marks import Look
from pipectl.render.secrets import masked
from pipectl.render.text import counted, cut, pad, plain, width

INDENT = 6
COLUMN = 27
"""Where names and values begin: behind the longest kind."""
MOST_LINES = 8
"""Differences of one step that are shown without `--verbose`."""
NOTHING = "(none)"

_STATEMENT = re.compile(
    r"^(?P<policy>.+)\.(?P<sid>[^.]+)\.(Not)?(Effect|Action|Resource|Principal|Condition)(\..*)?$"
)


def lines(step: Step, look: Look) -> list[str]:
    """What differs, a line or two for each value; `look.verbose` shows all of them."""
    shown = [line for each in _worth_showing(step, look) for line in _difference_lines(step, each, look)]
    more = len(shown) - MOST_LINES
    if look.verbose or more < 2:  # noqa: PLR2004  one more line costs less than the word about it
        return shown
    hidden = f"{counted(more, 'more line')}; `-v` shows all"
    return [*shown[:MOST_LINES], " " * INDENT + look.faint(hidden)]


def _worth_showing(step: Step, look: Look) -> Iterator[Difference]:
    if look.verbose:
        yield from step.differences
        return
    told = [each for each in step.differences if each.path != f"tags.{OWNER_TAG}"]
    if step.action is not Action.CREATE:
        yield from told
        return
    filled = [each for each in told if each.after not in (None, "", [], {}, ())]
    for policy, group in groupby(filled, _policy):
        members = list(group)
        yield from [_statements(policy, members)] if policy else members


def _policy(difference: Difference) -> str | None:
    """The path of the policy that the difference is a part of."""
    statement = _STATEMENT.match(difference.path)
    return statement["policy"] if statement else None


def _statements(policy: str, group: Sequence[Difference]) -> Difference:
    """A new policy, shortened to the names of its statements."""
    matches = [_STATEMENT.match(each.path) for each in group]
    return Difference(policy, None, list(dict.fromkeys(match["sid"] for match in matches if match)))


def _difference_lines(step: Step, difference: Difference, look: Look) -> list[str]:
    path, before, after = difference.path, difference.before, difference.after
    before, after = masked(path, before), masked(path, after)
    if step.action is Action.CREATE:
        return [_labelled(path, cut(_said(after), look.width - _column(path)))]
    if _is_long_text(before) and _is_long_text(after):
        return [_labelled(path, ""), *_text_changes(before, after, look)]
    whole = f"{_said(before)} -> {_said(after)}"
    if width(whole) <= look.width - _column(path):
        return [_labelled(path, whole)]
    if _is_list(before) and _is_list(after):
        return [_labelled(path, ""), *_list_changes(before, after, look)]
    return _long_change(path, _said(before), _said(after), look)


def _labelled(path: str, value: str) -> str:
    return f"{' ' * INDENT}{pad(path, COLUMN - INDENT - 2)}  {value}".rstrip()


def _column(path: str) -> int:
    """Where the value of this path begins: a long path pushes it to the right."""
    return max(COLUMN, INDENT + width(path) + 2)


def _long_change(path: str, before: str, after: str, look: Look) -> list[str]:
    """Both values on lines of their own, whole: the middle may be where they differ."""
    room = look.width - INDENT - 5
    return [
        _labelled(path, ""),
        *_folded("  - ", before, room, look, "red"),
        *_folded("  + ", after, room, look, "green"),
    ]


def _folded(label: str, text: str, room: int, look: Look, colour: str) -> list[str]:
    parts = [text[start : start + room] for start in range(0, len(text), room)] or [""]
    if len(parts) > MOST_LINES and not look.verbose:
        parts = [*parts[: MOST_LINES // 2], "...", *parts[-MOST_LINES // 2 :]]
    first = f"{' ' * INDENT}{look.paint(label + parts[0], colour)}"
    return [first, *(f"{' ' * INDENT}{look.paint('    ' + part, colour)}" for part in parts[1:])]


def _is_long_text(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _text_changes(before: str, after: str, look: Look) -> list[str]:
    """The lines of a text that went and came."""
    from difflib import ndiff

    changed = [line for line in ndiff(before.splitlines(), after.splitlines()) if line[:2] in ("- ", "+ ")]
    return [_change_line(line[0], line[2:], look) for line in changed]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _list_changes(before: Sequence[Any], after: Sequence[Any], look: Look) -> list[str]:
    """The items of a list that went and came; when only their order differs, all of them."""
    gone = [item for item in before if item not in after]
    new = [item for item in after if item not in before]
    if not gone and not new:
        gone, new = list(before), list(after)
    return [
        *(_change_line("-", _said(item), look) for item in gone),
        *(_change_line("+", _said(item), look) for item in new),
    ]


def _change_line(sign: str, text: str, look: Look) -> str:
    line = cut(f"{sign} {plain(text)}", look.width - INDENT - 2)
    return f"{' ' * INDENT}  {look.paint(line, 'red' if sign == '-' else 'green')}"


def _said(value: Any) -> str:
    """A value as the spec would write it, on one line."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return plain(json.dumps(value, ensure_ascii=False, default=str))
    if _is_list(value):
        return ", ".join(_said(item) for item in value) or "[]"
    text = str(value)
    if _is_long_text(text):
        return f"{counted(len(text.splitlines()), 'line')}: {plain(text)}"
    return plain(text) or '""'
