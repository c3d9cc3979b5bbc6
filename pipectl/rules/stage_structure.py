"""Pipelines that CodePipeline refuses for their stages: too few, sources not first, nothing but sources."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions_of, error, key_error, pipelines, written
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "stage-structure"
FEWEST = 2


def check(spec: Spec) -> Iterator[Problem]:
    """Every pipeline (user guide, "reference-pipeline-structure")."""
    for name, block in pipelines(spec):
        path = ("codepipeline", name)
        found = len(block.stages)
        # Stages that are written and wrong are told by the grammar.
        if found < FEWEST and (found or not written(spec, (*path, "stages"))):
            message = f"pipeline {name} has {found or 'no'} stage{'' if found == 1 else 's'}"
            hint = "it needs at least 2: the sources, and one that does something with them"
            yield key_error(spec, (*path, "stages") if found else path, RULE, message, hint)
        for action in actions_of(name, block):
            yield from _source(spec, action)


def _source(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    category, first = each.wire.category, each.wire.stage_number == 0
    # What is known as no provider is told by its own rule, and may be a source.
    if category is None or (category == "Source") == first:
        return
    if first:
        message = f"{each.name} is no source, and the first stage has sources only"
        hint = f"move {each.action.provider} to a stage of its own behind it"
    else:
        message = f"{each.name} is a source, and sources are in the first stage only"
        hint = f"move it to stage `{each.block.stages[0].name}`"
    yield error(spec, each.value_path("provider"), RULE, message, hint)
