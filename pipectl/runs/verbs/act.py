"""What an act did, and the refusal of one that makes no sense now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipectl.errors import Declined
from pipectl.runs.values import Execution, StageState

_ENDS = {"Succeeded": "succeeded", "Failed": "failed"}


@dataclass(frozen=True)
class Act:
    """One act. `changed` is false when everything was so already and nothing was sent."""

    verb: str
    pipeline: str
    execution: Execution
    stage: str | None = None
    action: str | None = None
    changed: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)
    """What belongs to this verb alone, in the words of docs/output.md."""
    before: tuple[StageState, ...] = ()
    """The stages as they were before the act, for whoever waits for what comes."""


class Senseless(Declined):
    """An act that makes no sense now; nothing was sent. `moment` says since when, behind the message."""

    def __init__(self, message: str, *, hint: str | None = None, moment: datetime | None = None) -> None:
        super().__init__(message, hint=hint)
        self.moment = moment


def short(identity: str) -> str:
    """An execution's id as it is told."""
    return identity[:8]


def end_of(execution: Execution) -> str:
    """How an execution ended: `succeeded`, `was stopped`."""
    status = execution.status or ""
    return _ENDS.get(status, f"was {status.lower()}")
