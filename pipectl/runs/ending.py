"""How an execution ended, and why; and whether the services really run what it made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each, side_by_side
from pipectl.facts import denials
from pipectl.runs import executions
from pipectl.runs.actions import ActionRun, of_execution
from pipectl.runs.failures import BAD
from pipectl.runs.first_push import is_missing, of_run
from pipectl.runs.parallel import RUNNING
from pipectl.runs.stages import failed_condition, stage_state, stage_states
from pipectl.runs.values import Condition, Execution, MissingBranch, StageState

REMEMBERED = 20
SUCCEEDED = "Succeeded"
STOPPING = "Stopping"
SLACK = timedelta(seconds=2)
"""Clocks of two services differ, and moments are told to the second."""


@dataclass(frozen=True)
class Deployed:
    """What an ECS service runs after an execution deployed to it.

    `made` says whether it is the revision that the execution made.
    """

    cluster: str
    service: str
    made: bool
    revision: str | None = None
    rollout: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Ending:
    """How an execution ended. `status` is AWS's word, `InProgress` or `Stopping` when the time was over."""

    execution: Execution
    status: str
    place: str | None = None
    """The stage in which it was, or failed; None when it ended between two stages."""
    before: str | None = None
    """The stage before which it still waits."""
    failed: tuple[ActionRun, ...] = ()
    condition: Condition | None = None
    """The condition that failed it, where no action did."""
    services: tuple[Deployed, ...] = ()
    missing: MissingBranch | None = None
    """The branch that its source did not find."""
    logs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the attempt of a failed action: the log lines that matter. Empty where nobody asked for them."""
    successor: Execution | None = None
    """The execution that superseded it, or the rollback that followed it."""

    @property
    def ended(self) -> bool:
        """Whether it has come to an end."""
        return self.status not in RUNNING

    @property
    def good(self) -> bool:
        """Whether it succeeded, and the services run what it made."""
        return self.status == SUCCEEDED and all(each.made and _stands(each) for each in self.services)

    def reached(self, aim: str) -> bool:
        """Whether it ended with this status; as a success only if the services run what it made."""
        return self.good if aim == SUCCEEDED else self.status == aim

    @property
    def denied(self) -> bool:
        """Whether all that failed was refused for a missing permission, as far as AWS says."""
        texts = [f"{run.error or ''} {run.summary or ''}" for run in self.failed]
        return bool(texts) and all(map(denials.is_denial, texts))

    @property
    def replaced(self) -> tuple[Deployed, ...]:
        """The services that run something else, or whose rollout failed."""
        return tuple(each for each in self.services if not (each.made and _stands(each)))


def _stands(deployed: Deployed) -> bool:
    return deployed.rollout in (None, "COMPLETED")


def is_settled(end: Ending) -> bool:
    """Whether nothing more is to be seen: a rollout of the execution's own revision may still go on."""
    return not any(each.made and each.rollout == "IN_PROGRESS" for each in end.services)


def ending(cloud: Cloud, pipeline: str, execution: str, status: str) -> Ending:
    """Why an execution ended so, with the actions that failed, what came after it and what is deployed."""
    runs, newest, ended_in = side_by_side([
        partial(of_execution, cloud, pipeline, execution),
        partial(_newest, cloud, pipeline),
        partial(_ended_in, cloud, pipeline, execution, status),
    ])  # fmt: skip
    latest: Sequence[ActionRun] = list({(run.stage, run.name): run for run in runs}.values())
    failed = tuple(run for run in latest if run.status == "Failed") if status == "Failed" else ()
    known = next((each for each in newest if each.id == execution), Execution(execution, status))
    return Ending(
        execution=known,
        status=status,
        place=ended_in.name if ended_in else _place(status, latest),
        failed=failed,
        missing=_missing(cloud, failed, newest),
        condition=failed_condition(ended_in) if ended_in and status == "Failed" and not failed else None,
        services=tuple(_deployed(cloud, latest)) if status == SUCCEEDED else (),
        successor=_successor(known, status, newest),
    )


def _missing(cloud: Cloud, failed: Iterable[ActionRun], newest: Sequence[Execution]) -> MissingBranch | None:
    run = next((each for each in failed if is_missing(each.provider, each.error)), None)
    if run is None:
        return None
    return replace(of_run(cloud, run), is_first=not any(each.revisions for each in newest))


def _ended_in(cloud: Cloud, pipeline: str, execution: str, status: str) -> StageState | None:
    """The stage in which it came to a bad end, where that is still told."""
    if status not in BAD:
        return None
    stages = [stage_state(state, {}, {}) for state in stage_states(cloud, pipeline)]
    return next((each for each in stages if each.execution == execution and each.status in BAD), None)


def _place(status: str, latest: Sequence[ActionRun]) -> str | None:
    """Where its actions say that it ended; a stage tells only of the execution that was last in it."""
    there = latest if status == SUCCEEDED else [run for run in latest if run.status != SUCCEEDED]
    return there[-1].stage if there else None


def _newest(cloud: Cloud, pipeline: str) -> list[Execution]:
    return list(executions.recent(cloud, pipeline, most=REMEMBERED))


def _successor(execution: Execution, status: str, newest: Sequence[Execution]) -> Execution | None:
    """The oldest of the newer ones that fits: it overtook this one, or rolls back what it did."""
    index = next((number for number, each in enumerate(newest) if each.id == execution.id), 0)
    newer = list(reversed(newest[:index]))
    if status == "Superseded":
        return next((each for each in newer if each.type != "ROLLBACK"), None)
    if status == "Failed":
        # The detail names the execution that failed (inferred); a rollback of another one would name that.
        return next(
            (
                each
                for each in newer
                if each.trigger == "AutomatedRollback" and (each.trigger_detail or "").endswith(execution.id)
            ),
            None,
        )
    return None


def _deployed(cloud: Cloud, runs: Iterable[ActionRun]) -> list[Deployed]:
    """The services that ECS actions deployed, each looked at now."""
    deploys = [run for run in runs if run.declared.service and run.status == SUCCEEDED]
    return for_each(partial(_service, cloud), deploys)


def _service(cloud: Cloud, run: ActionRun) -> Deployed:
    cluster, name = run.declared.service or ("", "")
    answer = find(
        ["ClusterNotFoundException"], cloud, "ecs", "describe_services", cluster=cluster, services=[name]
    )
    found = [each for each in (answer or {}).get("services", []) if each["status"] == "ACTIVE"]
    if not found:
        return Deployed(cluster, name, made=False)
    primary: Mapping[str, Any] = next(
        (each for each in found[0].get("deployments") or [] if each["status"] == "PRIMARY"), found[0]
    )
    revision = primary["taskDefinition"]
    made = primary.get("id") == run.external_id or _made_by(cloud, run, revision)
    return Deployed(
        cluster=cluster,
        service=name,
        made=made,
        revision=revision.rpartition("/")[2],
        rollout=primary.get("rolloutState"),
        reason=primary.get("rolloutStateReason"),
    )


def _made_by(cloud: Cloud, run: ActionRun, revision: str) -> bool:
    """Whether the revision was registered while the action ran.

    The action registers a new one each time (User guide, ECS action); a rollback of ECS' circuit breaker, or
    of a person, makes an older one primary.
    """
    answer = cloud.call("ecs", "describe_task_definition", taskDefinition=revision)
    registered: datetime | None = answer["taskDefinition"].get("registeredAt")
    return registered is not None and run.started <= registered <= run.updated + SLACK
