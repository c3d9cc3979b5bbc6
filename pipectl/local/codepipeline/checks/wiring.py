"""Artifacts and namespaces between actions: produced once, before they are consumed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.variables import references_in

from .context import action_declaration, every_action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context

Shape = dict[str, Any]
RESERVED_NAMESPACES = frozenset({"codepipeline", "variables"})


def found(declaration: Shape, context: Context) -> Iterator[Refused]:
    """Yield artifacts produced twice, and those consumed before they are produced."""
    yield from _produced_twice(declaration)
    earlier: set[str] = set()
    for stage in declaration["stages"]:
        yield from _consumed_early(stage, earlier)
        earlier |= {each["name"] for action in stage["actions"] for each in action["outputArtifacts"]}


def _produced_twice(declaration: Shape) -> Iterator[Refused]:
    """User guide, pipeline structure: output names are unique in a pipeline (the wording is inferred)."""
    produced = Counter(
        each["name"] for _, action in every_action(declaration) for each in action["outputArtifacts"]
    )
    for name in (name for name, count in produced.items() if count > 1):
        yield action_declaration(
            f"Output Artifact Bundle name must be unique within the pipeline. {name} is used more than once"
        )


def _consumed_early(stage: Shape, earlier: set[str]) -> Iterator[Refused]:
    """User guide, pipeline structure: preceding means an earlier stage or a lower run order."""
    for action in stage["actions"]:
        preceding = earlier | {
            each["name"]
            for other in stage["actions"]
            if other["runOrder"] < action["runOrder"]
            for each in other["outputArtifacts"]
        }
        for each in action["inputArtifacts"]:
            if each["name"] not in preceding:
                yield action_declaration(
                    f"Input Artifact Bundle {each['name']} in action {action['name']} is not declared as "
                    "Output Artifact Bundle in any of the preceding actions"
                )


def namespaces(declaration: Shape, context: Context) -> Iterator[Refused]:
    """User guide, variables: a namespace is unique and not the name of an artifact."""
    seen: set[str] = set()
    artifacts = {
        each["name"] for _, action in every_action(declaration) for each in action["outputArtifacts"]
    }
    for stage, action in every_action(declaration):
        namespace = action.get("namespace")
        if namespace is None:
            continue
        place = f"StageName=[{stage['name']}], ActionName=[{action['name']}], Namespace=[{namespace}]"
        if namespace in seen:
            yield action_declaration(
                "Namespaces must be unique across the pipeline definition. "
                f"The following occur more than once in the pipeline. {place}"
            )
        if namespace in artifacts or namespace in _reserved(declaration):
            yield action_declaration(  # the wording is inferred
                f"A namespace cannot be a reserved word or the name of an artifact. {place}"
            )
        seen.add(namespace)


def _reserved(declaration: Shape) -> set[str]:
    """`variables` is taken only where variables are declared (recorded: docs/aws/codepipeline.md, 3.10)."""
    return {"codepipeline", *(["variables"] if declaration.get("variables") else [])}


def references(declaration: Shape, context: Context) -> Iterator[Refused]:
    """A reference to a namespace that no action has is refused when the pipeline is declared (recalled)."""
    known = RESERVED_NAMESPACES | {action.get("namespace") for _, action in every_action(declaration)}
    for stage, action in every_action(declaration):
        for key, value in action["configuration"].items():
            for reference in references_in(value):
                if reference.namespace not in known:
                    yield action_declaration(
                        "Valid format for a pipeline execution variable reference is a namespace and a key "
                        "separated by a period (.). The following pipeline execution variables are "
                        f"referencing a namespace that does not exist. StageName=[{stage['name']}], "
                        f"ActionName=[{action['name']}], ActionConfigurationKey=[{key}], "
                        f"VariableReferenceText=[{reference.namespace}.{reference.key}]"
                    )
