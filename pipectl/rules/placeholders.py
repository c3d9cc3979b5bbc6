"""Placeholders of a tutorial or template that nobody has filled in."""

import re
from collections.abc import Iterator
from typing import Any

from pipectl.kinds.buildspec import buildspec
from pipectl.rules._tools import error, projects, warning
from pipectl.spec.document import of_shell
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "placeholder"
WORDS = re.compile(
    r"(?<![\w$/.-])(?:your[-_ ](?:account|region|repo|bucket|name|app|cluster|service|project|image"
    r"|domain|user|org|token|aws)\w*(?:[-_]\w+)*|(?:aws[-_])?account[-_]id|aws[-_]region|change[-_]?(?:me|it)|replace[-_]?(?:me|this)(?:[-_]\w+)*"
    r"|fix[-_]?me|fill[-_]?me(?:[-_]?in)?|insert[-_]\w+[-_]here|put[-_]\w+[-_]here|to[-_]be[-_](?:filled|replaced)|tbd|todo)(?![\w-])"
    r"|(?<![\w$])(?-i:REPLACE_?ME(?:_[A-Z0-9_]+)?)(?!\w)",
    re.IGNORECASE,
)
BRACKETS = re.compile(r"<[A-Za-z][\w .:-]*>|\[(?:your|my)[\w -]+\]|\bX{4,}\b|\{\{[^}]*\}\}")
SHELL_BRACKETS = re.compile(
    r"(?<!<)<(?i:your|my|insert|replace)[\w .-]*>|(?<!<)<[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+>"
)
"""In a command `<name>` may be a redirection; these are none that anybody writes."""
SHELL_NAMES = re.compile(
    r"\$\{[!#]?\w+|\b\w+(?:\+?=|[\"']\s*:)|(?:--build-arg|--env|-e|export|unset)\s+\w+|\bs([|/#@,])(?:(?!\1).)*\1"
)
"""Names of variables and JSON keys in a command, and what `sed` replaces: no placeholders."""
REFERENCES = (("env", "parameter-store"), ("env", "secrets-manager"))
"""Names of parameters and secrets in a buildspec, which may be called `aws_region`."""
STRUCTURE = re.compile(r"^arn:|\.amazonaws\.com|^\w+://")
"""Where a placeholder makes the whole value wrong."""
KEEPS = ("description", "reason", "custom_data")
"""Texts for people, who may read a placeholder."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every text of the spec as the file has it. In an inline buildspec the shell may mean it."""
    for path, value in _texts(spec.places.written(()), ()):
        shell = of_shell(path, value)
        if "output_variables" in path:  # names of variables, which CodeBuild and others give
            continue
        match = _placeholder(value, path, is_command=shell)
        if match is None:
            continue
        message = f"{shown(match[0])} looks like a placeholder that nobody has filled in"
        sure = not shell and (STRUCTURE.search(value) is not None or match[0] == value)
        # An environment variable may have any value.
        report = error if sure and "environment" not in path else warning
        yield report(spec, path, RULE, message, _hint(match[0]))
    yield from _of_buildspecs(spec)


def _of_buildspecs(spec: Spec) -> Iterator[Problem]:
    """Buildspecs in files of their own. Their shell may mean what looks like a placeholder."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        if found is None or not found.is_file:
            continue
        for path, value in _texts(dict(found.values), ()):
            if match := _placeholder(value, path, is_command=True):
                message = f"{shown(match[0])} looks like a placeholder that nobody has filled in"
                yield problem_at(found.place(path), RULE, message, _hint(match[0]), Severity.WARNING)


def _placeholder(value: str, path: Path, *, is_command: bool) -> re.Match[str] | None:
    text = SHELL_NAMES.sub(" ", value) if is_command else value
    is_reference = any(path[-3:-1] == reference for reference in REFERENCES)
    return (None if is_reference else WORDS.search(text)) or _brackets(text, path, is_command=is_command)


def _brackets(value: str, path: Path, *, is_command: bool) -> re.Match[str] | None:
    if path[-1] in KEEPS:
        return None
    return (SHELL_BRACKETS if is_command else BRACKETS).search(value)


def _hint(word: str) -> str:
    folded = word.lower()
    if "account" in folded:
        return "write the 12 digits of the account, or `${env:NAME}`"
    if "region" in folded:
        return "write the Region, or `${env:AWS_REGION}`"
    return "write the real one"


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, each in value.items():
                yield from _texts(each, (*path, key))
        case list():
            for number, each in enumerate(value):
                yield from _texts(each, (*path, number))
