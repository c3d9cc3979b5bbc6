"""Go's templates, as far as docker's `--format` uses them.

Sources: Go docs, "text/template"; Docker docs, "Format command and log output".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from collections.abc import Callable

_ACTION = re.compile(r"\{\{(?:-\s)?\s*(.*?)\s*(?:\s-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(\"(?:\\.|[^\"\\])*\"|`[^`]*`|\)(?:\.\w+)+|[()|,]|:=|=|\$\w*(?:\.\w+)*|(?:\.\w+)+|\.|-?\d+|\w+)"
)
_BLOCKS = ("range", "if", "with")


def render(template: str, value: Any) -> str:
    """The text of one value; DockerError in the words of Go's template package"""
    text = re.sub(r"\s*\{\{-\s", "{{ ", re.sub(r"\s-\}\}\s*", " }}", template))
    parts = re.split(r"(\{\{.*?\}\})", text, flags=re.DOTALL)
    if any("{{" in part and not _ACTION.fullmatch(part) for part in parts):
        raise _wrong("template: :1: unclosed action")
    nodes, rest = _parsed(parts)
    if rest:
        raise _wrong("template: :1: unexpected {{end}}")
    return _run(nodes, value, {"$": value})


def _wrong(message: str) -> DockerError:
    return DockerError(f"template parsing error: {message}")


def _parsed(parts: list[str]) -> tuple[list[Any], list[str]]:
    """Texts, actions as ("action", tokens), blocks as (name, tokens, nodes, nodes of else); what is left"""
    nodes: list[Any] = []
    while parts:
        action = _ACTION.fullmatch(parts[0])
        if action is None:
            nodes.append(parts[0])
            parts = parts[1:]
            continue
        word = action[1].split(" ")[0]
        if word in ("end", "else"):
            return nodes, parts
        parts = parts[1:]
        if word in _BLOCKS:
            block, parts = _block(word, action[1][len(word) :], parts)
            nodes.append(block)
        elif not action[1].startswith("/*"):
            nodes.append(("action", _tokens(action[1])))
    return nodes, []


def _block(word: str, text: str, parts: list[str]) -> tuple[Any, list[str]]:
    body, parts = _parsed(parts)
    other: list[Any] = []
    if parts and (found := _ACTION.fullmatch(parts[0])) and found[1].startswith("else"):
        nested = found[1].removeprefix("else").strip()
        if nested:
            block, parts = _block(nested.split(" ")[0], nested.partition(" ")[2], parts[1:])
            return (word, _tokens(text), body, [block]), parts
        other, parts = _parsed(parts[1:])
    if not parts:
        raise _wrong("template: :1: unexpected EOF")
    return (word, _tokens(text), body, other), parts[1:]


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _wrong(f"template: :1: unexpected {json.dumps(text[place:].strip()[:1])} in command")
        tokens.append(found[1])
        place = found.end()
    return tokens


def _run(nodes: list[Any], dot: Any, variables: dict[str, Any]) -> str:
    written = []
    for node in nodes:
        if isinstance(node, str):
            written.append(node)
        elif node[0] == "action":
            names, tokens = _declared(node[1])
            value = _pipeline(tokens, dot, variables)
            if names:
                variables[names[0]] = value
            else:
                written.append(shown(value))
        else:
            written.append(_run_block(node, dot, variables))
    return "".join(written)


def _run_block(node: Any, dot: Any, variables: dict[str, Any]) -> str:
    word, tokens, body, other = node
    names, tokens = _declared(tokens)
    value = _pipeline(tokens, dot, variables)
    if not value:
        return _run(other, dot, dict(variables))
    if word != "range":
        inner = {**variables, **({names[0]: value} if names else {})}
        return _run(body, value if word == "with" else dot, inner)
    pairs = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value))
    return "".join(
        _run(body, item, {**variables, **dict(zip(reversed(names), (item, key), strict=False))})
        for key, item in pairs
    )


def _declared(tokens: list[str]) -> tuple[list[str], list[str]]:
    for sign in (":=", "="):
        if sign in tokens:
            place = tokens.index(sign)
            return [part for part in tokens[:place] if part != ","], tokens[place + 1 :]
    return [], tokens


