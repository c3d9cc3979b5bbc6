"""The text of a buildspec as values that know their place.

CodeBuild takes plain values as text, as they are written: `1.10` and `no` stay what they are; only null has a
meaning. Of a key that is written twice the last value counts (inferred: AWS says nothing of it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""The way from the top to a value: ("phases", "build", "commands", 0)."""

_LARGEST = 1024 * 1024
_MOST_VALUES = 50_000
_DEEPEST = 64
_MERGE, _NULL = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:null"
_FASTEST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's messages are those of the agent


class _Loader(_FASTEST):  # type: ignore[misc]
    """Resolves nothing but merges and null."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own form of the attribute
        letter: [pair for pair in resolvers if pair[0] in (_MERGE, _NULL)]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class TextError(Exception):
    """No YAML, or too much of it: the agent's sentence, and the parser's own error where there is one."""

    def __init__(self, message: str, error: yaml.YAMLError | None = None) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True)
class Mark:
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Text:
    """The values of a buildspec: mappings, lists, texts and None."""

    values: Any
    marks: dict[Path, Mark]
    keys: dict[Path, Mark]
    repeated: tuple[Path, ...] = field(default=())
    """Keys that are written more than once in one mapping."""

    def place(self, path: Path) -> Mark:
        """Where a value stands, else its nearest parent."""
        while path not in self.marks and path:
            path = path[:-1]
        return self.marks.get(path, Mark(1, 1))

    def key_place(self, path: Path) -> Mark:
        """Where the key of a value stands; of a key that is missing, the key of its mapping."""
        while path not in self.marks and path:
            path = path[:-1]
        return self.keys.get(path) or self.place(path)


def load(text: str) -> Text:
    """The values of a text; TextError when it is no YAML."""
    if len(text) > _LARGEST:
        raise TextError("the buildspec is larger than 1 MB")
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise TextError(_sentence(error), error) from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        known = error if isinstance(error, yaml.YAMLError) else None
        raise TextError(str(error).splitlines()[0], known) from error
    reading = _Reading()
    values = None if node is None else reading.value(node, ())
    return Text(values, reading.marks, reading.keys, tuple(dict.fromkeys(reading.repeated)))


def _sentence(error: yaml.MarkedYAMLError) -> str:
    """Errors of the scanner count lines from 0 (awsdocs/aws-codebuild-user-guide#25), others from 1."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return str(error.problem or error.context)
    line = mark.line if isinstance(error, yaml.scanner.ScannerError) else mark.line + 1
    return f"{error.problem or error.context} at line {line}"


class _Reading:
    """One walk through the nodes, bounded: aliases may make a short text endless."""

    def __init__(self) -> None:
        self.marks: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.repeated: list[Path] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The value of a node."""
        self.marks[path] = _mark(node)
        if len(self.marks) > _MOST_VALUES or len(path) > _DEEPEST:
            raise TextError("the buildspec has too many values or levels")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        return None if node.tag == _NULL else str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                merged = self._merged(value, path) | merged
                continue
            if not isinstance(key, yaml.ScalarNode):
                raise TextError(f"did not find expected key at line {key.start_mark.line + 1}")
            name = str(key.value)
            if name in own:
                self.repeated.append((*path, name))
            self.keys[(*path, name)] = _mark(key)
            own[name] = self.value(value, (*path, name))
        return merged | own

    def _merged(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, Any] = {}
        for part in nodes:
            values = self.value(part, path)
            found = (values if isinstance(values, dict) else {}) | found
        return found


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)
