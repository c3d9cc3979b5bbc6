"""What the service remembers: pipelines with their versions, and what ran in them.

Everything here is touched only under the world's lock.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Shape = dict[str, Any]

SUPERSEDED, QUEUED, PARALLEL = "SUPERSEDED", "QUEUED", "PARALLEL"
RUNNING = frozenset({"InProgress", "Stopping"})


def new_id() -> str:
    """Make an id as the service makes them: a UUID in lower case."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Revision:
    """What a source action found."""

    id: str
    created: datetime | None  # None where AWS does not tell it, of S3 (recorded: docs/aws/codepipeline.md, 4)
    summary: str | None = None
    url: str | None = None
    change_id: str | None = None  # what PutActionRevision and job workers give


@dataclass(frozen=True)
class Location:
    """Where an artifact lies."""

    bucket: str
    key: str
    region: str


@dataclass(frozen=True)
class Artifact:
    """A zip file that an action produced, and the source revision when a source did."""

    name: str
    location: Location
    revision: Revision | None = None
    full_clone: bool = False  # CODEBUILD_CLONE_REF: a reference that only CodeBuild can use


@dataclass(frozen=True)
class Problem:
    """Why an action or rule failed; the code is one of FailureType."""

    message: str
    code: str = "JobFailed"


@dataclass
class ActionRun:
    """One attempt of one action in one execution."""

    stage: str
    declaration: Shape
    started: datetime
    updated: datetime
    id: str = field(default_factory=new_id)
    status: str = "InProgress"
    updated_by: str | None = None
    resolved: dict[str, str] = field(default_factory=dict)
    inputs: list[Artifact] = field(default_factory=list)
    outputs: list[Artifact] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    revision: Revision | None = None
    summary: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    entity_url: str | None = None
    percent: int | None = None
    problem: Problem | None = None
    token: str | None = None
    withdrawn: bool = False  # an approval that an update of the pipeline took back
    log_stream: str | None = None
    targets: list[Shape] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The action's name."""
        return str(self.declaration["name"])

    @property
    def is_decided(self) -> bool:
        """Whether it is an approval that somebody has approved or rejected."""
        return self.updated_by is not None


@dataclass
class RuleRun:
    """One attempt of one rule of a condition."""

    stage: str
    declaration: Shape
    started: datetime
    updated: datetime
    id: str = field(default_factory=new_id)
    status: str = "InProgress"
    resolved: dict[str, str] = field(default_factory=dict)
    summary: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    entity_url: str | None = None
    percent: int | None = None
    problem: Problem | None = None


@dataclass
class ConditionRun:
    """One look at the condition in front of, after, or at the failure of a stage."""

    kind: str  # beforeEntry, onSuccess, onFailure
    result: str
    updated: datetime
    status: str = "InProgress"
    summary: str | None = None
    rules: list[RuleRun] = field(default_factory=list)


@dataclass
class StageRun:
    """One execution in one stage, with all its attempts."""

    execution: str
    stage: str
    declaration: Shape
    started: datetime
    type: str = "STANDARD"
    retried: datetime | None = None
    status: str = "InProgress"
    actions: list[ActionRun] = field(default_factory=list)  # of the current attempt
    earlier: list[ActionRun] = field(default_factory=list)  # of attempts before a retry
    conditions: dict[str, ConditionRun] = field(default_factory=dict)
    rules: list[RuleRun] = field(default_factory=list)
    automatic_retries: int = 0
    manual_retries: int = 0
    retry_trigger: str | None = None
    attempt: list[str] = field(default_factory=list)  # actions that are yet to start

    def latest(self) -> dict[str, ActionRun]:
        """The newest attempt of each action that ever started."""
        return {run.name: run for run in self.actions}

    def running(self) -> list[ActionRun]:
        """The actions that are in progress."""
        return [run for run in self.actions if run.status == "InProgress"]


