"""HCL, as far as an export needs it: blocks, attributes, texts that quote what is HCL's own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipectl.export.wording import ACCOUNT, PARTITION, REGION, SUFFIX, Name, Wording

LOCALS = {
    ACCOUNT: "local.account",
    REGION: "local.region",
    PARTITION: "local.partition",
    SUFFIX: "local.dns_suffix",
}


class Body(dict[str, Any]):
    """A nested block, or several in a list; a plain mapping is the value of an attribute."""


@dataclass(frozen=True)
class Expression:
    """Written as it is: a reference to another resource, as `aws_iam_role.web.arn`."""

    text: str


@dataclass(frozen=True)
class Json:
    """A value that the provider takes as JSON."""

    value: Any


@dataclass(frozen=True)
class Code:
    """A language's own text, as a buildspec: on lines of its own when it has several."""

    text: str


def block(head: str, body: Mapping[str, Any], wording: Wording) -> str:
    """One block with all that is in it."""
    return "\n".join([f"{head} {{", *_body(body, wording, "  "), "}"])


def _body(body: Mapping[str, Any], wording: Wording, indent: str) -> Iterator[str]:
    plain = {key: _value(value, wording, indent) for key, value in body.items() if not _is_nested(value)}
    yield from _attributes(plain, indent)
    for key, value in body.items():
        if _is_nested(value):
            for each in value if isinstance(value, list) else [value]:
                yield f"{indent}{key} {{"
                yield from _body(each, wording, indent + "  ")
                yield f"{indent}}}"


def _attributes(said: Mapping[str, str], indent: str) -> Iterator[str]:
    """Neighbours of one line with their signs below each other, as `terraform fmt` has them."""
    group: dict[str, str] = {}
    for key, value in said.items():
        if "\n" in value and not value.startswith("<<"):
            yield from (*_aligned(group, indent), f"{indent}{key} = {value}")
            group = {}
        else:
            group[key] = value
    yield from _aligned(group, indent)


def _aligned(group: Mapping[str, str], indent: str) -> list[str]:
    width = max(map(len, group), default=0)
    return [f"{indent}{key:<{width}} = {value}" for key, value in group.items()]


def _is_nested(value: Any) -> bool:
    return isinstance(value, Body) or (isinstance(value, list) and bool(value) and isinstance(value[0], Body))


def _value(value: Any, wording: Wording, indent: str) -> str:
    match value:
        case Expression(text):
            return text
        case Json(inner):
            return f"jsonencode({_value(inner, wording, indent)})"
        case Code(text):
            return _code(text, wording)
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case str():
            return _text(value, wording)
        case list():
            return _list(value, wording, indent)
        case Mapping():
            return _mapping(value, wording, indent)
    return str(value)


def _list(value: list[Any], wording: Wording, indent: str) -> str:
    inner = [_value(each, wording, indent + "  ") for each in value]
    line = f"[{', '.join(inner)}]"
    if len(indent) + len(line) <= WIDTH and "\n" not in line:
        return line
    return "\n".join(["[", *(f"{indent}  {each}," for each in inner), f"{indent}]"])


WIDTH = 90


def _mapping(value: Mapping[str, Any], wording: Wording, indent: str) -> str:
    if not value:
        return "{}"
    said = {_key(key, wording): _value(each, wording, indent + "  ") for key, each in value.items()}
    return "\n".join(["{", *_attributes(said, indent + "  "), f"{indent}}}"])


def _key(key: str, wording: Wording) -> str:
    """A bare key where it is a word; anything else quoted, an expression in parentheses."""
    if re.fullmatch(r"[A-Za-z_][\w-]*", key):
        return key
    return _text(key, wording)


def _text(text: str, wording: Wording) -> str:
    parts = wording.parts(text)
    if len(parts) == 1 and isinstance(parts[0], Name):
        return named(parts[0])
    said = (f"${{{named(part)}}}" if isinstance(part, Name) else _quoted(part) for part in parts)
    return f'"{"".join(said)}"'


def named(name: Name) -> str:
    """How the configuration names it."""
    return str(LOCALS.get(name, name))


def _code(text: str, wording: Wording) -> str:
    """A heredoc, in which a backslash means itself; it ends in a line break, so the text must too."""
    parts = wording.parts(text)
    if not text.endswith("\n") or any(letter in part for part in parts for letter in "\r\0"):
        return _text(text, wording)
    said = (f"${{{named(part)}}}" if isinstance(part, Name) else _template(part) for part in parts)
    word = next(each for each in ("EOT", *(f"EOT{n}" for n in range(9))) if each not in text.split())
    return f"<<{word}\n{''.join(said)}{word}"


def _template(text: str) -> str:
    """`${` and `%{` of another language (language reference, "strings and templates")."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    plain = "".join(escapes.get(letter, letter) for letter in text)
    return _template(re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", plain))
