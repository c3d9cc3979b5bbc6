"""The Dockerfile: its steps, its stages, and the stages that a target needs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_INSTRUCTIONS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
_STEP_FLAGS = {  # Docker docs, "Dockerfile reference"
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "ADD": ("keep-git-dir", "checksum", "chown", "chmod", "link", "exclude", "unpack"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})")
FAILED = "ERROR: failed to build: failed to solve: "  # as Docker 28 says it: stackblitz-labs/bolt.diy#1996


@dataclass
class Step:
    """One instruction; `rest` is its text without the flags."""

    line: int
    instruction: str
    flags: dict[str, str]
    rest: str

    def words(self) -> list[str]:
        """The arguments, of the JSON form too"""
        if self.rest.startswith("["):
            try:
                parts = json.loads(self.rest)
            except ValueError:
                parts = None
            if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                return parts
        return self.rest.split()


@dataclass
class Stage:
    """From one FROM to the next"""

    base: str
    name: str
    before: dict[str, str]
    steps: list[Step] = field(default_factory=list)


def read(text: str) -> list[Step]:
    """Every step; DockerError as BuildKit says what is wrong"""
    steps = []
    for line, statement in _statements(text):
        instruction, _, rest = statement.partition(" ")
        if instruction.upper() not in _INSTRUCTIONS:
            raise wrong(line, f"unknown instruction: {instruction}")
        if not rest.strip():
            raise wrong(line, f"{instruction} requires arguments")
        steps.append(_step(line, instruction.upper(), rest.strip()))
    first = next((step for step in steps if step.instruction != "ARG"), None)
    if first is None:
        raise DockerError(f"{FAILED}the Dockerfile cannot be empty")
    if first.instruction != "FROM":
        raise DockerError(f"{FAILED}no build stage in current context: the first instruction must be FROM")
    return steps


def _step(line: int, instruction: str, rest: str) -> Step:
    flags = {}
    while found := re.match(r"--([\w-]+)(?:=(\"[^\"]*\"|\S*))?(?:\s+|$)", rest):
        if instruction in ("CMD", "ENTRYPOINT", "ENV", "LABEL", "ARG", "SHELL", "ONBUILD"):
            break
        if found[1] not in _STEP_FLAGS.get(instruction, ()):
            raise wrong(line, f"unknown flag: --{found[1]}")
        flags[found[1]] = (found[2] or "").strip('"')
        rest = rest[found.end() :]
    step = Step(line, instruction, flags, rest)
    enough = 2
    if instruction in ("COPY", "ADD") and len(step.words()) < enough:
        raise wrong(
            line,
            f"{instruction} requires at least two arguments, but only one was provided."
            " Destination could not be determined",
        )
    return step


def wrong(line: int, message: str) -> DockerError:
    return DockerError(f"{FAILED}dockerfile parse error on line {line}: {message}")


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where they end in the escape character, here-documents with their lines, no comments"""
    escape = _escape(text)
    lines = iter(enumerate(text.removeprefix("\ufeff").splitlines(), 1))
    for number, line in lines:
        statement = line.strip()
        if not statement or statement.startswith("#"):
            continue
        while statement.endswith(escape):
            _, following = next(lines, (0, ""))
            more = following.strip()
            statement = statement[:-1].rstrip() + " " + (escape if more.startswith("#") else more)
        for mark in _HEREDOC.findall(statement):
            for _, inside in lines:
                if inside.strip() == mark:
                    break
        yield number, re.sub(r"\s+", " ", statement, count=1)


def _escape(text: str) -> str:
    """The directive stands before everything else, also before comments (Dockerfile reference, "escape")"""
    for line in text.removeprefix("\ufeff").splitlines():
        found = _DIRECTIVE.fullmatch(line.strip())
        if not found:
            break
        if found[1].lower() == "escape":
            return found[2]
    return "\\"


def stages(steps: list[Step], arguments: dict[str, str]) -> list[Stage]:
    """The stages in their order; names are compared in small letters"""
    found: list[Stage] = []
    before: dict[str, str] = {}
    for step in steps:
        if step.instruction == "FROM":
            words = step.words()
            named = words[2] if [word.upper() for word in words[1:2]] == ["AS"] and words[2:] else ""
            found.append(Stage(expanded(words[0], before) or words[0], named.lower(), dict(before)))
        elif found:
            found[-1].steps.append(step)
        else:
            before |= declared(step, arguments, before, {})
    return found


def declared(
    step: Step, arguments: dict[str, str], variables: dict[str, str], before: dict[str, str]
) -> dict[str, str]:
    """What an ARG or ENV sets, as far as it is known here; `before`: the ARGs before the first FROM"""
    words = re.findall(r"(?:\"[^\"]*\"|'[^']*'|\S)+", step.rest)
    if step.instruction == "ENV" and "=" not in words[0]:
        words = [step.rest.replace(" ", "=", 1)]
    values: dict[str, str] = {}
    for word in words if step.instruction in ("ARG", "ENV") else []:
        name, stated, text = word.partition("=")
        value = expanded(text.strip("\"'"), variables | values) if stated else before.get(name)
        if step.instruction == "ARG":
            value = arguments.get(name, value)
        if value is not None:
            values[name] = value
    return values


def expanded(text: str, variables: dict[str, str]) -> str | None:
    """With its variables; None where one is not known here: the base image may set it"""
    unknown = False

    def value(found: re.Match[str]) -> str:
        nonlocal unknown
        name = found[1] or found[2]
        if found[3] and "-" in found[3]:
            return variables.get(name) or str(found[4])
        unknown = unknown or name not in variables
        return variables.get(name, "")

    filled = _VARIABLE.sub(value, text)
    return None if unknown else filled


def needed(found: list[Stage], target: str | None) -> list[Stage]:
    """The stages that BuildKit solves for a target, by name or number; the last one without"""
    last = len(found) - 1 if target is None else _index(target, found, len(found))
    if last is None:
        raise DockerError(f'{FAILED}target stage "{target}" could not be found')
    uses = [_used(found, number) for number in range(len(found))]
    wanted: list[int] = []
    left = [last]
    while left:
        number = left.pop()
        if number not in wanted:
            wanted.append(number)
            left += uses[number]
    return [found[number] for number in sorted(wanted)]


def _used(found: list[Stage], number: int) -> list[int]:
    stage = found[number]
    used = [_index(stage.base, found[:number], 0)]
    for step in stage.steps:
        names = re.findall(r"(?:^|,)from=([^,]+)", step.flags.get("mount", ""))
        names += [step.flags["from"]] if "from" in step.flags else []
        for name in names:
            index = _index(name, found, number)
            if index == number:
                raise DockerError(f"{FAILED}circular dependency detected on stage: {name}")
            if index is not None and index > number:
                raise DockerError(
                    f'{FAILED}cannot copy from stage "{name}", it needs to be defined before current stage'
                    f' "{stage.name or number}"'  # as in hstreamdb/hstream#1829
                )
            used.append(index)
    return [index for index in used if index is not None]


def _index(name: str, found: list[Stage], numbers: int) -> int | None:
    for index, stage in reversed(list(enumerate(found))):
        if stage.name and stage.name == name.lower():
            return index
    return int(name) if name.isdecimal() and int(name) < numbers else None
