"""`#{namespace.key}` in places where AWS resolves no variables: the text arrives as it is written."""

import re
from collections.abc import Iterator
from typing import Any

from pipectl.kinds.buildspec import buildspec
from pipectl.rules._tools import projects, warning
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "variable-place"
REFERENCE = re.compile(r"#\{[A-Za-z0-9@_-]+\.[A-Za-z0-9@_.-]+\}")
OF_CODEPIPELINE = re.compile(r"#\{(?:codepipeline|variables|\w+Variables)\.[A-Za-z0-9@_.-]+\}")
"""In a buildspec, whose shell or language may use the same brackets for something else."""
FIXED = frozenset(
    {"name", "region", "role", "namespace", "inputs", "outputs", "provider", "category", "transition"}
)
"""Parts of an action, rule or stage that are no configuration (user guide, "reference-variables")."""
STAGE = 3
"""Keys before a stage's number: `codepipeline`, the pipeline, `stages`."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every text but the configuration of actions and rules; the buildspecs that can be seen too."""
    for path, value in _texts(spec.places.written(()), ()):
        pattern = OF_CODEPIPELINE if path[0] == "codebuild" and "buildspec" in path else REFERENCE
        if not _is_resolved(path) and (match := pattern.search(value)):
            yield warning(spec, path, RULE, _message(match[0]), _hint(path))
    yield from _of_buildspecs(spec)


def _is_resolved(path: Path) -> bool:
    """Whether CodePipeline looks into it just before an action or a rule runs."""
    inside = path[0] == "codepipeline" and len(path) > STAGE and path[2] == "stages"
    return inside and not FIXED & {part for part in path[STAGE:] if isinstance(part, str)}


def _of_buildspecs(spec: Spec) -> Iterator[Problem]:
    """Buildspecs in files of their own, and those that are written as one text."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        if found is None or not found.is_file:
            continue
        for path, value in _texts(dict(found.values), ()):
            if match := OF_CODEPIPELINE.search(value):
                hint = _hint(("codebuild",))
                yield problem_at(found.place(path), RULE, _message(match[0]), hint, Severity.WARNING)


def _message(reference: str) -> str:
    return (
        f"{shown(reference)} is never resolved here: only the configuration of an action may have variables"
    )


def _hint(path: Path) -> str:
    if path[0] == "codebuild":
        return "give it to the CodeBuild action instead, under its `environment:`"
    return "write the value itself, or hand it over in the configuration of an action"


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, item in value.items():
                yield from _texts(item, (*path, key))
        case list():
            for number, item in enumerate(value):
                yield from _texts(item, (*path, number))
