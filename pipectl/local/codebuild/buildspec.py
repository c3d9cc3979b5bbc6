"""The buildspec of a build, or what the agent says when it refuses it (YAML_FILE_ERROR)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.buildspec import batch, grammar, values
from pipectl.buildspec.text import Text, TextError, load
from pipectl.buildspec.words import LINUX_SHELLS, WINDOWS_SHELLS

if TYPE_CHECKING:
    from pipectl.buildspec.finding import Finding


class BuildspecError(Exception):
    """A buildspec that the agent refuses; the message is the agent's."""


def parse(text: str) -> values.Buildspec:
    """Read a buildspec; BuildspecError says what the agent would say"""
    try:
        loaded = load(text)
    except TextError as error:
        raise BuildspecError(str(error)) from error
    for finding in grammar.check(loaded.values):
        if finding.refusal is not None:
            raise BuildspecError(_sentence(finding, loaded))
    spec = values.read(loaded.values)
    if not spec.phases:  # a list of builds has none; this is one build
        raise BuildspecError("missing phases in buildspec")
    if spec.shell in WINDOWS_SHELLS:  # the local AWS has no Windows
        raise BuildspecError(f"unsupported shell {spec.shell}, expected one of {', '.join(LINUX_SHELLS)}")
    return spec


def parse_batch(text: str) -> batch.Batch:
    """Read the batch of a buildspec; BuildspecError says what is wrong with it (inferred sentences)"""
    try:
        loaded = load(text)
    except TextError as error:
        raise BuildspecError(str(error)) from error
    for path, message in batch.faults(loaded.values):
        raise BuildspecError(f"Invalid batch buildspec: {'/'.join(map(str, path))}: {message}")
    return batch.read(loaded.values)


def _sentence(finding: Finding, text: Text) -> str:
    """With lines as in aws-solutions-library-samples' issue 518; that they are the command's is inferred"""
    if not finding.is_of_command:
        return str(finding.refusal)
    line = text.place(finding.path).line
    return f"{finding.refusal} at line {line}, value of the key tag on line {line - 1} might be empty"