@dataclass
class Execution:
    """One run through a pipeline."""

    declaration: Shape
    started: datetime
    updated: datetime
    trigger_type: str
    trigger_detail: str | None
    id: str = field(default_factory=new_id)
    status: str = "InProgress"
    summary: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Shape] = field(default_factory=dict)
    type: str = "STANDARD"
    rollback_target: str | None = None
    stages: dict[str, StageRun] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    sources: dict[str, Revision] = field(default_factory=dict)  # by name of the source action
    produced: dict[str, dict[str, str]] = field(default_factory=dict)  # variables by namespace
    position: int = 0
    waiting: bool = False
    expired: bool = False  # it waited before a transition that was closed for more than 30 days
    stop: str | None = None  # "wait" or "abandon"
    stop_reason: str | None = None
    outdated: bool = False  # the declaration was updated while it ran
    attempt: int = 1  # it rises with every retry of a stage
    retried: datetime | None = None

    @property
    def version(self) -> int:
        """The version of the pipeline that it runs."""
        return int(self.declaration["version"])

    @property
    def mode(self) -> str:
        """The execution mode under which it started."""
        return str(self.declaration["executionMode"])

    @property
    def stage(self) -> Shape:
        """The declaration of the stage in or before which it is."""
        stage: Shape = self.declaration["stages"][self.position]
        return stage


@dataclass(frozen=True)
class GateState:
    """One side of a stage: whether runs may pass, and who changed that, when and why."""

    enabled: bool = True
    changed_by: str | None = None
    changed_at: datetime | None = None
    reason: str | None = None
    closed_since: datetime | None = None


@dataclass(frozen=True)
class Version:
    """One structure of a pipeline."""

    declaration: Shape
    at: datetime


@dataclass
class Polled:
    """What the polling of a source action has seen."""

    source: dict[str, str]  # its configuration without the switch of polling
    revision: str | None = None
    problem: Problem | None = None
    changed: datetime | None = None  # when the problem came up


@dataclass
class Pipeline:
    """A pipeline with its history."""

    arn: str
    versions: list[Version]
    tags: dict[str, str] = field(default_factory=dict)
    gates: dict[tuple[str, str], GateState] = field(default_factory=dict)  # (stage, Inbound | Outbound)
    executions: list[Execution] = field(default_factory=list)  # oldest first
    latest: dict[str, StageRun] = field(default_factory=dict)  # the last run of each stage
    revisions: dict[tuple[str, str], Revision] = field(default_factory=dict)  # of (stage, source action)
    polled: dict[str, Polled] = field(default_factory=dict)  # by name of the source action
    start_tokens: dict[str, str] = field(default_factory=dict)  # the execution by token
    polling_disabled: datetime | None = None  # when polling ended because nothing ran for long
    deleted: bool = False

    @property
    def declaration(self) -> Shape:
        """The structure in force."""
        return self.versions[-1].declaration

    @property
    def active(self) -> datetime:
        """When it was last of use: an execution moved, or a structure came into force."""
        return max([self.versions[-1].at, *(execution.updated for execution in self.executions[-1:])])

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return str(self.declaration["name"])

    @property
    def mode(self) -> str:
        """The execution mode in force."""
        return str(self.declaration["executionMode"])

    def stage(self, name: str) -> Shape | None:
        """The declaration of a stage."""
        return next((stage for stage in self.declaration["stages"] if stage["name"] == name), None)

    def gate(self, stage: str, side: str) -> GateState:
        """How a side of a stage stands; open unless somebody closed it."""
        return self.gates.get((stage, side), GateState())

    def execution(self, identity: str) -> Execution | None:
        """One of its executions."""
        return next((each for each in self.executions if each.id == identity), None)

    def waiting(self, stage: str) -> list[Execution]:
        """The executions in front of a stage, the one that came first in front."""
        return [each for each in self.executions if each.waiting and each.stage["name"] == stage]

    def unfinished(self) -> Iterator[Execution]:
        """Executions that may still move."""
        return (each for each in self.executions if each.status in RUNNING)
