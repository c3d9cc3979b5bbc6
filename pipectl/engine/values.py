"""The values that flow: Resource, Difference, Step, Plan, Outcome. Frozen, with no AWS in them."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipectl.errors import PipectlError

State = Mapping[str, Any]
"""What is stated or found of one thing, in the words of the spec: str, int, bool, None, lists, mappings."""

OWNER_TAG = "pipectl:stack"
"""The tag that says which stack owns a thing."""

ADOPTED_TAG = "pipectl:adopted"
"""The tag of a thing that was there before its stack: leaving un-tags it, and deletes nothing."""


NOTES = "(notes)"
"""What was found that cannot be compared, as lines for people; no spec states it."""


EXECUTIONS = "(executions)"
"""What was found to run in a pipeline that is to change or to go; asked with it, so that nobody waits."""


class Exactly(dict[str, Any]):
    """A stated mapping that allows no other keys: what is found beyond it is a difference."""


class Sparse(dict[str, Any]):
    """A stated mapping of AWS's own parameters: what is false, zero or empty equals what AWS leaves out."""


class Ordered(list[Any]):
    """A stated list whose order means something. All other lists are compared as sets."""


def exactly(value: Any) -> Any:
    """The value with all its mappings, at every depth, made `Exactly`."""
    if isinstance(value, Mapping):
        return Exactly({key: exactly(item) for key, item in value.items()})
    return type(value)(exactly(item) for item in value) if isinstance(value, list) else value


def in_order(value: Any) -> Any:
    """The value with all its lists, at every depth, made `Ordered`: for texts that AWS keeps as they are."""
    if isinstance(value, Mapping):
        kind = type(value) if isinstance(value, dict) else dict
        return kind({key: in_order(item) for key, item in value.items()})
    return Ordered(in_order(item) for item in value) if isinstance(value, list) else value


class Action(enum.StrEnum):
    """What is to be done about one resource."""

    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    KEEP = "keep"
    DELETE = "delete"
    RELEASE = "release"
    """Take our tags off and leave the thing where it is."""


@dataclass(frozen=True)
class Resource:
    """One thing that should exist.

    `name` is its name in AWS and our only key. `stated` is compared on every run, `initial` is used at
    creation and then left to its owner, `request` holds what its kind sends to AWS and is never compared.
    With `managed` false it must exist and is only used.
    """

    kind: str
    name: str
    stated: State = field(default_factory=dict)
    initial: State = field(default_factory=dict)
    request: State = field(default_factory=dict)
    managed: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name: what makes two values the same thing."""
        return self.kind, self.name


@dataclass(frozen=True)
class Difference:
    """One value that is not as stated. `path` is dotted; None on a side means that it is not there."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Remark:
    """What a person should know about a step. With `asks`, the step waits for a yes."""

    text: str
    asks: bool = False
    execution: str | None = None
    """The id of the execution that the step would disturb; when it has ended there is nothing to ask."""


@dataclass(frozen=True)
class Change:
    """That somebody changed a thing, or took it away: AWS' name of the operation, and the caller's ARN."""

    operation: str
    who: str
    when: datetime


@dataclass(frozen=True)
class Obstacle:
    """Why a step cannot be carried out, and the way out. A plan with an obstacle writes nothing."""

    message: str
    hint: str


@dataclass(frozen=True)
class Step:
    """One resource, and what is to be done about it."""

    resource: Resource
    action: Action
    before: State | None = None
    differences: tuple[Difference, ...] = ()
    remarks: tuple[Remark, ...] = ()
    obstacle: Obstacle | None = None
    deletes_contents: bool = False
    """Whether what a resource holds (images, objects) is deleted with it: found, and a person said so."""

    def changes(self, *paths: str) -> bool:
        """Whether anything at or below one of these paths differs."""
        return any(
            difference.path == path or difference.path.startswith(f"{path}.")
            for difference in self.differences
            for path in paths
        )


@dataclass(frozen=True)
class Plan:
    """Everything about one stack, in the order in which it is carried out."""

    stack: str
    account: str
    region: str
    steps: tuple[Step, ...]
    orphans: tuple[Resource, ...] = ()
    """What carries the stack's tag and stands in its spec no longer."""

    @property
    def pending(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.action is not Action.KEEP)

    @property
    def obstacles(self) -> tuple[Step, ...]:
        """The steps that cannot be carried out."""
        return tuple(step for step in self.steps if step.obstacle)

    @property
    def questions(self) -> tuple[Step, ...]:
        """The pending steps with a remark that asks."""
        return tuple(step for step in self.pending if any(remark.asks for remark in step.remarks))

    @property
    def adoptions(self) -> tuple[Step, ...]:
        """The steps that take over a thing which no stack owns."""
        return tuple(step for step in self.steps if step.action is Action.ADOPT)

    def count(self, action: Action) -> int:
        """How many steps have this action."""
        return sum(step.action is action for step in self.steps)


class Result(enum.StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Outcome:
    """How one pending step ended. `seconds` is the time it took."""

    step: Step
    result: Result
    error: PipectlError | None = None
    seconds: float = 0.0