def _pipeline(tokens: list[str], dot: Any, variables: dict[str, Any]) -> Any:
    commands: list[list[str]] = [[]]
    depth = 0
    for part in tokens:
        depth += (part == "(") - part.startswith(")")
        if part == "|" and depth == 0:
            commands.append([])
        else:
            commands[-1].append(part)
    piped: list[Any] = []
    for command in commands:
        piped = [_command(command, dot, variables, piped)]
    return piped[0]


def _command(tokens: list[str], dot: Any, variables: dict[str, Any], piped: list[Any]) -> Any:
    if not tokens:
        raise _wrong("template: :1: missing value for command")
    name, operands = tokens[0], _operands(tokens, dot, variables)
    if re.fullmatch(r"[A-Za-z_]\w*", name) and name not in _WORDS:
        try:
            return _FUNCTIONS[name](*operands[1:], *piped)
        except KeyError:
            raise _wrong(f'template: :1: function "{name}" not defined') from None
        except (TypeError, AttributeError, ValueError):
            raise _wrong(f'template: :1: executing "" at <{name}>: error calling {name}') from None
    return operands[0]


def _operands(tokens: list[str], dot: Any, variables: dict[str, Any]) -> list[Any]:
    values: list[Any] = []
    place = 0
    while place < len(tokens):
        part = tokens[place]
        if part == "(":
            end = _closing(tokens, place)
            values.append(
                _field(
                    _pipeline(tokens[place + 1 : end], dot, variables),
                    tokens[end].removeprefix(")").lstrip("."),
                )
            )
            place = end
        else:
            values.append(_operand(part, dot, variables))
        place += 1
    return values


def _closing(tokens: list[str], place: int) -> int:
    depth = 0
    for index in range(place, len(tokens)):
        depth += (tokens[index] == "(") - tokens[index].startswith(")")
        if depth == 0:
            return index
    raise _wrong("template: :1: unclosed left paren")


def _operand(part: str, dot: Any, variables: dict[str, Any]) -> Any:
    if part.startswith("."):
        return _field(dot, part.lstrip("."))
    if part.startswith("$"):
        name, _, path = part.partition(".")
        if name not in variables:
            raise _wrong(f'template: :1: undefined variable "{name}"')
        return _field(variables[name], path)
    if part.startswith('"'):
        return json.loads(part)
    if part.startswith("`"):
        return part.strip("`")
    return int(part) if re.fullmatch(r"-?\d+", part) else _WORDS.get(part)


def _field(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        if not isinstance(value, dict) or name not in value:
            raise _wrong(
                f'template: :1:2: executing "" at <.{path}>: map has no entry for key "{name}"{_kept(value)}'
            )
        value = value[name]
    return value


def _kept(value: Any) -> str:
    names = ", ".join(sorted(value)) if isinstance(value, dict) else "nothing below"
    return f" (the docker of the local AWS keeps {names})"


def shown(value: Any) -> str:
    """As Go prints it"""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{shown(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(shown(item) for item in value) + "]"
    return "<no value>" if value is None else str(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key, "")
        elif isinstance(value, list | str) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        elif value is None:
            raise _wrong('template: :1:2: executing "" at <index>: error calling index: index of untyped nil')
        else:
            raise _wrong(
                f'template: :1:2: executing "" at <index>: error calling index: index out of range: {key}'
            )
    return value


def _slice(value: Any, first: int = 0, last: int | None = None) -> Any:
    return value[first:last]


_WORDS = {"true": True, "false": False, "nil": None}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "index": _index,
    "slice": _slice,
    "json": lambda value: json.dumps(value, separators=(",", ":")),
    "join": lambda values, sign: sign.join(values),
    "split": lambda text, sign: text.split(sign),
    "len": len,
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "title": lambda text: text.title(),
    "truncate": lambda text, length: text[:length],
    "println": lambda *values: " ".join(shown(value) for value in values) + "\n",
    "print": lambda *values: "".join(shown(value) for value in values),
    "printf": lambda form, *values: re.sub(r"%[a-z]", "%s", form) % tuple(shown(value) for value in values),
    "eq": lambda first, *others: first in others,
    "ne": lambda first, other: first != other,
    "not": lambda value: not value,
    "and": lambda *values: next((value for value in values if not value), values[-1]),
    "or": lambda *values: next((value for value in values if value), values[-1]),
}
