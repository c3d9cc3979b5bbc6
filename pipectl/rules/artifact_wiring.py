"""Artifacts that nothing makes before they are taken, that two actions make, or that could be two."""

from collections.abc import Iterator, Mapping, Sequence

from pipectl.rules._tools import PlacedAction, actions_of, error, key_error, pipelines
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, did_you_mean, few, shown
from pipectl.spec.spec import Spec

RULE = "artifact-wiring"
Makers = Mapping[str, PlacedAction]


def check(spec: Spec) -> Iterator[Problem]:
    """Every pipeline (user guide, "reference-pipeline-structure")."""
    for name, block in pipelines(spec):
        found = actions_of(name, block)
        makers: dict[str, PlacedAction] = {}
        for each in found:
            for number, output in enumerate(each.wire.outputs):
                other = makers.setdefault(output, each)
                if other is not each:
                    yield _made_twice(spec, each, other, number, output)
        for each in found:
            yield from _inputs(spec, each, makers)
            yield from _ambiguous(spec, each)
        yield from _conditions(spec, name, found, makers)


def _made_twice(spec: Spec, each: PlacedAction, other: PlacedAction, number: int, output: str) -> Problem:
    message = f"{shown(output)} is made by {other.name} of stage `{other.wire.stage.name}` already"
    hint = "artifact names are unique in a pipeline; write `outputs: [...]`"
    return error(spec, (*each.path, "outputs", number), RULE, message, hint)


def _inputs(spec: Spec, each: PlacedAction, makers: Makers) -> Iterator[Problem]:
    for number, name in enumerate(each.action.inputs or ()):
        path = (*each.path, "inputs", number)
        yield from _taken(spec, path, name, each.turn, makers)
        if name in (each.action.inputs or ())[:number]:
            yield error(spec, path, RULE, f"{shown(name)} is taken twice", "take one of them out")


def _taken(spec: Spec, path: Path, name: str, turn: tuple[int, int], makers: Makers) -> Iterator[Problem]:
    maker = makers.get(name)
    if maker is None:
        before = [made for made, each in makers.items() if each.turn < turn]
        near = did_you_mean(name, before)
        hint = near or (f"it can take {few(before)}" if before else "no action before has an output")
        yield error(spec, path, RULE, f"no action makes {shown(name)}", hint)
    elif maker.turn >= turn:
        same = maker.turn[0] == turn[0]
        message = f"{shown(name)} is made by {maker.name}, which does not run before"
        later = f"give this one a `run_order` above {maker.turn[1]}"
        hint = later if same and turn[1] else "only what runs before can be taken"
        yield error(spec, path, RULE, message, hint)


def _ambiguous(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    if each.wire.ambiguous:
        message = f"{each.name} could take {' or '.join(dict.fromkeys(each.wire.ambiguous))}"
        hint = f"say which: `inputs: [{each.wire.ambiguous[0]}]`"
        yield key_error(spec, each.path, RULE, message, hint)


def _conditions(
    spec: Spec, pipeline: str, found: Sequence[PlacedAction], makers: Makers
) -> Iterator[Problem]:
    """What rules of conditions take: before the entry only what earlier stages made."""
    stages = {each.wire.stage_number: each.wire.stage for each in found}
    for number, stage in stages.items():
        for key, turn in (
            ("before_entry", (number, 0)),
            ("on_success", (number + 1, 0)),
            ("on_failure", (number + 1, 0)),
        ):
            condition = getattr(stage, key)
            for place, rule in enumerate((condition.rules if condition else None) or ()):
                for index, name in enumerate(rule.inputs):
                    path = ("codepipeline", pipeline, "stages", number, key, "rules", place, "inputs", index)
                    yield from _taken(spec, path, name, turn, makers)
