"""The short form: what may be left out without another meaning is left out, and the kinds are the judges."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from pipectl.arrive.compiled import Designed, designed, spec_of
from pipectl.aws.account import Account
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.providers import PROVIDERS
from pipectl.kinds.wiring import wired
from pipectl.spec.places import Path

Values = dict[str, Any]
OF_ACTION = ("name", "category", "poll", "inputs", "outputs")


def shortened(values: Values, account: Account) -> Values:
    """The same system in fewer words."""
    values = _without_absent_breakers(values, account)
    meaning = designed(values, account)
    if meaning is None:
        return values
    return _short(values, list(_candidates(values)), meaning, account)


def _without_absent_breakers(values: Values, account: Account) -> Values:
    """Without `circuit_breaker: false` at services that have none by default: no ECS action deploys them."""
    paths = list(_breakers(values, wanted=False))
    unsaid = designed(without(values, paths), account) or {}
    return without(values, [path for path in paths if not _breaks(unsaid, f"{path[1]}/{path[3]}")])


def _breakers(values: Values, *, wanted: bool) -> Iterator[Path]:
    """Where a circuit breaker is said to be wanted or not; all of `deployment` where that is all it says."""
    for cluster, block in values.get("ecs", {}).items():
        for name, service in (block.get("services") or {}).items():
            deployment = service.get("deployment") or {}
            if deployment.get("circuit_breaker") is wanted:
                path = ("ecs", cluster, "services", name, "deployment")
                yield path if len(deployment) == 1 else (*path, "circuit_breaker")


def _breaks(meaning: Designed, name: str) -> bool:
    found = meaning.get(("ecs service", name))
    request = found.request.get("service", {}) if found else {}
    return "deploymentCircuitBreaker" in request.get("deploymentConfiguration", {})


def _short(values: Values, paths: Sequence[Path], meaning: Designed, account: Account) -> Values:
    """All of the paths at once when that means the same, else each half by itself."""
    if not paths:
        return values
    shorter = without(values, paths)
    if designed(shorter, account) == meaning:
        return shorter
    if len(paths) == 1:
        return values
    half = len(paths) // 2
    return _short(_short(values, paths[:half], meaning, account), paths[half:], meaning, account)


def without(values: Values, paths: Sequence[Path]) -> Values:
    """A copy without these keys."""
    left = copy.deepcopy(values)
    for path in paths:
        inside: Any = left
        for part in path[:-1]:
            inside = inside[part]
        inside.pop(path[-1], None)
    return left


def _candidates(values: Values) -> Iterator[Path]:
    """What follows from other words."""
    for name, project in values.get("codebuild", {}).items():
        yield from (
            ("codebuild", name, key)
            for key in ("environment_type", "compute", "repository")
            if key in project
        )
    yield from _breakers(values, wanted=True)
    for key in OF_ACTION:
        yield from _of_actions(values, key)


def _of_actions(values: Values, key: str) -> Sequence[Path]:
    """Where a key of actions is what it would be without being said; that of no other action matters."""
    paths = [
        (*("codepipeline", name, "stages", number, "actions", place), key)
        for name, pipeline in values.get("codepipeline", {}).items()
        for number, stage in enumerate(pipeline.get("stages", []))
        for place, action in enumerate(stage["actions"])
        if _may_go(key, action)
    ]
    if key == "poll":
        return paths
    said, unsaid = _wires(values), _wires(without(values, paths))
    return [path for path in paths if said[path[:-1]] == unsaid[path[:-1]]]


def _wires(values: Values) -> dict[Path, tuple[Any, ...]]:
    """What is known of every action, by its place."""
    return {
        ("codepipeline", name, "stages", wire.stage_number, "actions", wire.action_number): (
            (wire.name, wire.category, wire.inputs, wire.outputs)
        )
        for name, block in spec_of(values).all(Pipeline).items()
        for wire in wired(block)
    }


def _may_go(key: str, action: Values) -> bool:
    """The category of a provider that pipectl does not know must be said (rule `provider`)."""
    known = action["provider"] in PROVIDERS and action.get("owner", "AWS") == "AWS"
    return key in action and (key != "category" or known)
