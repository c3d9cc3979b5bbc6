"""The commands that screens print: collected from texts, and held against click and the AWS CLI's model"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from tests.typed import parsed

TESTS = Path(__file__).parent
README = TESTS.parent / "README.md"
COMMAND = re.compile(r"`((?:[A-Z][A-Z0-9_]*=\S+ )*(?:pipectl|aws|git|pip) [^`\n]*)`")
"""In backticks, with the environment that may stand before it."""
FENCED = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
HIGH_LEVEL = {
    "s3": {"mb", "ls", "cp", "rm", "sync"},
    "login": set[str](),
    "sso": {"login"},
    "configure": {"get", "list-profiles", "set", "sso"},
}
"""Commands of the AWS CLI that are no operation of a service (AWS CLI command reference)."""
BESIDE = frozenset({("ecr", "get-login-password")})
"""The same, beside the operations of their service."""
LOOKING = frozenset({"status", "why", "logs", "history", "doctor", "plan", "policy", "validate"})
"""Commands of pipectl that change nothing."""


def commands(text: str) -> list[str]:
    """The commands of a text, in their order, each once"""
    return list(dict.fromkeys(COMMAND.findall(text)))


def kept() -> Iterator[tuple[str, str]]:
    """Every command of every screen that the tests keep, and of what README shows, with its file"""
    for file in sorted(TESTS.rglob("*.txt")):
        for command in commands(file.read_text(encoding="utf-8")):
            yield str(file.relative_to(TESTS)), command
    for block in FENCED.findall(README.read_text(encoding="utf-8")):
        shown = "\n".join(line for line in block.splitlines() if not line.startswith("$ "))
        for command in commands(shown):
            yield README.name, command


def words_of(command: str) -> list[str]:
    """The words of a command as a shell has them, without the environment before it"""
    words = shlex.split(command)
    while re.fullmatch(r"[A-Z][A-Z0-9_]*=.*", words[0]):
        words = words[1:]
    return words


def problem(command: str) -> str | None:
    """Why a command cannot be typed; None when it can"""
    program, *words = words_of(command)
    if program == "pipectl":
        return _of_pipectl(words)
    return _of_aws(words) if program == "aws" else None


def _of_pipectl(words: list[str]) -> str | None:
    try:
        parsed(words)
    except Exception as error:  # noqa: BLE001  whatever it is, the command cannot be typed
        return f"{type(error).__name__}: {error}"
    return None


def _of_aws(words: list[str]) -> str | None:
    service, *rest = words
    if (service, rest[0]) in BESIDE:
        return None
    if service in HIGH_LEVEL:
        fits = not HIGH_LEVEL[service] or rest[0] in HIGH_LEVEL[service]
        return None if fits else f"no command {service} {rest[0]}"
    try:
        model = botocore.session.get_session().get_service_model(service)
    except UnknownServiceError as error:
        return str(error)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if rest[0] not in names:
        return f"{service} has no operation {rest[0]}"
    shape = model.operation_model(names[rest[0]]).input_shape
    return _parameters(shape, [word.partition("=")[0] for word in rest[1:] if word.startswith("--")])


def _parameters(shape: Any, options: list[str]) -> str | None:
    members = {f"--{xform_name(name, '-')}": name for name in (shape.members if shape else {})}
    given = [option for option in options if option not in ("--region", "--profile", "--endpoint-url")]
    if unknown := [option for option in given if option not in members]:
        return f"no parameter {unknown[0]}"
    needed = (
        {option for option, name in members.items() if name in shape.required_members} if shape else set()
    )
    return f"{min(needed - set(given))} is missing" if needed - set(given) else None


MASKED = re.compile(r"\bSPEC\b|\b[EV]\d+\b")
WAITING = re.compile(r"^pipectl .*(--wait|--watch|--follow)\b|^pipectl (\S+ )*wait\b")


def to_type(told: list[str]) -> list[str]:
    """Of the commands of a screen: those that only look, then the first that changes something.

    The others are alternatives to it: what it did would be in their way. What waits gets an end. Not typed
    are commands to which a person has to name a spec, those with a masked id, and those of the background
    server (test_first_hour.py).
    """
    told = [each for each in told if not MASKED.search(each) and _verb(each).split()[:1] != ["local"]]
    looking = [command for command in told if _verb(command) in LOOKING]
    changing = [command for command in told if command not in looking and words_of(command)[0] != "pip"]
    chosen = [*looking, *changing[:1]]
    return [
        f"{each} --timeout 2s" if WAITING.search(each) and "--timeout" not in each else each
        for each in chosen
    ]


def _verb(command: str) -> str:
    words = words_of(command)
    return parsed(words[1:]) if words[0] == "pipectl" else ""
