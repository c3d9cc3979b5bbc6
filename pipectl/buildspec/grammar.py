"""What CodeBuild refuses in a buildspec, and what only may be wrong in it.

User guide, "Build specification reference"; the agent's sentences where users have shown them, otherwise
inferred. What CodeBuild takes has no refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.buildspec import batch, words
from pipectl.buildspec.finding import Finding, items, mapping, shown, strings, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipectl.buildspec.text import Path


def check(values: Any) -> Iterator[Finding]:
    """Everything that is wrong in the values of a buildspec, what the agent says first before the rest."""
    if not isinstance(values, dict):
        message = "the buildspec has no keys"
        refusal = "wrong number of container tags, expected 1"
        yield Finding((), message, "write `version: 0.2` and `phases:`", refusal)
        return
    yield from _version(values)
    old = (words.OLD_VARIABLES,) if str(values.get("version")) == "0.1" else ()
    yield from _unknown(values, (), (*words.TOP, *old))
    yield from _phases(values)
    yield from _environment(values)
    yield from text(values, (), "run-as")
    yield from _artifacts(values)
    yield from _reports(values)
    yield from _batch(values)


def _batch(values: dict[str, Any]) -> Iterator[Finding]:
    """A batch that cannot run is refused when it is started; a single build passes over `batch`."""
    if values.get("batch"):
        for path, message in batch.faults(values):
            yield Finding(path, message, "see CodeBuild's batch build buildspec reference", at_key=False)


def _version(values: dict[str, Any]) -> Iterator[Finding]:
    hint = "write `version: 0.2`"
    version = values.get("version")
    if version in (None, ""):
        yield Finding(("version",), "the buildspec has no `version`", hint, "missing version in buildspec")
    elif str(version) not in words.VERSIONS:
        refusal = f"invalid buildspec version {version}, expected one of {', '.join(words.VERSIONS)}"
        message = f"there is no buildspec version {shown(version)}"
        yield Finding(("version",), message, hint, refusal, at_key=False)


def _unknown(values: dict[str, Any], path: Path, known: Sequence[str]) -> Iterator[Finding]:
    """CodeBuild ignores it: its sample for Elastic Beanstalk has `eb_codebuild_settings` at the top."""
    for key in values:
        if key not in known:
            where = f"{'.'.join(map(str, path))} of the buildspec" if path else "the buildspec"
            message = f"{where} knows no {shown(key)}, CodeBuild ignores it"
            yield Finding((*path, key), message, f"it has {', '.join(known)}", word=str(key), choices=known)


def _phases(values: dict[str, Any]) -> Iterator[Finding]:
    phases = values.get("phases")
    if phases in (None, "", {}):
        if not values.get("batch"):  # its builds have buildspecs of their own (batch build buildspec)
            hint = f"write `phases:` with {', '.join(words.PHASES)}"
            yield Finding(("phases",), "the buildspec has no phases", hint, "missing phases in buildspec")
        return
    if not isinstance(phases, dict):
        message = "`phases` has no phases below it"
        hint = f"write {', '.join(words.PHASES)} below it"
        yield Finding(("phases",), message, hint, "Expected phases to be a map")
        return
    is_idle = not any(isinstance(content, dict) and _has_commands(content) for content in phases.values())
    for phase, content in phases.items():
        yield from _phase(str(phase), content, is_idle=is_idle)


def _phase(phase: str, content: Any, *, is_idle: bool) -> Iterator[Finding]:
    path: Path = ("phases", phase)
    if phase not in words.PHASES:
        # The sentence as in a log: the names in capitals, in the order of the alphabet
        names = ",".join(sorted(name.upper() for name in words.PHASES))
        refusal = f"Invalid buildspec phase name: {phase.upper()}. Expecting: {names}"
        hint = f"the phases are {', '.join(words.PHASES)}"
        message = f"CodeBuild knows no phase {shown(phase)}"
        yield Finding(path, message, hint, refusal, word=phase, choices=words.PHASES)
        return
    if content not in (None, "") and not isinstance(content, dict):
        hint = "write `commands:` and a list below it"
        yield Finding(path, f"phase {phase} has no commands", hint, f"Expected {phase} to be a map")
        return
    block = content or {}
    yield from _unknown(block, path, words.PHASE)
    yield from _runtimes(phase, block)
    for key in words.COMMANDS:
        yield from _commands(phase, key, block.get(key))
    yield from _no_commands(phase, block, is_idle=is_idle)
    yield from _on_failure(block, path)
    yield from text(block, path, "run-as")


def _runtimes(phase: str, block: dict[str, Any]) -> Iterator[Finding]:
    path: Path = ("phases", phase, "runtime-versions")
    if block.get("runtime-versions") and phase != "install":
        message = "`runtime-versions` stand in the install phase only"
        refusal = f"runtime-versions is not allowed in phase {phase}"
        yield Finding(path, message, f"move them from {phase} to install", refusal)
    yield from texts(block, path[:-1], "runtime-versions")


def _commands(phase: str, key: str, value: Any) -> Iterator[Finding]:
    path: Path = ("phases", phase, key)
    if isinstance(value, dict):
        hint = "write one command to a line, each after `- `"
        refusal = f"Expected {key.title()} to be a list of strings"
        yield Finding(path, f"`{key}` of phase {phase} is no list", hint, refusal, at_key=False)
        return
    for number, command in enumerate(value if isinstance(value, list) else ()):
        here = (*path, number)
        if isinstance(command, dict | list):
            # The sentence as in aws-solutions-library-samples' guidance-for-claude-code..., issue 518
            kind = "subkeys" if isinstance(command, dict) else "a list"
            refusal = f"Expected {key.title()}[{number}] to be of string type: found {kind} instead"
            message = f"command {number + 1} of phase {phase} is no text for YAML"
            hint = "a command with `: ` or ` #` in it needs quotes around it"
            yield Finding(here, message, hint, refusal, at_key=False, is_of_command=True)
        elif command is None:
            message = f"command {number + 1} of phase {phase} is empty, CodeBuild passes over it"
            yield Finding(here, message, "take its `-` out, or write the command behind it", at_key=False)


def _no_commands(phase: str, block: dict[str, Any], *, is_idle: bool) -> Iterator[Finding]:
    """`commands` are required (user guide), but a phase without them is passed over when another has some

    Live in buildspecs of aws/amazon-ecs-agent (`commands:` with nothing below it) and aws/aws-dotnet-deploy
    (a phase with an unknown key alone). That a phase with `finally` alone runs is inferred, and that a
    buildspec without any command fails.
    """
    path: Path = ("phases", phase)
    if block.get("commands") not in (None, "", []) or phase == "install":
        return
    if block.get("finally") not in (None, "", []):
        message = f"phase {phase} has `finally` but no `commands`, which CodeBuild's reference requires"
        yield Finding(path, message, "write `commands:` with at least one command")
        return
    message, hint = f"phase {phase} has no `commands`", "take the phase out, or write them"
    if is_idle:
        yield Finding(path, message, hint, f"missing commands in phase {phase}")
    else:
        yield Finding(path, f"{message}, CodeBuild passes over it", hint)


def _has_commands(block: dict[str, Any]) -> bool:
    return any(block.get(key) not in (None, "", []) for key in words.COMMANDS)


def _on_failure(block: dict[str, Any], path: Path) -> Iterator[Finding]:
    yield from text(block, path, "on-failure")
    value = block.get("on-failure")
    if isinstance(value, str) and value and not words.ON_FAILURE.fullmatch(value):
        phase = path[-1]
        message = f"phase {phase} cannot {shown(value)} on failure"
        hint = "write ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex"
        refusal = f"invalid on-failure {value} in phase {phase}"
        yield Finding((*path, "on-failure"), message, hint, refusal, at_key=False)


def _environment(values: dict[str, Any]) -> Iterator[Finding]:
    yield from mapping(values, (), "env")
    block = values.get("env")
    if isinstance(block, dict):
        yield from _unknown(block, ("env",), words.ENV)
        for key in ("variables", "parameter-store", "secrets-manager"):
            yield from texts(block, ("env",), key)
        yield from _shell(block)
        yield from _exported(block)
    old = values.get(words.OLD_VARIABLES)
    if isinstance(old, dict):
        yield from texts(old, (words.OLD_VARIABLES,), "plaintext")


def _shell(block: dict[str, Any]) -> Iterator[Finding]:
    yield from text(block, ("env",), "shell")
    shell = block.get("shell")
    if isinstance(shell, str) and shell and shell not in (*words.LINUX_SHELLS, *words.WINDOWS_SHELLS):
        hint = "write bash or /bin/sh; on Windows powershell.exe or cmd.exe"
        refusal = f"unsupported shell {shell}, expected one of {', '.join(words.LINUX_SHELLS)}"
        message = f"CodeBuild has no shell {shown(shell)}"
        yield Finding(("env", "shell"), message, hint, refusal, at_key=False)


def _exported(block: dict[str, Any]) -> Iterator[Finding]:
    path: Path = ("env", "exported-variables")
    yield from strings(block, ("env",), "exported-variables")
    for where, name in items(block.get("exported-variables"), path):
        if isinstance(name, str) and not words.VARIABLE.fullmatch(name):
            message = f"{shown(name)} is no name of a variable"
            hint = "names have letters, digits and `_`, and begin with no digit"
            yield Finding(where, message, hint, f"invalid name {name} in exported-variables", at_key=False)


def _artifacts(values: dict[str, Any]) -> Iterator[Finding]:
    """Secondary artifacts alone are enough: AWS's sample for several outputs has no `files` beside them."""
    yield from mapping(values, (), "artifacts")
    block = values.get("artifacts")
    if not isinstance(block, dict) or not block:
        return
    yield from _unknown(block, ("artifacts",), words.ARTIFACTS)
    secondary = block.get("secondary-artifacts")
    yield from mapping(block, ("artifacts",), "secondary-artifacts")
    yield from _files(block, ("artifacts",), is_needed=not secondary)
    if isinstance(secondary, dict):
        for name in secondary:
            yield from _secondary(secondary, name)


