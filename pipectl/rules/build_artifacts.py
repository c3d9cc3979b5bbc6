"""Names of artifacts that CodeBuild cannot take as identifiers, and outputs that a buildspec leaves empty."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipectl.facts.codebuild_names import IDENTIFIER
from pipectl.kinds.buildspec import buildspec
from pipectl.kinds.project_block import Project
from pipectl.rules._tools import PlacedAction, actions_of, error, pipelines
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.spec import Spec

RULE = "build-artifact"


def check(spec: Spec) -> Iterator[Problem]:
    """Every CodeBuild action with artifacts."""
    for name, block in pipelines(spec):
        placed = actions_of(name, block)
        for action in placed:
            if action.action.provider == "CodeBuild":
                yield from _identifiers(spec, action)
                yield from _left_empty(spec, action, placed)


def _identifiers(spec: Spec, action: PlacedAction) -> Iterator[Problem]:
    """One input or output is CodeBuild's primary one, which has no identifier."""
    primary = action.action.primary_source or action.action.configuration.get("PrimarySource")
    secondary = {
        "inputs": [each for each in action.wire.inputs if each != primary],
        "outputs": list(action.wire.outputs),
    }
    for key, names in secondary.items():
        if len(getattr(action.wire, key)) < 2:  # noqa: PLR2004  one alone is the primary one
            continue
        for wrong in (each for each in names if not IDENTIFIER.fullmatch(each)):
            message = (
                f"{action.name} has several {key}, so CodeBuild takes {shown(wrong)} as an identifier:"
                " letters, digits and `_`, fewer than 128"
            )
            path = action.value_path(key if getattr(action.action, key) is not None else "provider")
            yield error(spec, path, RULE, message, "give the artifact another name")


def _left_empty(spec: Spec, action: PlacedAction, placed: Sequence[PlacedAction]) -> Iterator[Problem]:
    """A build without artifacts succeeds; the action that reads its output fails ("Unable to access ...")."""
    project = spec.all(Project).get(action.action.project or "")
    found = buildspec(spec, action.action.project or "", project) if project else None
    if found is None:
        return
    artifacts = found.values.get("artifacts")
    secondary = artifacts.get("secondary-artifacts") if isinstance(artifacts, dict) else None
    alone = len(action.wire.outputs) == 1
    for output in action.wire.outputs:
        reader = next((other for other in placed if output in other.wire.inputs), None)
        filled = artifacts if alone else isinstance(secondary, dict) and output in secondary
        if reader is None or filled or reader.action.provider == "ECS":
            continue  # of ECS actions the rule `definitions-artifact` says it
        key = "artifacts" if alone else f"artifacts.secondary-artifacts.{output}"
        message = f"the build of {found.project} hands over no {shown(output)}, which {reader.name} reads"
        hint = f"write `{key}` with its `files` in the buildspec"
        yield replace(found.problem(found.key_place(()), RULE, message, hint), severity=Severity.WARNING)
