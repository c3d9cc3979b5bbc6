"""Buildspecs that CodeBuild does not understand: version, phases, commands (user guide, "build-spec-ref")."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipectl.kinds.buildspec import Buildspec, buildspec, document, in_block
from pipectl.rules._tools import projects
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity, did_you_mean, nearest, shown
from pipectl.spec.spec import Spec

RULE = "buildspec"
VERSIONS = ("0.1", "0.2")
KEYS = ("version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache")
PHASES = ("install", "pre_build", "build", "post_build")
PHASE_KEYS = ("run-as", "on-failure", "runtime-versions", "commands", "finally")


def check(spec: Spec) -> Iterator[Problem]:
    """Every buildspec that can be seen."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        if found is None:
            yield from _unreadable(spec, name)
            continue
        yield from _version(found)
        yield from _unknown(found, (), KEYS)
        yield from _phases(found)
        yield from _artifacts(found)


def _unreadable(spec: Spec, name: str) -> Iterator[Problem]:
    """YAML of its own that is wrong; a `file:` that is not there is told where it is read."""
    project = dict(projects(spec))[name]
    found = document(spec, name, project)
    if found is None:
        return
    read, inline, certain = found
    for problem in read.problems:
        if problem.rule == "file":
            continue
        severity = problem.severity if certain else Severity.WARNING
        message = f"in the buildspec of {name}: {problem.message}"
        told = replace(problem, rule=RULE, severity=severity, message=message)
        if inline:
            place = in_block(spec, name, problem.line, problem.column)
            told = replace(told, line=place.line, column=place.column)
        yield told


def _version(found: Buildspec) -> Iterator[Problem]:
    version = found.values.get("version")
    if version is None:
        message = f"the buildspec of {found.project} has no `version`"
        yield found.problem(found.key_place(("version",)), RULE, message, "write `version: 0.2`")
    elif str(version) not in VERSIONS:
        message = f"there is no buildspec version {shown(str(version))}"
        yield found.problem(found.place(("version",)), RULE, message, "write `version: 0.2`")


def _unknown(found: Buildspec, path: Path, known: tuple[str, ...]) -> Iterator[Problem]:
    values: Any = found.values
    for part in path:
        values = values[part]
    for key in values:
        if key not in known:
            near = nearest(str(key), known)
            hint = f"did you mean `{near}`?" if near else f"it has {', '.join(known)}"
            where = f"{'.'.join(map(str, path))} of the buildspec" if path else "the buildspec"
            message = f"{where} knows no {shown(str(key))}"
            problem = found.problem(found.key_place((*path, key)), RULE, message, hint)
            yield problem if near else replace(problem, severity=Severity.WARNING)


def _phases(found: Buildspec) -> Iterator[Problem]:
    phases = found.values.get("phases")
    if not isinstance(phases, dict) or not phases:
        message = f"the buildspec of {found.project} has no phases"
        hint = f"write `phases:` with {', '.join(PHASES)}"
        yield found.problem(found.key_place(("phases",)), RULE, message, hint)
        return
    for phase, content in phases.items():
        path = ("phases", phase)
        if phase not in PHASES:
            hint = did_you_mean(str(phase), PHASES) or f"the phases are {', '.join(PHASES)}"
            message = f"CodeBuild knows no phase {shown(str(phase))}"
            yield found.problem(found.key_place(path), RULE, message, hint)
        elif not isinstance(content, dict):
            message = f"phase {phase} has no commands"
            yield found.problem(found.key_place(path), RULE, message, "write `commands:` and a list below it")
        else:
            yield from _unknown(found, path, PHASE_KEYS)
            yield from _commands(found, phase, content)


def _commands(found: Buildspec, phase: str, content: dict[str, Any]) -> Iterator[Problem]:
    misspelt = any(nearest(str(key), PHASE_KEYS) == "commands" for key in content)
    if "commands" not in content and not misspelt and phase != "install":
        message = f"phase {phase} has no `commands`"
        yield found.problem(
            found.key_place(("phases", phase)), RULE, message, "take the phase out, or write them"
        )
    if "runtime-versions" in content and phase != "install":
        message = "`runtime-versions` stand in the install phase only"
        place = found.key_place(("phases", phase, "runtime-versions"))
        yield found.problem(place, RULE, message, f"move them from {phase} to install")
    for key in ("commands", "finally"):
        commands = content.get(key)
        path = ("phases", phase, key)
        if commands is not None and not isinstance(commands, list | str):
            message = f"`{key}` of phase {phase} is no list"
            yield found.problem(
                found.place(path), RULE, message, "write one command to a line, each after `- `"
            )
        for number, command in enumerate(commands if isinstance(commands, list) else ()):
            if not isinstance(command, str):
                message = f"command {number + 1} of phase {phase} is no text for YAML"
                hint = "a command with `: ` or ` #` in it needs quotes around it"
                yield found.problem(found.place((*path, number)), RULE, message, hint)


def _artifacts(found: Buildspec) -> Iterator[Problem]:
    artifacts = found.values.get("artifacts")
    if artifacts is not None and not (isinstance(artifacts, dict) and artifacts.get("files")):
        message = f"the artifacts of {found.project} have no `files`"
        place = found.key_place(("artifacts",))
        yield found.problem(place, RULE, message, "write `files:` and a list below it")