def _secondary(blocks: dict[str, Any], name: str) -> Iterator[Finding]:
    path: Path = ("artifacts", "secondary-artifacts", name)
    yield from mapping(blocks, path[:-1], name)
    block = blocks[name] or {}
    if isinstance(block, dict):
        yield from _unknown(block, path, words.FILES)
        yield from _files(block, path)


def _files(block: dict[str, Any], path: Path, *, is_needed: bool = True) -> Iterator[Finding]:
    if is_needed and block.get("files") in (None, "", []):
        message = f"{shown('.'.join(map(str, path)))} has no `files`"
        hint = "write `files:` and a list below it"
        is_empty = block.get("files") == []  # taken: live in uktrade/platform-tools, buildspec-trigger.yml
        yield Finding(path, message, hint, None if is_empty else f"missing files in {path[-1]}")
    yield from strings(block, path, "files")
    yield from strings(block, path, "exclude-paths")
    for key in ("base-directory", "name", "s3-prefix"):
        yield from text(block, path, key)


def _reports(values: dict[str, Any]) -> Iterator[Finding]:
    yield from mapping(values, (), "reports")
    reports = values.get("reports")
    if not isinstance(reports, dict):
        return
    if len(reports) > words.MOST_REPORTS:
        message = f"a buildspec has at most {words.MOST_REPORTS} report groups, this one has {len(reports)}"
        refusal = f"a buildspec has at most {words.MOST_REPORTS} report groups"
        yield Finding(("reports",), message, "take some out", refusal)
    for group, block in reports.items():
        path: Path = ("reports", group)
        yield from mapping(reports, ("reports",), group)
        if isinstance(block, dict):
            yield from _unknown(block, path, words.REPORT)
            yield from strings(block, path, "files")
            yield from text(block, path, "base-directory")
            yield from _format(block, path)


def _format(block: dict[str, Any], path: Path) -> Iterator[Finding]:
    """That a report of another format is passed over and the build goes on is inferred."""
    yield from text(block, path, "file-format")
    formats = (*words.TEST_FORMATS, *words.COVERAGE_FORMATS)
    value = block.get("file-format")
    if isinstance(value, str) and value and value.upper() not in formats:
        message = f"CodeBuild reads no reports of format {shown(value)}"
        hint = f"the formats are {', '.join(formats)}"
        yield Finding((*path, "file-format"), message, hint, at_key=False, word=value, choices=formats)
