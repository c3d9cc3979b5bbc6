"""What runs, as values: executions, stages, their gates and actions, what waits, what is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipectl.runs import until
from pipectl.runs.unseen import Refused


@dataclass(frozen=True)
class Gate:
    """The inbound transition of a stage."""

    enabled: bool = True
    reason: str | None = None
    changed_by: str | None = None
    changed_at: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """When the hold shall end, where its reason says so."""
        return None if self.enabled else until.end(self.reason)

    def nears_thirty_days(self, now: datetime) -> bool:
        """Whether AWS will soon forget, or has forgotten, what waits before it (User guide, transitions)."""
        if self.enabled or self.changed_at is None:
            return False
        return now - self.changed_at > until.LONGEST - until.NEAR

    @property
    def why(self) -> str | None:
        """The reason without its end."""
        return self.reason if self.until is None else until.bare(self.reason)


@dataclass(frozen=True)
class Revision:
    """What a source action brought: a commit, an image digest, an object version; its first line."""

    id: str
    summary: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Execution:
    """One execution of a pipeline. `revision` and `message` are those of its first source action.

    `status`, `trigger`, `mode` and `type` are AWS' own words (docs/aws/codepipeline.md, 3.4 and 3.11).
    """

    id: str
    status: str | None = None
    revision: str | None = None
    message: str | None = None
    started: datetime | None = None
    updated: datetime | None = None
    trigger: str | None = None
    trigger_detail: str | None = None
    revisions: Mapping[str, Revision] = field(default_factory=dict)
    """By the name of the source action; empty until the source stage is done."""
    mode: str = "SUPERSEDED"
    type: str = "STANDARD"
    stop_reason: str | None = None
    rollback_target: str | None = None
    status_summary: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it has come to an end; a stage may still be retried."""
        return self.status not in (None, "InProgress", "Stopping")


@dataclass(frozen=True)
class ActionState:
    """One action. `status` is None when it never ran; `target` is what it works on, in one line."""

    name: str
    provider: str | None = None
    target: str | None = None
    status: str | None = None
    summary: str | None = None
    error: str | None = None
    revision: str | None = None
    url: str | None = None
    changed_at: datetime | None = None
    external_id: str | None = None
    service: tuple[str, str] | None = None
    """Cluster and service that the action deploys."""
    run: str | None = None
    """The id of the attempt; a retry makes a new one."""
    token: str | None = None
    """What an answer to an approval needs; None when none is asked for."""
    changed_by: str | None = None
    started: datetime | None = None
    """When its latest attempt began; only known where the attempts were asked for."""
    phase: str | None = None
    """Where a running build is, as `BUILD`; only known where builds were asked for."""
    log_line: str | None = None
    """The last line of a running build's log; only known where it was asked for."""


@dataclass(frozen=True)
class Condition:
    """A condition of a stage as it stands. `type` is `BEFORE_ENTRY`, `ON_SUCCESS` or `ON_FAILURE`."""

    type: str
    status: str | None = None
    summary: str | None = None


@dataclass(frozen=True)
class MissingBranch:
    """The branch that a source could not find. `url` is empty where AWS does not tell it."""

    repository: str
    branch: str
    url: str
    is_first: bool
    """Whether no execution ever had a commit, so that the first push is waited for."""


@dataclass(frozen=True)
class StageState:
    """One stage: the last execution that entered it, its gate, and what waits before the gate.

    `waiting` are those that enter when they may, the next one first: several in a QUEUED pipeline.
    """

    name: str
    status: str | None = None
    execution: str | None = None
    gate: Gate = field(default_factory=Gate)
    waiting: tuple[Execution, ...] = ()
    actions: tuple[ActionState, ...] = ()
    inbound: tuple[str, ...] = ()
    """The ids of all executions before the gate, also of those that were stopped there."""
    conditions: tuple[Condition, ...] = ()
    type: str | None = None
    """`ROLLBACK` when the execution in it is one."""
    entered: Execution | None = None
    """The execution in it with its commit, where that is known."""
    missing: MissingBranch | None = None
    """Set where its source failed because there is no such branch; a retry does not help then."""


@dataclass(frozen=True)
class Deployment:
    """One deployment of a service. `status` is `PRIMARY` for the newest, `ACTIVE` for what it replaces."""

    status: str
    revision: str
    """The task definition, as `rails-compose:5`."""
    desired: int = 0
    running: int = 0
    pending: int = 0
    failed: int = 0


@dataclass(frozen=True)
class ServiceState:
    """One ECS service that the pipeline deploys. Counts are None when it is not there, or not to be seen."""

    cluster: str
    service: str
    desired: int | None = None
    running: int | None = None
    rollout: str | None = None
    rollout_reason: str | None = None
    images: tuple[str, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    refused: tuple[Refused, ...] = ()
    """What AWS did not let us ask about it."""
    is_draining: bool = False
    """Whether it is being deleted, while its tasks still stop (API reference, Service)."""


@dataclass(frozen=True)
class Beside:
    """Another execution of a PARALLEL pipeline that runs; `stage` is None before its first action."""

    execution: Execution
    stage: str | None = None


@dataclass(frozen=True)
class PipelineState:
    """One pipeline as it is now. `execution` is the newest one; the stages of a PARALLEL pipeline are its."""

    pipeline: str
    region: str
    stages: tuple[StageState, ...]
    services: tuple[ServiceState, ...] = ()
    execution: Execution | None = None
    beside: tuple[Beside, ...] = ()
    refused: tuple[Refused, ...] = ()
    """What AWS did not let us ask, so that the picture has only a part."""
