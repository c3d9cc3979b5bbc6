"""The differences of one step, as lines below it: in the words of the spec, never wider than the terminal."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Difference, Step
from pipectl.render import structure
from pipectl.render.harmless import harmless
from pipectl.render.marks import Look
from pipectl.render.secrets import masked
from pipectl.render.structure import Part
from pipectl.render.text import counted, cut, folded, pad, plain, width

INDENT = 6
COLUMN = 27
"""Where names and values begin: behind the longest kind."""
MOST_LINES = 8
"""Lines about one new thing, or of one long value, that are shown without `--verbose`."""
MOST_CHANGES = 24
"""Lines about one changed thing: what changes is what people came to read."""
NOTHING = "(none)"

WIDEST_LABEL = 40
"""Cells for paths, so that something is left for the values."""

_NAMES_ONLY = re.compile(
    r"^(?P<all>(.+?\.)??(stages|containers|environment|secrets|variables|policy|buildspec|aws))\.(?P<name>[^.]+)"
)
"""Of a new thing only the names of its parts are told: the spec says the rest, and `-v` shows it."""

_COMPUTED = re.compile(
    r"^(trust|path|pattern|targets|state|source|artifacts|artifact_bucket|log_group|tags)(\.|$)"
    r"|(^|\.)(network_mode|(\w+_)?role)$"
)
"""What pipectl works out by itself, or says of everything: few want to read it of a new thing."""


def lines(step: Step, look: Look) -> list[str]:
    """What differs, a line or two for each value; `look.verbose` shows all of them."""
    told, parts = _told(step, look)
    labels = [INDENT + width(each.path) + 2 for each in told]
    column = max([COLUMN, *(min(label, WIDEST_LABEL) for label in labels)])
    shown = [line for part in parts for line in _part_lines(part, look)]
    shown += [line for each in told for line in _difference_lines(step, each, column, look)]
    most = MOST_LINES if step.action is Action.CREATE else MOST_CHANGES
    more = len(shown) - most
    if look.verbose or more < 2:  # noqa: PLR2004  one more line costs less than the word about it
        return shown
    hidden = f"{counted(more, 'more line')}; `-v` shows all"
    return [*shown[:most], " " * INDENT + look.faint(hidden)]


def diff_lines(step: Step, *, verbose: bool) -> Iterator[str]:
    """What differs, as the lines of a diff: `- ` before what goes, `+ ` before what comes. Nothing is cut."""
    told, parts = _told(step, Look(verbose=verbose))
    for part in parts:
        yield f"{part.sign} {part.text}"
        yield from (f"{part.sign}   {detail}" for detail in part.details)
    for difference in told:
        path = plain(difference.path)
        before, after = masked(path, difference.before), masked(path, difference.after)
        if _is_long_text(before) and _is_long_text(after):
            yield f"  {path}:"
            yield from (
                f"{sign}   {harmless(text, colour=False)}" for sign, text in _changed_lines(before, after)
            )
        elif _is_list(before) and _is_list(after):
            yield f"  {path}:"
            yield from (f"{sign}   {text}" for sign, text in _changed_items(before, after))
        else:
            if before is not None:
                yield f"- {path}: {_said(before)}"
            if after is not None:
                yield f"+ {path}: {_said(after)}"


def _told(step: Step, look: Look) -> tuple[list[Difference], list[Part]]:
    """The differences, and the stages and actions that come or go; with `look.verbose` all as differences."""
    told = list(_worth_showing(step, look))
    parts = [] if look.verbose else structure.parts(step)
    return (structure.without(told, parts, step) if parts else told), parts


def _part_lines(part: Part, look: Look) -> Iterator[str]:
    colour = "green" if part.sign == "+" else "red"
    text = cut(part.text, look.limit(look.width - INDENT - 2))
    yield f"{' ' * INDENT}{look.paint(part.sign, colour)} {text}"
    yield from (f"{' ' * (INDENT + 4)}{plain(detail)}" for detail in part.details if detail)


def _worth_showing(step: Step, look: Look) -> Iterator[Difference]:
    if look.verbose:
        yield from step.differences
        return
    ours = (f"tags.{OWNER_TAG}", f"tags.{ADOPTED_TAG}")
    told = [each for each in step.differences if not each.path.startswith(ours)]
    if step.action is not Action.CREATE:
        yield from told
        return
    filled = [each for each in told if each.after not in (None, "", [], {}, ())]
    for whole, group in groupby((each for each in filled if not _COMPUTED.search(each.path)), _collection):
        members = list(group)
        yield from [_names(whole, members)] if whole else members


def _collection(difference: Difference) -> str | None:
    """The path of the named parts that the difference is in one of."""
    part = _NAMES_ONLY.match(difference.path)
    return part["all"] if part else None


def _names(whole: str, group: Sequence[Difference]) -> Difference:
    parts = [_NAMES_ONLY.match(each.path) for each in group]
    return Difference(whole, None, list(dict.fromkeys(part["name"] for part in parts if part)))


def _difference_lines(step: Step, difference: Difference, column: int, look: Look) -> list[str]:
    path, before, after = difference.path, difference.before, difference.after
    before, after = masked(path, before), masked(path, after)
    if step.action is Action.CREATE:
        return list(_new_lines(path, after, column, look))
    if _is_long_text(before) and _is_long_text(after):
        return [_labelled(path), *_text_changes(before, after, look)]
    whole = f"{_said(before)} -> {_said(after)}"
    if width(whole) <= look.width - _value_column(path, column):
        return [_labelled(path, whole, column)]
    if _is_list(before) and _is_list(after):
        return [_labelled(path), *_list_changes(before, after, look)]
    return _long_change(path, _said(before), _said(after), look)


def _new_lines(path: str, value: Any, column: int, look: Look) -> Iterator[str]:
    """A value of a new thing: of a list whole items, below the path where not one fits beside it.

    Of all else both ends; in a pipe a list and a single line are whole.
    """
    is_text = isinstance(value, Mapping) or _is_long_text(value)
    room = look.width - _value_column(path, column)
    fitted = _fitted(value, room if is_text else look.limit(room))
    yield _labelled(path, fitted, column)
    if not fitted:
        yield from (f"{' ' * INDENT}  {line}" for line in _item_lines(value, look.width - INDENT - 2))


def _fitted(value: Any, room: int) -> str:
    """A value in so many cells: of a list as many items as fit (none: empty), of all else both ends."""
    if not _is_list(value) or width(_said(value)) <= room:
        return cut(_said(value), room)
    beside = (f"{_said(value[:-left])} and {left} more" for left in range(1, len(value)))
    return next((text for text in beside if width(text) <= room), "")


def _item_lines(items: Sequence[Any], room: int) -> list[str]:
    """The items in lines of so many cells, broken between them."""
    lines: list[str] = []
    for number, item in enumerate(items, 1):
        text = f"{_said(item)}{',' if number < len(items) else ''}"
        if lines and width(lines[-1]) + 1 + width(text) <= room:
            lines[-1] += f" {text}"
        else:
            lines.append(cut(text, room))
    return lines


def _labelled(path: str, value: str = "", column: int = COLUMN) -> str:
    return f"{' ' * INDENT}{pad(path, column - INDENT - 2)}  {value}".rstrip()


def _value_column(path: str, column: int) -> int:
    """Where the value of this path begins: a long path pushes it to the right."""
    return max(column, INDENT + width(path) + 2)


def _long_change(path: str, before: str, after: str, look: Look) -> list[str]:
    """Both values on lines of their own, whole: the middle may be where they differ."""
    room = look.width - INDENT - 5
    return [
        _labelled(path),
        *_long_value("  - ", before, room, look, "red"),
        *_long_value("  + ", after, room, look, "green"),
    ]


def _long_value(label: str, text: str, room: int, look: Look, colour: str) -> list[str]:
    parts = folded(text, room)
    if look.whole and len(parts) <= MOST_LINES:
        parts = [text]
    if len(parts) > MOST_LINES and not look.verbose:
        parts = [*parts[: MOST_LINES // 2], "...", *parts[-MOST_LINES // 2 :]]
    first = f"{' ' * INDENT}{look.paint(label + parts[0], colour)}"
    return [first, *(f"{' ' * INDENT}{look.paint('    ' + part, colour)}" for part in parts[1:])]


def _is_long_text(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _text_changes(before: str, after: str, look: Look) -> list[str]:
    return [_change_line(sign, text, look) for sign, text in _changed_lines(before, after)]


def _changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """The lines of a text that went and came, each with its sign."""
    from difflib import ndiff

    return [
        (line[0], line[2:])
        for line in ndiff(before.splitlines(), after.splitlines())
        if line[:2] in ("- ", "+ ")
    ]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _list_changes(before: Sequence[Any], after: Sequence[Any], look: Look) -> list[str]:
    return [_change_line(sign, text, look) for sign, text in _changed_items(before, after)]


def _changed_items(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[str, str]]:
    """The items of a list that went and came; when only their order differs, all of them."""
    gone = [item for item in before if item not in after]
    new = [item for item in after if item not in before]
    if not gone and not new:
        gone, new = list(before), list(after)
    return [*(("-", _said(item)) for item in gone), *(("+", _said(item)) for item in new)]


def _change_line(sign: str, text: str, look: Look) -> str:
    line = cut(f"{sign} {plain(text)}", look.limit(look.width - INDENT - 2))
    return f"{' ' * INDENT}  {look.paint(line, 'red' if sign == '-' else 'green')}"


def _filled(value: Any) -> Any:
    """What is there of a mapping, at every depth: a stage that goes has many settings that nobody made."""
    if isinstance(value, Mapping):
        parts = {key: _filled(item) for key, item in value.items()}
        return {key: item for key, item in parts.items() if item not in (None, [], {}, ())}
    return [_filled(item) for item in value] if _is_list(value) else value


def _said(value: Any) -> str:
    """A value as the spec would write it, on one line."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return plain(json.dumps(_filled(value), ensure_ascii=False, default=str))
    if _is_list(value):
        return ", ".join(_said(item) for item in value) or "[]"
    text = str(value)
    if _is_long_text(text):
        return f"{counted(len(text.splitlines()), 'line')}: {plain(text)}"
    return plain(text) or '""'
