"""Actions with more or fewer artifacts than their provider takes."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions, error, key_error, written
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "artifact-count"


def check(spec: Spec) -> Iterator[Problem]:
    """Every action of a known provider (user guide, "reference-action-artifacts")."""
    for each in actions(spec):
        known = each.wire.provider
        if known is None:
            continue
        if each.wire.ambiguous:
            pass  # which input it is must be said first
        elif known.inputs[0] and not each.wire.inputs and each.action.inputs is None:
            if not written(spec, each.value_path("inputs")):
                yield _nothing_to_take(spec, each)
        else:
            yield from _count(spec, each, "inputs", len(each.wire.inputs), known.inputs)
        yield from _count(spec, each, "outputs", len(each.wire.outputs), known.outputs)


def _nothing_to_take(spec: Spec, each: PlacedAction) -> Problem:
    message = f"{each.name} needs an input, and no action before it has an output"
    return key_error(
        spec, each.path, RULE, message, "actions before it are those of earlier stages and lower `run_order`"
    )


def _count(
    spec: Spec, each: PlacedAction, key: str, found: int, bounds: tuple[int, int]
) -> Iterator[Problem]:
    least, most = bounds
    if least <= found <= most:
        return
    word = key if found != 1 else key.removesuffix("s")
    message = (
        f"{each.name} has {found or 'no'} {word}, but {each.action.provider} takes {_range(least, most)}"
    )
    names = ", ".join(getattr(each.wire, key))
    hint = f"here they are {names}" if found > 1 else None
    yield error(spec, each.value_path(key), RULE, message, hint)


def _range(least: int, most: int) -> str:
    if most == 0:
        return "none"
    return f"{least}" if least == most else f"{least} to {most}"
