"""`stop`: end an execution, after its running actions or at once."""

from collections.abc import Sequence

from pipectl.aws.cloud import Cloud
from pipectl.command import pipectl
from pipectl.errors import AwsError
from pipectl.runs.values import Execution
from pipectl.runs.verbs.act import Act, Senseless, end_of, short
from pipectl.runs.verbs.scene import Scene, scene


def stop(
    cloud: Cloud, pipeline: str, *, named: str | None = None, abandon: bool = False, reason: str | None = None
) -> Act:
    """Stop the named execution, else the newest that runs.

    Raises Senseless when none runs, and when a newer one was stopped just so: the same command twice must
    not stop two executions.
    """
    found = scene(cloud, pipeline, named)
    execution = _chosen(found)
    place = found.place(execution.id)
    details = {"abandon": abandon, "reason": reason, "place": place}
    if execution.status == "Stopped" or (execution.status == "Stopping" and not abandon):
        return Act("stop", pipeline, execution, changed=False, details=details, before=found.stages)
    changed = _send(cloud, pipeline, execution, abandon=abandon, reason=reason)
    return Act("stop", pipeline, execution, changed=changed, details=details, before=found.stages)


def _send(cloud: Cloud, pipeline: str, execution: Execution, *, abandon: bool, reason: str | None) -> bool:
    """Whether it was this call that stops it. Another one may come in between (DuplicatedStopRequest)."""
    said = {"reason": reason} if reason else {}
    try:
        cloud.call(
            "codepipeline",
            "stop_pipeline_execution",
            pipelineName=pipeline,
            pipelineExecutionId=execution.id,
            abandon=abandon,
            **said,
        )
    except AwsError as error:
        if error.code != "DuplicatedStopRequestException":
            raise
        return False
    return True


def _chosen(found: Scene) -> Execution:
    running = [each for each in found.executions if not each.ended]
    if not found.executions:
        raise Senseless(
            f"nothing runs in {found.pipeline}: it has never run", hint=f"{pipectl('start')} starts it"
        )
    newest = found.executions[0]
    if found.named and not running:
        if newest.status != "Stopped":
            raise _ended(newest)
        return newest
    if not running:
        raise Senseless(
            f"nothing runs in {found.pipeline}: execution {short(newest.id)} {end_of(newest)}",
            hint=f"{pipectl('start')} starts a new one",
            moment=newest.updated,
        )
    _refuse_second(found, running)
    return running[0]


def _refuse_second(found: Scene, running: Sequence[Execution]) -> None:
    newer = found.executions[: found.executions.index(running[0])]
    stopped = next((each for each in newer if each.status == "Stopped"), None)
    if stopped:
        there = found.place(running[0].id)
        raise Senseless(
            f"execution {short(stopped.id)} of {found.pipeline} was stopped",
            hint=f"{short(running[0].id)} runs{f' {there}' if there else ''}; "
            f"{pipectl('stop', '--execution', short(running[0].id))} stops that one",
            moment=stopped.updated,
        )


def _ended(execution: Execution) -> Senseless:
    return Senseless(
        f"execution {short(execution.id)} cannot be stopped: it {end_of(execution)}", moment=execution.updated
    )
