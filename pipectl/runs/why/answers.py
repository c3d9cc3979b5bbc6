"""Every answer that `why` knows, as values: what holds a commit back, and whose doing that is."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipectl.aws.denial import Denial
from pipectl.errors import ExitCode, PipectlError
from pipectl.runs.actions import ActionRun
from pipectl.runs.values import Execution, Gate

LONGEST_HOLD = timedelta(days=30)
"""After so long a hold, opening the gate lets nothing in (User guide, transitions)."""


class Verdict(enum.IntEnum):
    """Whether the commit is live; the value is the exit code."""

    LIVE = 0
    NOT_LIVE = 1
    UNKNOWN = 2


class CannotTell(PipectlError):
    """The question could not be answered: AWS did not say what is needed."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True)
class Commit:
    """What is asked about: a commit, an image or an object version. `message` is its first line."""

    id: str
    message: str | None = None


@dataclass(frozen=True)
class Place:
    """Where something is live: a stage, what it deploys to, and since when."""

    stage: str
    target: str
    execution: Execution
    since: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """The root of all answers."""


@dataclass(frozen=True)
class Live(Answer):
    """It is what runs; with `part_of` a newer commit runs that contains it."""

    part_of: Commit | None = None


@dataclass(frozen=True)
class Changed(Answer):
    """The pipeline deployed it, but the service runs something else; without a revision it is gone."""

    service: str
    revision: str | None = None
    images: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class Held(Answer):
    """It waits before a closed transition. `before` is the stage that it has come through."""

    stage: str
    gate: Gate
    before: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Queued(Answer):
    """It waits before a stage that another execution is in; without one AWS does not tell for what."""

    stage: str
    behind: Execution | None = None
    before: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Approval(Answer):
    """A person is asked. `topic` is where AWS told of it, `link` and `question` are those of the action."""

    stage: str
    action: str
    since: datetime
    topic: str | None = None
    link: str | None = None
    question: str | None = None


@dataclass(frozen=True)
class Running(Answer):
    """It is on its way. `usual` is how many seconds the action took in the middle of its last runs."""

    stage: str
    action: str | None = None
    since: datetime | None = None
    usual: float | None = None
    stopping: bool = False
    condition: str | None = None
    """The kind of the stage's condition that is being decided."""


@dataclass(frozen=True)
class Failed(Answer):
    """An action failed; without one, a condition of its stage. `lines` are those of its log that matter."""

    stage: str
    run: ActionRun | None = None
    condition: str | None = None
    said: str | None = None
    """What the condition said."""
    lines: tuple[str, ...] = ()
    retryable: bool = True
    approval: bool = False
    denial: Denial | None = None
    """The permission that was missing, where AWS names one."""


@dataclass(frozen=True)
class Superseded(Answer):
    """A newer execution overtook it while it waited."""

    by: Execution
    by_status: str
    after: str | None = None


@dataclass(frozen=True)
class Stopped(Answer):
    """Somebody stopped it; who, only CloudTrail knows. `stage` is where it can be retried."""

    reason: str | None = None
    by: str | None = None
    when: datetime | None = None
    place: str | None = None
    stage: str | None = None


@dataclass(frozen=True)
class Cancelled(Answer):
    """The pipeline was changed while it ran."""

    version: int | None = None
    when: datetime | None = None


@dataclass(frozen=True)
class RolledBack(Answer):
    """It was live, and a rollback took it back."""

    stage: str
    rollback: Execution
    to: Commit | None = None


@dataclass(frozen=True)
class Skipped(Answer):
    """It went through the pipeline without the stage that counts; `reason` is what its condition said."""

    stage: str
    reason: str | None = None


@dataclass(frozen=True)
class Replaced(Answer):
    """Something that came after it is live. `contains` says whether that contains it; None is unknown."""

    by: Execution
    contains: bool | None = None


@dataclass(frozen=True)
class NeverSeen(Answer):
    """No execution has it. `reason` is one of REASONS, `details` are its names."""

    reason: str
    details: Mapping[str, str]


REASONS = (
    "not_pushed",
    "other_branch",
    "no_repository",
    "no_rule",
    "rule_disabled",
    "rule_elsewhere",
    "rule_without_role",
    "rule_not_trusted",
    "detection_off",
    "filtered",
    "connection_pending",
    "connection_gone",
    "unknown",
)
"""Why an execution never came to be."""
PUSHED = ("not_pushed", "other_branch", "no_repository")
"""The reasons after which a push is the next step."""


@dataclass(frozen=True)
class Why:
    """The whole answer about a commit: what holds it, the execution it is about, and what is live instead."""

    pipeline: str
    commit: Commit | None
    verdict: Verdict
    answer: Answer
    execution: Execution | None = None
    live: tuple[Place, ...] = ()
    built: tuple[str, datetime] | None = None
    """The last stage that it has come through, and when."""
    disabled: tuple[tuple[str, Gate], ...] = ()
    """The stages ahead of one that goes on, whose inbound transitions are disabled: it will wait there."""
    again: str = ""
    """The options with which `start` runs the same revision anew."""
    clone_url: str = ""
    """Where git pushes to the first CodeCommit source, when a push is what is missing."""
