"""The AWS CLI's command line: global options, and parameters read by the service model."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore import xform_name

from pipectl.local.shims import aws_shorthand
from pipectl.local.shims.aws_errors import AwsUsageError

_GLOBAL_FLAGS = ("version", "no-cli-pager", "no-verify-ssl", "debug", "no-paginate")
_FLAGS = (
    "recursive", "no-include-email", "include-email", "quiet", "no-progress", "only-show-errors",
    "force-new-deployment", "force", "delete", "dryrun", "size-only", "no-guess-mime-type",
    "exact-timestamps", "follow-symlinks", "no-follow-symlinks", "summarize", "human-readable",
    "force-upload", "execute-changeset", "no-execute-changeset", "fail-on-empty-changeset",
    "no-fail-on-empty-changeset", "disable-rollback", "no-disable-rollback", "dry-run", "verbose",
    *_GLOBAL_FLAGS,
)  # fmt: skip
_GLOBAL = ("region", "output", "query", "profile", "endpoint-url", "color", "cli-input-json", *_GLOBAL_FLAGS)
_OWN = ("s3", "configure", "ecr", "ecr-public")  # their own commands: an option takes one value


@dataclass
class CommandLine:
    """Words, and options with all their values."""

    words: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)
    order: list[tuple[str, str]] = field(default_factory=list)
    """Options with one value in the order in which they stand"""

    def flag(self, name: str) -> bool:
        return name in self.options

    def value(self, name: str) -> str | None:
        values = self.options.get(name)
        return values[0] if values else None

    def unknown(self, names: list[str]) -> list[str]:
        """Those that are no options of every command"""
        return [name for name in names if name not in _GLOBAL]


def split(words: list[str]) -> CommandLine:
    """An option takes the words up to the next option, a global one takes one, a flag none"""
    line = CommandLine()
    name: str | None = None
    for word in words:
        if word.startswith("--"):
            option, stated, value = word[2:].partition("=")
            line.options.setdefault(option, []).extend([value] if stated else [])
            name = None if stated or option in _FLAGS else option
            line.order += [(option, value)] if stated else []
        elif name is None or (name in _GLOBAL and line.options[name]):
            line.words.append(word)
        else:
            line.options[name].append(word)
            line.order.append((name, word))
            name = None if line.words[:1] and line.words[0] in _OWN else name
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
        try:
            given[name] = _read(shape.members[name], values, negated=option not in members)
        except ValueError as error:
            raise AwsUsageError(f"Error parsing parameter '--{option}': {error}") from error
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
        scalar = shape.member.type_name not in ("structure", "map", "list")
        parts = loaded[0].split(",") if scalar and len(loaded) == 1 else loaded
        return [_one(shape.member, value) for value in parts]
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
        case "structure" | "map" if text.lstrip().startswith("{"):
            return json.loads(text)
        case "structure" | "map":
            return _shaped(shape, aws_shorthand.read(text))
        case _:
            return text


def _shaped(shape: Any, value: Any) -> Any:
    """A value of the short form, as its shape wants it"""
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            for name in value:
                if name not in shape.members:
                    raise AwsUsageError(
                        f"Parameter validation failed: Unknown parameter in input: {name}, must be one of:"
                        f" {', '.join(shape.members)}"
                    )
            return {name: _shaped(shape.members[name], part) for name, part in value.items()}
        case "map" if isinstance(value, dict):
            return {name: _shaped(shape.value, part) for name, part in value.items()}
        case "list":
            return [_shaped(shape.member, part) for part in (value if isinstance(value, list) else [value])]
        case _ if isinstance(value, str):
            return _one(shape, value)
        case _:
            return value


def _loaded(text: str) -> str:
    """`file://` reads a file, `-` standard input"""
    if text.startswith("file://"):
        try:
            return Path(text.removeprefix("file://")).read_text(encoding="utf-8")
        except OSError as error:
            said = f"Error parsing parameter: Unable to load paramfile {text}: {error}"
            raise AwsUsageError(said) from error
    return sys.stdin.read() if text == "file:///dev/stdin" else text
