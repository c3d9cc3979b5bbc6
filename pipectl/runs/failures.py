"""What has failed in a pipeline as it stands: for the exit code of whoever has shown it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipectl.runs.values import Execution, PipelineState, StageState

BAD = ("Failed", "Stopped", "Cancelled")
"""How an execution or a stage ends that has not done what it should (AWS's words)."""
ROLLOUT_FAILED = "FAILED"


@dataclass(frozen=True)
class Failure:
    """An execution that ended so, in a stage where that is known; or a service whose rollout failed."""

    status: str
    execution: str | None = None
    stage: str | None = None
    service: str | None = None


def failures(
    state: PipelineState, executions: Sequence[Execution], watched: Collection[str]
) -> tuple[Failure, ...]:
    """What stands as failed: stages, the newest execution, of a PARALLEL pipeline all that were watched.

    A pipeline that waits for its first push has not failed. What failed before something newer went through
    the same stage well is over.
    """
    if any(stage.missing and stage.missing.is_first for stage in state.stages):
        return ()
    found = [*_stages(state.stages), *_executions(state, executions, watched), *_services(state)]
    by_execution = {(failure.execution, failure.service): failure for failure in reversed(found)}
    return tuple(reversed(by_execution.values()))


def _stages(stages: Iterable[StageState]) -> Iterator[Failure]:
    for stage in stages:
        if stage.status in BAD:
            yield Failure(stage.status, stage.execution, stage.name)


def _executions(
    state: PipelineState, executions: Sequence[Execution], watched: Collection[str]
) -> Iterator[Failure]:
    newest = state.execution
    parallel = [each for each in executions if each.mode == "PARALLEL" and each.id in watched]
    for execution in [*([newest] if newest else []), *parallel]:
        if execution.status in BAD:
            yield Failure(execution.status, execution.id)


def _services(state: PipelineState) -> Iterator[Failure]:
    """Only services that the pipeline has deployed: one of a pipeline that never did is not its failure."""
    deployed = {
        action.service
        for stage in state.stages
        for action in stage.actions
        if action.service and action.status == "Succeeded"
    }
    for service in state.services:
        target = (service.cluster, service.service)
        if service.rollout == ROLLOUT_FAILED and target in deployed:
            yield Failure(ROLLOUT_FAILED.capitalize(), service="/".join(target))
