"""What ran in a pipeline: its executions, the newest first, each page asked for when it is needed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from pipectl.aws.cloud import Cloud, find, for_each, side_by_side
from pipectl.runs import actions, executions
from pipectl.runs.actions import ActionRun
from pipectl.runs.declared import actions as declared_actions
from pipectl.runs.gate import no_such_stage
from pipectl.runs.live import deploying, live
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline
from pipectl.runs.stages import stage_state, stage_states
from pipectl.runs.values import Execution

Row = TypeVar("Row", Execution, ActionRun)
Say = Callable[[datetime], None]
"""Hears how far back it was looked."""

FAR = 1000
"""Rows between two words, where few of them may be wanted: ten pages, some seconds."""


@dataclass(frozen=True)
class InStage:
    """How an execution went in one stage, in AWS' words."""

    stage: str
    status: str
    started: datetime
    updated: datetime


@dataclass(frozen=True)
class Entry:
    """One execution with what is told of it. `live_in` are the stages in which it is the live one."""

    execution: Execution
    live_in: tuple[str, ...] = ()
    shown_in: tuple[str, ...] = ()
    """Those of `live_in` that deploy."""
    variables: Mapping[str, str] = field(default_factory=dict)
    in_stage: InStage | None = None


@dataclass(frozen=True)
class Wanted:
    """Which executions are wanted: at most so many, of a stage, since a moment, only those that failed."""

    most: int
    stage: str | None = None
    since: datetime | None = None
    only_failed: bool = False


@dataclass(frozen=True)
class _Pipeline:
    """What is read once for all entries."""

    live_in: Mapping[str, str]
    deploying: Sequence[str]
    has_variables: bool


def history(cloud: Cloud, pipeline: str, wanted: Wanted, say: Say = lambda _: None) -> Iterator[Entry]:
    """The wanted executions, the newest first, each as soon as it is found and all is known of it.

    AWS can only be asked for all: few that failed may stand on many pages, one after the other.
    """
    if wanted.stage:  # a name that is not there would be looked for through the whole history
        about = _about(cloud, pipeline, wanted.stage)
        first = _of_stage(cloud, pipeline, wanted, say)
    else:
        about, first = side_by_side([
            partial(_about, cloud, pipeline),
            partial(_first, cloud, pipeline, wanted, say),
        ])  # fmt: skip
    for page in _batches(islice(first, wanted.most), executions.PAGE if about.has_variables else 1):
        yield from _told(cloud, pipeline, about, page)


def _heard(rows: Iterable[Row], say: Say) -> Iterator[Row]:
    """The rows, with a word now and then."""
    for number, row in enumerate(rows, 1):
        if number % FAR == 0 and row.started:
            say(row.started)
        yield row


def _first(cloud: Cloud, pipeline: str, wanted: Wanted, say: Say) -> Iterator[Entry]:
    """The entries as far as the list tells them; its first page is asked for at once."""
    entries = _of_pipeline(cloud, pipeline, wanted, say)
    begun = list(islice(entries, 1))
    return (entry for part in (begun, entries) for entry in part)


def _of_pipeline(cloud: Cloud, pipeline: str, wanted: Wanted, say: Say) -> Iterator[Entry]:
    listed = executions.recent(cloud, pipeline, most=None if wanted.only_failed else wanted.most)
    for execution in _heard(listed, say) if wanted.only_failed else listed:
        if wanted.since and execution.started and execution.started < wanted.since:
            return
        if execution.status == "Failed" or not wanted.only_failed:
            yield Entry(execution)


def _of_stage(cloud: Cloud, pipeline: str, wanted: Wanted, say: Say) -> Iterator[Entry]:
    """By the actions of the stage, since only they tell who entered it; then the executions behind them."""
    known: dict[str, Execution] = {}
    listed = executions.recent(cloud, pipeline)
    for identity, in_stage in _entered(_heard(actions.recent(cloud, pipeline), say), str(wanted.stage)):
        if wanted.since and in_stage.started < wanted.since:
            return
        if wanted.only_failed and in_stage.status != "Failed":
            continue
        while identity not in known and (each := next(listed, None)):
            known[each.id] = each
        yield Entry(known.get(identity, Execution(identity)), in_stage=in_stage)


def _entered(rows: Iterable[ActionRun], stage: str) -> Iterator[tuple[str, InStage]]:
    """Every execution that was in the stage, once: its attempts there stand together, except in PARALLEL."""
    told: set[str] = set()
    group: list[ActionRun] = []
    for row in rows:
        if row.stage != stage or row.execution in told:
            continue
        if group and group[0].execution != row.execution:
            told.add(group[0].execution)
            yield group[0].execution, _in_stage(group)
            group = []
        group.append(row)
    if group:
        yield group[0].execution, _in_stage(group)


def _in_stage(rows: Sequence[ActionRun]) -> InStage:
    """From the last attempt of each action; `rows` are the newest first."""
    last: dict[str, ActionRun] = {}
    for row in rows:
        last.setdefault(row.name, row)
    statuses = {row.status for row in last.values()}
    status = next((each for each in ("InProgress", "Failed", "Abandoned") if each in statuses), "Succeeded")
    started, updated = min(row.started for row in rows), max(row.updated for row in rows)
    return InStage(rows[0].stage, "Stopped" if status == "Abandoned" else status, started, updated)


def _about(cloud: Cloud, pipeline: str, stage: str | None = None) -> _Pipeline:
    found, answer = side_by_side([
        partial(stage_states, cloud, pipeline),
        partial(find, NOT_THERE, cloud, "codepipeline", "get_pipeline", name=pipeline),
    ])  # fmt: skip
    if answer is None:
        raise no_such_pipeline(cloud, pipeline)
    names = [each["stageName"] for each in found]
    if stage is not None and stage not in names:
        raise no_such_stage(pipeline, stage, names)
    states = [stage_state(each, {}, {}) for each in found]
    declaration: Mapping[str, Any] = answer["pipeline"]
    return _Pipeline(
        live_in=live(cloud, pipeline, states),
        deploying=deploying(list(declared_actions(declaration, cloud.account.region))),
        has_variables=bool(declaration.get("variables")),
    )


def _told(cloud: Cloud, pipeline: str, about: _Pipeline, entries: Sequence[Entry]) -> Iterator[Entry]:
    """With where they are live and their variables, which only GetPipelineExecution tells."""
    variables: Sequence[Mapping[str, str]] = [{}] * len(entries)
    if about.has_variables:
        variables = for_each(partial(_variables, cloud, pipeline), [each.execution.id for each in entries])
    for entry, values in zip(entries, variables, strict=True):
        live_in = tuple(stage for stage, identity in about.live_in.items() if identity == entry.execution.id)
        shown_in = tuple(stage for stage in about.deploying if stage in live_in)
        yield replace(entry, live_in=live_in, shown_in=shown_in, variables=values)


def _variables(cloud: Cloud, pipeline: str, identity: str) -> Mapping[str, str]:
    answer = cloud.call(
        "codepipeline", "get_pipeline_execution", pipelineName=pipeline, pipelineExecutionId=identity
    )
    found = answer["pipelineExecution"].get("variables") or []
    return {each["name"]: each.get("resolvedValue", "") for each in found}


def _batches(entries: Iterator[Entry], size: int) -> Iterator[list[Entry]]:
    while batch := list(islice(entries, size)):
        yield batch
