"""It is under way: before a gate, behind another execution, at an approval, or at work."""

from itertools import islice
from statistics import median

from pipectl.facts import console
from pipectl.runs import actions
from pipectl.runs.actions import ActionRun
from pipectl.runs.parallel import RUNNING
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.scene import changed_at
from pipectl.runs.why.answers import Answer, Approval, Held, Queued, Running
from pipectl.runs.why.ended import cancelled
from pipectl.runs.why.sight import Sight

LOOKED_AT = 300
"""Actions, the newest first, from which it is told how long one usually takes."""


def waiting(sight: Sight, execution: Execution) -> Answer:
    """Where an unfinished execution is."""
    for stage in sight.stages:
        if execution.id in stage.inbound:
            return _outside(sight, stage)
    return _inside(sight, execution)


def _outside(sight: Sight, stage: StageState) -> Answer:
    before = sight.before(stage.name)
    since = changed_at(sight.stage(before)) if before else None
    if not stage.gate.enabled:
        return Held(stage.name, stage.gate, before, since)
    is_busy = stage.status in RUNNING and stage.execution
    behind = sight.execution(stage.execution) if is_busy and stage.execution else None
    return Queued(stage.name, behind, before, since)


def _inside(sight: Sight, execution: Execution) -> Answer:
    """By its actions: they are told also in PARALLEL mode, in which stages tell nothing."""
    runs = actions.of_execution(sight.cloud, sight.pipeline, execution.id)
    at_work = [run for run in runs if run.runs]
    work = [run for run in at_work if run.declared.category != "Approval"]
    stopping = execution.status == "Stopping"
    if at_work and not work and not stopping:
        return cancelled(sight, execution) if _is_void(sight, at_work[0]) else _approval(sight, at_work[0])
    if work:
        run = work[0]
        return Running(run.stage, run.name, run.started, _usual(sight, run), stopping)
    since = runs[-1].updated if runs else execution.started
    for stage in sight.stages:
        for condition in stage.conditions:
            if stage.execution == execution.id and condition.status in RUNNING:
                return Running(stage.name, since=since, stopping=stopping, condition=condition.type)
    return Running(runs[-1].stage if runs else sight.names[0], since=since, stopping=stopping)


def _is_void(sight: Sight, run: ActionRun) -> bool:
    """Whether an update of the pipeline took the approval back: only its stage tells, its execution goes on.

    Source: docs/aws/codepipeline.md, 2.3 (recorded).
    """
    if run.stage not in sight.names:
        return False
    return any(each.run == run.id and each.status == "Failed" for each in sight.stage(run.stage).actions)


def _approval(sight: Sight, run: ActionRun) -> Approval:
    """What the action says of itself (User guide, approvals)."""
    topic = run.configuration.get("NotificationArn")
    return Approval(
        stage=run.stage,
        action=run.name,
        since=run.started,
        topic=topic.rsplit(":", 1)[-1] if topic else None,
        link=run.configuration.get("ExternalEntityLink")
        or run.url
        or console.pipeline(sight.cloud.account.place, sight.pipeline),
        question=run.configuration.get("CustomData"),
    )


def _usual(sight: Sight, run: ActionRun) -> float | None:
    """The middle of how long the action took when it succeeded."""
    newest = islice(actions.recent(sight.cloud, sight.pipeline), LOOKED_AT)
    took = [
        row.seconds
        for row in newest
        if (row.stage, row.name, row.status) == (run.stage, run.name, "Succeeded")
    ]
    return median(took) if took else None
