"""What a provider of actions is: `start(job)` says how it went, or how to find out later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipectl.local.codepipeline.records import Problem, Revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.codepipeline.engine.job import Job


class ActionFailedError(Exception):
    """The action failed; the code is one of the model's FailureType."""

    def __init__(self, message: str, code: str = "JobFailed") -> None:
        super().__init__(message)
        self.problem = Problem(message, code)


@dataclass(frozen=True)
class Done:
    """The action succeeded."""

    summary: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    revision: Revision | None = None
    full_clone: bool = False


@dataclass(frozen=True)
class Pending:
    """The action goes on elsewhere: `look` answers Done or None, or raises ActionFailedError.

    Without `look` somebody from outside ends it (an approver, a job worker). `timeout_s` is the
    action's limit on the world's clock, `on_timeout` the message then.
    """

    look: Callable[[], Done | None] | None = None
    timeout_s: float = 3600  # User guide, limits: one hour for all actions without a limit of their own
    on_timeout: str = "The action timed out"
    every_s: float = 0.05


Outcome = Done | Pending


class Action(Protocol):
    """A module in this folder."""

    def start(self, job: Job) -> Outcome:
        """Do the work, in a thread of its own, without the world's lock."""
