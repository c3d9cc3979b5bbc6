"""Stages and where sources may stand (the messages are recorded: docs/aws/codepipeline.md, 2.4)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .context import action_declaration, every_action, stage_declaration, structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context

MINIMUM_STAGES = 2
MAXIMUM_STAGES = 50
MAXIMUM_ACTIONS_IN_STAGE = 50
MAXIMUM_ACTIONS = 500


def found(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    """Yield what is wrong with the stages as such."""
    yield from _stage_count(declaration["stages"])
    yield from _names(declaration["stages"])
    yield from _sources(declaration)
    yield from _action_count(declaration)


def _stage_count(stages: list[dict[str, Any]]) -> Iterator[Refused]:
    if len(stages) < MINIMUM_STAGES:
        yield structure(
            f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    if len(stages) > MAXIMUM_STAGES:
        yield structure("Pipeline has too many stages. There can only be up to 50 stages in a pipeline")


def _names(stages: list[dict[str, Any]]) -> Iterator[Refused]:
    for name in _repeated(stage["name"] for stage in stages):
        yield stage_declaration(f"Stage name '{name}' is used more than once")
    for stage in stages:
        for name in _repeated(action["name"] for action in stage["actions"]):
            # User guide, pipeline structure: unique within the stage; the wording is inferred.
            yield action_declaration(
                f"Action name '{name}' is used more than once in stage '{stage['name']}'"
            )


def _sources(declaration: dict[str, Any]) -> Iterator[Refused]:
    first, *later = declaration["stages"]
    if not first["actions"] or any(not _is_source(action) for action in first["actions"]):
        yield structure("Pipeline should start with a stage that only contains source actions")
    if any(_is_source(action) for stage in later for action in stage["actions"]):
        yield structure("Source actions can only be included in the first stage of the pipeline")
    if not any(stage["actions"] for stage in later):
        yield structure("Pipeline should contain at least 1 action whose category is not Source")


def _action_count(declaration: dict[str, Any]) -> Iterator[Refused]:
    """User guide, limits: 1 to 50 actions in a stage, 500 in a pipeline (the wording is inferred)."""
    for stage in declaration["stages"]:
        if not stage["actions"]:
            yield stage_declaration(f"Stage '{stage['name']}' should contain at least 1 action")
        if len(stage["actions"]) > MAXIMUM_ACTIONS_IN_STAGE:
            yield stage_declaration(
                f"Stage '{stage['name']}' has too many actions. There can only be up to 50"
            )
    if sum(1 for _ in every_action(declaration)) > MAXIMUM_ACTIONS:
        yield structure("Pipeline has too many actions. There can only be up to 500 actions in a pipeline")


def _is_source(action: dict[str, Any]) -> bool:
    return bool(action["actionTypeId"]["category"] == "Source")


def _repeated(names: Iterator[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
