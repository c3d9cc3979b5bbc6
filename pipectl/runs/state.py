"""What runs in pipelines, stage by stage, as values: a few reads side by side, for `status`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, side_by_side
from pipectl.runs.declared import Declaration, Declared, actions
from pipectl.runs.executions import execution
from pipectl.runs.first_push import urls_of, with_missing_branches
from pipectl.runs.parallel import beside, entered, is_parallel, newest_runs
from pipectl.runs.pipelines import NOT_THERE
from pipectl.runs.services import Target, services
from pipectl.runs.stages import stage_state, stage_states
from pipectl.runs.unseen import Refused, Unseen
from pipectl.runs.values import Execution, PipelineState, ServiceState, StageState

REMEMBERED = 100
"""Executions that are looked at for a commit: the most of one ListPipelineExecutions (API reference)."""


def state(cloud: Cloud, region: str, pipeline: str, declaration: Declaration | None = None) -> PipelineState:
    """One pipeline. Without its declaration it takes one call more, and the services wait for it."""
    return states(cloud, region, {pipeline: declaration})[0]


def states(cloud: Cloud, region: str, pipelines: Mapping[str, Declaration | None]) -> list[PipelineState]:
    """Several pipelines of one Region. Everything is asked side by side; a cluster is asked once.

    Only the stages must be seen; of the rest it is told what AWS refused.
    """
    unseen = {name: Unseen() for name in pipelines}
    declared = {name: list(actions(each, region)) for name, each in pipelines.items() if each is not None}
    undeclared = [name for name in pipelines if name not in declared]
    targets = [action.service for each in declared.values() for action in each if action.service]
    calls: list[Callable[[], Any]] = [
        partial(services, cloud, targets),  # first, like what is looked up: a second answer follows there
        *(partial(_look_up, cloud, region, name, unseen[name]) for name in undeclared),
        *(partial(stage_states, cloud, name) for name in pipelines),
        *(partial(_newest, cloud, name, unseen[name]) for name in pipelines),
    ]
    of_targets, *answers = side_by_side(calls)
    looked_up, answers = answers[: len(undeclared)], answers[len(undeclared) :]
    stages, executions = answers[: len(pipelines)], answers[len(pipelines) :]
    running: dict[Target, ServiceState] = dict(of_targets)
    for name, (found, more) in zip(undeclared, looked_up, strict=True):
        declared[name] = found
        running.update(more)
    found = [
        _pipeline(name, each, known, declared[name], running, region=region)
        for name, each, known in zip(pipelines, stages, executions, strict=True)
    ]
    urls = urls_of(cloud, [each.stages for each in found])
    found = [
        replace(each, stages=with_missing_branches(each.stages, ran, urls))
        for each, ran in zip(found, executions, strict=True)
    ]
    told = zip(found, executions, strict=True)
    apart = side_by_side(
        [partial(_told_apart, cloud, each, known, unseen[each.pipeline]) for each, known in told]
    )
    return [replace(each, refused=refused(each.services, unseen[each.pipeline])) for each in apart]


def refused(services: Iterable[ServiceState], unseen: Unseen) -> tuple[Refused, ...]:
    """What AWS did not let us ask about a pipeline and its services."""
    return tuple(sorted({*unseen.refused, *(call for each in services for call in each.refused)}))


def _told_apart(
    cloud: Cloud, state: PipelineState, executions: Sequence[Execution], unseen: Unseen
) -> PipelineState:
    """A PARALLEL pipeline as its newest execution went through it, which takes one call more."""
    if not is_parallel(executions):
        return state
    runs = unseen.ask(partial(newest_runs, cloud, state.pipeline)) or []
    stages = entered(state.stages, executions[0].id, runs)
    return replace(state, stages=stages, beside=beside(executions, runs))


def _newest(cloud: Cloud, name: str, unseen: Unseen) -> list[Execution]:
    """The newest executions first; none for a pipeline that is not there: that is told by its stages."""
    answer = unseen.ask(
        partial(
            find,
            NOT_THERE,
            cloud,
            "codepipeline",
            "list_pipeline_executions",
            pipelineName=name,
            maxResults=REMEMBERED,
        )
    )
    return [execution(each) for each in (answer or {}).get("pipelineExecutionSummaries", [])]


def _look_up(
    cloud: Cloud, region: str, name: str, unseen: Unseen
) -> tuple[list[Declared], dict[Target, ServiceState]]:
    """The declaration from AWS, and then the services that it names."""
    answer = unseen.ask(partial(find, NOT_THERE, cloud, "codepipeline", "get_pipeline", name=name))
    found = list(actions(answer["pipeline"], region)) if answer else []
    return found, services(cloud, _targets(found))


def _targets(declared: Iterable[Declared]) -> list[Target]:
    return [action.service for action in declared if action.service]


def _pipeline(
    name: str,
    stages: Sequence[Mapping[str, Any]],
    executions: Sequence[Execution],
    declared: Sequence[Declared],
    running: Mapping[Target, ServiceState],
    *,
    region: str,
) -> PipelineState:
    known = {each.id: each for each in executions}
    by_name = {(action.stage, action.action): action for action in declared}
    told = tuple(stage_state(stage, known, by_name) for stage in stages)
    return PipelineState(
        pipeline=name,
        region=region,
        stages=told,
        services=tuple(running[target] for target in dict.fromkeys(_targets(declared))),
        execution=next(iter(executions), None) or newest_in(told),
    )


def newest_in(stages: Sequence[StageState]) -> Execution | None:
    """The newest execution as far as the stages tell it, where the list of them must not be seen."""
    first = next(iter(stages), StageState(""))
    identity = next(reversed(first.inbound), first.execution)
    return Execution(identity) if identity else None
