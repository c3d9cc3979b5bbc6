"""From YAML's events to a tree of what is written where.

One pass over the events, without recursion, so that depth and the expansion of anchors are counted before
anything is built from them. What YAML 1.1 allows and a person would not mean is a problem here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from pipectl.spec import scalars
from pipectl.spec.places import Position, Written
from pipectl.spec.problems import Problem, Severity, did_you_mean, shown
from pipectl.spec.scalars import STANDARD
from pipectl.spec.syntax import MOST_LEVELS, TOO_DEEP

MOST_VALUES = 100_000
MOST_PROBLEMS = 100
_MERGE = "<<"
_EMPTY: dict[Any, Any] = {}
_COLLECTION_TAGS = {yaml.MappingStartEvent: f"{STANDARD}map", yaml.SequenceStartEvent: f"{STANDARD}seq"}
_TAG_HINTS = {
    "env": "write `${env:NAME}`",
    "include": "write `file:path`",
    "file": "write `file:path`",
    "ref": "name the resource; pipectl knows its ARN",
    "getatt": "name the resource; pipectl knows its ARN",
    "sub": "write `${env:NAME}` or `${var:NAME}`",
}


@dataclass(frozen=True)
class Tree:
    """The first document of a text; no root means that nothing can be said about its values."""

    root: Written | None
    problems: tuple[Problem, ...]


@dataclass
class _Open:
    """A mapping or a list whose end has not been read."""

    start: Position
    anchor: str | None
    is_mapping: bool
    items: list[Written] = field(default_factory=list)  # of a mapping: key, value, key, value, ...


class _Beyond(Exception):
    """A bound is broken; what was read so far is given up."""


def tree(file: str, events: Iterable[yaml.Event]) -> Tree:
    """The tree of the first document. Errors of syntax are raised by the events themselves."""
    builder = _Builder(file)
    try:
        for event in events:
            builder.take(event)
    except _Beyond:
        return Tree(None, tuple(builder.problems))
    return Tree(builder.root, tuple(builder.problems))


class _Builder:
    def __init__(self, file: str) -> None:
        self.root: Written | None = None
        self.problems: list[Problem] = []
        self._file = file
        self._open: list[_Open] = []
        self._anchors: dict[str, Written | None] = {}  # None: its value is still being read
        self._values = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._document(event)
            case _ if self._documents > 1:
                pass
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._alias(event)

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents == 2:  # noqa: PLR2004  the second is one too many
            message = "a second document begins here; a spec is one document"
            self._report(_start(event), "yaml-documents", message, "put it into a file of its own")

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._check_tag(event, {_COLLECTION_TAGS[type(event)]})
        if event.anchor:
            self._anchors[event.anchor] = None
        mapping = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(_start(event), event.anchor, mapping))
        self._count(event, 1)

    def _end(self) -> None:
        done = self._open.pop()
        self._add(self._mapping(done) if done.is_mapping else _sequence(done), done.anchor)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(event, 1)
        known = self._check_tag(event, scalars.SCALAR_TAGS)
        plain = not event.style and event.implicit[0]
        value: Any = scalars.plain(event.value) if plain else event.value
        if known and not plain:
            value = self._tagged(event)
        source = event.value if plain else None
        written = Written(*_start(event), value, source, _EMPTY, _EMPTY, mistaken=not known)
        self._add(written, event.anchor)

    def _tagged(self, event: yaml.ScalarEvent) -> Any:
        if event.tag is None or event.tag == "!":
            return self._encodable(event)
        try:
            return scalars.tagged(event.value, event.tag)
        except ValueError:
            message = f"{shown(event.value)} is no {_typed(event.tag)}"
            self._report(_start(event), "yaml-tag", message, "take out the tag")
            return event.value

    def _encodable(self, event: yaml.ScalarEvent) -> str:
        """PyYAML's own parser, unlike libyaml, lets half a surrogate pair through."""
        text = str(event.value)
        if text.isascii() or text == text.encode("utf-8", "replace").decode("utf-8"):
            return text
        self._report(_start(event), "yaml", "this escape is no character", "write the character itself")
        return text.encode("utf-8", "replace").decode("utf-8")

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = str(event.anchor)
        found = self._anchors.get(name)
        if found is not None:
            self._count(event, found.size, found.height, alias=name)
            self._add(found, None)
            return
        if name in self._anchors:
            self._report(_start(event), "yaml-anchor", f"anchor {shown(name)} contains itself", None)
        else:
            message = f"no anchor {shown(f'&{name}')} stands above"
            self._report(_start(event), "yaml-anchor", message, did_you_mean(name, self._anchors))
        self._add(Written(*_start(event), None, None, _EMPTY, _EMPTY, mistaken=True), None)

    def _add(self, written: Written, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = written
        if self._open:
            self._open[-1].items.append(written)
        else:
            self.root = written

    def _mapping(self, done: _Open) -> Written:
        own: dict[str, tuple[Written, Written]] = {}
        merge: tuple[Written, Written] | None = None
        for key, value in zip(done.items[::2], done.items[1::2], strict=True):
            name = self._key(key)
            first = merge[0] if merge and key.source == _MERGE else own[name][0] if name in own else None
            if first:
                self._repeated(name or _MERGE, first, key)
            elif key.source == _MERGE:
                merge = (key, value)
            elif name is not None:
                own[name] = (key, value)
        merged = self._merged(*merge) if merge else {}
        return _mapping(done, merged | own)

    def _merged(self, key: Written, value: Written) -> dict[str, tuple[Written, Written]]:
        """What `<<` brings in; of a list the earlier one wins (yaml.org, "Merge Key"; PyYAML 6.0.4 errs)."""
        found: dict[str, tuple[Written, Written]] = {}
        for each in value.children.values() if isinstance(value.value, list) else [value]:
            if isinstance(each.value, dict):
                for name in each.keys:
                    found.setdefault(name, (each.keys[name], each.children[name]))
            else:
                message = "`<<` takes a mapping, or a list of mappings"
                self._report(key.position, "yaml-merge", message, "give it an alias, as `<<: *name`")
        return found

    def _key(self, key: Written) -> str | None:
        """The key as text; YAML would take anything, a spec takes names."""
        if isinstance(key.value, str):
            return key.value
        if key.source:
            read = scalars.misread(key.value, key.source)
            message = f"YAML reads the key {shown(key.source)} as {read}"
            self._report(key.position, "yaml-key", message, scalars.in_quotes(key.source))
            return key.source
        if isinstance(key.value, (dict, list)):
            message, hint = (
                "a mapping or a list cannot be a key",
                "a text that begins with `{` or `[` needs quotes",
            )
            self._report(key.position, "yaml-key", message, hint)
        else:
            self._report(key.position, "yaml-key", "a key is missing before `:`", None)
        return None

    def _repeated(self, name: str, first: Written, second: Written) -> None:
        message = f"{shown(name)} is already set at {self._file}:{first.line}:{first.column}"
        hint = "merge several as `<<: [*one, *other]`" if name == _MERGE else "keep one of them"
        self._report(second.position, "yaml-duplicate-key", message, hint)

    def _check_tag(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent, known: Iterable[str]
    ) -> bool:
        if event.tag is None or event.tag in {"!", *known}:
            return True
        tag = _typed(event.tag)
        message = f"the tag {shown(tag)} is no part of a spec"
        hint = _TAG_HINTS.get(tag.lstrip("!").lower(), "take it out")
        self._report(_start(event), "yaml-tag", message, hint)
        return False

    def _count(self, event: yaml.NodeEvent, values: int, levels: int = 0, alias: str | None = None) -> None:
        """Hold the bounds, before anything is built."""
        self._values += values
        if len(self._open) + levels > MOST_LEVELS:
            self._report(_start(event), "yaml-depth", TOO_DEEP, None)
            raise _Beyond
        if self._values > MOST_VALUES:
            where = f"; the alias {shown(f'*{alias}')} is where it grows too large" if alias else ""
            self._report(_start(event), "yaml-size", f"more than {MOST_VALUES:,} values{where}", None)
            raise _Beyond

    def _report(self, where: Position, rule: str, message: str, hint: str | None) -> None:
        enough = len(self.problems) >= MOST_PROBLEMS
        if enough:
            rule, message, hint = "yaml", "more mistakes of this sort follow", "mend these first"
        self.problems.append(Problem(self._file, *where, Severity.ERROR, rule, message, hint))
        if enough:
            raise _Beyond


def _mapping(done: _Open, entries: dict[str, tuple[Written, Written]]) -> Written:
    children: dict[str | int, Written] = {name: value for name, (_, value) in entries.items()}
    return _collection(
        done.start,
        {name: value.value for name, value in children.items()},
        {name: key for name, (key, _) in entries.items()},
        children,
    )


def _sequence(done: _Open) -> Written:
    values = [item.value for item in done.items]
    return _collection(done.start, values, _EMPTY, dict(enumerate(done.items)))


def _collection(
    start: Position, value: Any, keys: dict[str, Written], children: dict[str | int, Written]
) -> Written:
    size = 1 + len(keys) + sum(child.size for child in children.values())
    height = 1 + max((child.height for child in children.values()), default=0)
    return Written(*start, value, None, keys, children, size, height)


def _start(event: yaml.Event) -> Position:
    """From 1. A value begins with its anchor and its tag."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _typed(tag: str) -> str:
    """A tag as it was typed."""
    return f"!!{tag.removeprefix(STANDARD)}" if tag.startswith(STANDARD) else tag
