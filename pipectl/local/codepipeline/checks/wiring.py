"""Artifacts and namespaces between actions: produced once, before they are consumed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.variables import references_in

from .context import action_declaration, every_action, structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context

Shape = dict[str, Any]
VARIABLES = "variables"
RESERVED_NAMESPACES = frozenset({"codepipeline", VARIABLES})


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
        if namespace in artifacts:
            yield action_declaration(  # the wording is inferred
                f"A namespace cannot be the name of an artifact. {place}"
            )
        yield from _reserved(namespace, declaration)
        seen.add(namespace)


def _reserved(namespace: str, declaration: Shape) -> Iterator[Refused]:
    """`variables` is taken only where variables are declared (recorded: docs/aws/codepipeline.md, 3.10)."""
    words = "One or more of the chosen namespaces is reserved."
    if namespace == VARIABLES and declaration.get("variables"):
        yield structure(f"{words} Note that there is a namespace for variables at the pipeline level.\n")
    elif namespace == "codepipeline":
        yield structure(f"{words}\n")  # the wording is inferred from that above


def references(declaration: Shape, context: Context) -> Iterator[Refused]:
    """What the actions' configurations refer to must be there, as far as the declaration tells."""
    own = {action.get("namespace") for _, action in every_action(declaration)}
    for stage, action in every_action(declaration):
        for key, value in action["configuration"].items():
            place = (
                f"StageName=[{stage['name']}], ActionName=[{action['name']}], ActionConfigurationKey=[{key}]"
            )
            for reference in references_in(value):
                place_of_text = f"{place}, VariableReferenceText=[{reference.namespace}.{reference.key}]"
                if reference.namespace == VARIABLES and VARIABLES not in own:
                    yield from _pipeline_variable(declaration, action, reference.key, place_of_text)
                elif reference.namespace not in RESERVED_NAMESPACES | own:
                    yield _no_namespace(place_of_text)


def _no_namespace(place: str) -> Refused:
    """A reference to a namespace that no action has (recalled)."""
    return action_declaration(
        "Valid format for a pipeline execution variable reference is a namespace and a key separated by a "
        "period (.). The following pipeline execution variables are referencing a namespace that does not "
        f"exist. {place}"
    )


def _pipeline_variable(declaration: Shape, action: Shape, name: str, place: str) -> Iterator[Refused]:
    """Variables are declared, and not for sources (recorded: docs/aws/codepipeline.md, 3.10).

    Where none are declared at all the words are those of an undeclared one (inferred).
    """
    if action["actionTypeId"]["category"] == "Source":
        yield structure(f"Variables at the pipeline level cannot be used in source actions.\n{place}")
    elif name not in {variable["name"] for variable in declaration.get("variables") or []}:
        yield structure("The referenced variables haven't been declared.\n")
