"""The `batch` block of a buildspec: the builds of a batch (user guide, "Batch build buildspec reference")."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.buildspec import words
from pipectl.facts.codebuild_names import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipectl.buildspec.text import Path

KINDS = ("build-graph", "build-list", "build-matrix", "build-fanout")
ENVIRONMENT = {
    "compute-type": "computeType",
    "image": "image",
    "type": "type",
    "privileged-mode": "privilegedMode",
}
"""Keys of a task's `env`, and the members of a build's environment that they replace."""


@dataclass(frozen=True)
class Task:
    """One build of a batch."""

    identifier: str
    buildspec: str | None = None
    environment: dict[str, Any] = field(default_factory=dict)
    """Members of a build's environment, as StartBuild would override them."""
    variables: dict[str, str] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    ignores_failure: bool = False
    is_in_graph: bool = False


@dataclass(frozen=True)
class Batch:
    """All builds of a batch."""

    tasks: tuple[Task, ...]
    fails_fast: bool = False


def faults(values: Any) -> Iterator[tuple[Path, str]]:
    """What CodeBuild cannot run in the `batch` block, each with its place; the sentences are inferred."""
    block = values.get("batch") if isinstance(values, dict) else None
    if not isinstance(block, dict) or not block:
        yield ("batch",), "the buildspec has no batch of builds"
        return
    kinds = [kind for kind in KINDS if block.get(kind)]
    if len(kinds) != 1:
        yield ("batch",), f"a batch has one of {', '.join(KINDS)}"
        return
    kind = kinds[0]
    path: Path = ("batch", kind)
    if kind == "build-fanout":
        yield path, "the local AWS does not split tests over builds (build-fanout)"
    elif kind == "build-matrix":
        if not isinstance(block[kind], dict) or not _combinations(block[kind].get("dynamic")):
            yield path, "a build-matrix has `dynamic` values"
    elif not isinstance(block[kind], list) or not all(isinstance(task, dict) for task in block[kind]):
        yield path, f"{kind} is a list of builds"
    else:
        yield from _task_faults(block[kind], path, is_graph=kind == "build-graph")


def read(values: Mapping[str, Any]) -> Batch:
    """The batch of a buildspec in which `faults` finds nothing."""
    block = values["batch"]
    fails_fast = _flag(block.get("fast-fail"))
    if block.get("build-matrix"):
        return Batch(tuple(_matrix(block["build-matrix"])), fails_fast)
    is_graph = bool(block.get("build-graph"))
    tasks = block.get("build-graph") or block["build-list"]
    return Batch(tuple(_task(task, number, is_graph) for number, task in enumerate(tasks)), fails_fast)


def _task_faults(tasks: list[dict[str, Any]], path: Path, *, is_graph: bool) -> Iterator[tuple[Path, str]]:
    names = [str(task.get("identifier") or "") for task in tasks]
    for number, (task, name) in enumerate(zip(tasks, names, strict=True)):
        here = (*path, number)
        if not name and is_graph:
            yield here, "a build of a build-graph has an `identifier`"
        elif name and not IDENTIFIER.fullmatch(name):
            yield (*here, "identifier"), f"{name} is no identifier: letters, digits and `_` only"
        elif name and names.index(name) != number:
            yield (*here, "identifier"), f"the identifier {name} is there twice"
        for other in _list(task.get("depend-on")):
            if other not in names:
                yield (*here, "depend-on"), f"{name} depends on {other}, which is no build of the batch"
    if is_graph and _has_circle({name: _list(task.get("depend-on")) for name, task in zip(names, tasks)}):  # noqa: B905  as long as each other
        yield path, "the builds of the build-graph depend on each other in a circle"


def _has_circle(needs: dict[str, list[str]]) -> bool:
    """Whether some builds can never start; names that are no builds are passed over."""
    left = {name: {other for other in others if other in needs} for name, others in needs.items()}
    while ready := [name for name, others in left.items() if not others]:
        for name in ready:
            del left[name]
        for others in left.values():
            others.difference_update(ready)
    return bool(left)


def _task(block: Mapping[str, Any], number: int, is_graph: bool) -> Task:
    environment = block.get("env") or {}
    return Task(
        identifier=str(block.get("identifier") or f"build{number}"),
        buildspec=_text(block.get("buildspec")),
        environment=_environment(environment),
        variables=_variables(environment.get("variables")),
        depends_on=tuple(_list(block.get("depend-on"))),
        ignores_failure=_flag(block.get("ignore-failure")),
        is_in_graph=is_graph,
    )


def _matrix(block: Mapping[str, Any]) -> Iterator[Task]:
    """A build for each combination of the dynamic values; that they are called build0, ... is inferred."""
    static = block.get("static") or {}
    fixed = static.get("env") or {}
    for number, values in enumerate(_combinations(block.get("dynamic"))):
        variables = {name[1]: value for name, value in values.items() if isinstance(name, tuple)}
        own = {name: value for name, value in values.items() if not isinstance(name, tuple)}
        yield Task(
            identifier=f"build{number}",
            buildspec=_text(own.pop("buildspec", None)) or _text(static.get("buildspec")),
            environment=_environment(fixed) | _environment(own),
            variables=_variables(fixed.get("variables")) | _variables(variables),
            ignores_failure=_flag(static.get("ignore-failure")),
        )


def _combinations(dynamic: Any) -> list[dict[Any, Any]]:
    """All combinations of lists, in the order of the guide: buildspecs, environments, variables."""
    if not isinstance(dynamic, dict):
        return []
    environment = dynamic.get("env") or {}
    axes: dict[Any, list[Any]] = {"buildspec": _values(dynamic.get("buildspec"))}
    axes |= {key: _values(environment.get(key)) for key in ENVIRONMENT}
    variables = environment.get("variables")
    if isinstance(variables, dict):
        axes |= {("variable", str(name)): _values(value) for name, value in variables.items()}
    axes = {key: values for key, values in axes.items() if values}
    if not axes:
        return []
    return [dict(zip(axes, chosen, strict=True)) for chosen in itertools.product(*axes.values())]


def _environment(block: Mapping[str, Any]) -> dict[str, Any]:
    members = {member: block[key] for key, member in ENVIRONMENT.items() if block.get(key) is not None}
    if "privilegedMode" in members:
        members["privilegedMode"] = _flag(members["privilegedMode"])
    return members


def _variables(value: Any) -> dict[str, str]:
    found = value if isinstance(value, dict) else {}
    return {str(name): "" if part is None else str(part) for name, part in found.items()}


def _values(value: Any) -> list[Any]:
    listed = value if isinstance(value, list) else [value]
    return [part for part in listed if part is not None]


def _list(value: Any) -> list[str]:
    return [str(part) for part in _values(value)]


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _flag(value: Any) -> bool:
    return str(value).lower() in words.TRUE
