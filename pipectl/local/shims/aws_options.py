"""The AWS CLI's command line: global options, and parameters read by the service model."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore import xform_name

from pipectl.local.shims.aws_errors import AwsUsageError

_GLOBAL_FLAGS = ("version", "no-cli-pager", "no-verify-ssl", "debug", "no-paginate")
_FLAGS = (
    "recursive", "no-include-email", "include-email", "quiet", "no-progress", "only-show-errors",
    "force-new-deployment", "force", *_GLOBAL_FLAGS,
)  # fmt: skip
_GLOBAL = ("region", "output", "query", "profile", "endpoint-url", "color", "cli-input-json", *_GLOBAL_FLAGS)
_SHORT_HAND = "="


@dataclass
class CommandLine:
    """Words, and options with all their values."""

    words: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)

    def flag(self, name: str) -> bool:
        return name in self.options

    def value(self, name: str) -> str | None:
        values = self.options.get(name)
        return values[0] if values else None


def split(words: list[str]) -> CommandLine:
    """An option takes the words up to the next option, a global one takes one, a flag none"""
    line = CommandLine()
    name: str | None = None
    for word in words:
        if word.startswith("--"):
            option, stated, value = word[2:].partition("=")
            line.options.setdefault(option, []).extend([value] if stated else [])
            name = None if stated or option in _FLAGS else option
        elif name is None or (name in _GLOBAL and line.options[name]):
            line.words.append(word)
        else:
            line.options[name].append(word)
    return line


def parameters(line: CommandLine, shape: Any) -> dict[str, Any]:
    members = {xform_name(name).replace("_", "-"): name for name in (shape.members if shape else {})}
    given: dict[str, Any] = {}
    stated = line.value("cli-input-json")
    if stated:
        given |= json.loads(_loaded(stated))
    for option, values in line.options.items():
        if option in _GLOBAL and option not in members:
            continue
        name = members.get(option) or members.get(option.removeprefix("no-"))
        if name is None:
            raise AwsUsageError(f"Unknown options: --{option}")
        given[name] = _read(shape.members[name], values, negated=option not in members)
    return given


def _read(shape: Any, values: list[str], *, negated: bool) -> Any:
    if shape.type_name == "boolean":
        return not negated and (not values or values[0] != "false")
    if not values:
        raise AwsUsageError("expected one argument")
    loaded = [_loaded(value) for value in values]
    if loaded[0].lstrip()[:1] in ("{", "[") and shape.type_name in ("structure", "list", "map"):
        return json.loads(loaded[0])
    if shape.type_name == "list":
        return [_one(shape.member, value) for value in loaded]
    if shape.type_name == "map":
        return dict(_pairs(" ".join(loaded)))
    return _one(shape, " ".join(loaded) if shape.type_name == "string" else loaded[0])


def _one(shape: Any, text: str) -> Any:
    match shape.type_name:
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "boolean":
            return text == "true"
        case "blob":
            return base64.b64decode(text)
        case "structure":
            return {name: _one(shape.members[name], value) for name, value in _pairs(text)}
        case _:
            return text


def _pairs(text: str) -> list[tuple[str, str]]:
    """The short form: key=value,key=value"""
    if _SHORT_HAND not in text:
        raise AwsUsageError(f"expected JSON or key=value, not {text}")
    pairs = []
    for part in text.split(","):
        key, _, value = part.partition(_SHORT_HAND)
        pairs.append((key, value))
    return pairs


def _loaded(text: str) -> str:
    """`file://` reads a file, `-` standard input"""
    if text.startswith("file://"):
        try:
            return Path(text.removeprefix("file://")).read_text(encoding="utf-8")
        except OSError as error:
            said = f"Error parsing parameter: Unable to load paramfile {text}: {error}"
            raise AwsUsageError(said) from error
    return sys.stdin.read() if text == "file:///dev/stdin" else text
