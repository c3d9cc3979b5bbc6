"""What a log is made of: lines, each with the action that it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipectl.runs.actions import ActionRun


@dataclass(frozen=True)
class Source:
    """Where lines come from: a build, the events of a service, a container of a task, the action itself."""

    stage: str
    action: str
    provider: str
    kind: str
    """`build`, `service`, `task` or `action`."""
    name: str

    @classmethod
    def of(cls, run: ActionRun, kind: str, name: str) -> "Source":
        """What belongs to an action."""
        return cls(run.stage, run.name, run.provider, kind, name)


@dataclass(frozen=True)
class Line:
    """One line. `note` marks what pipectl says about the source; `failed` that something ended badly.

    `expected` marks a note on what went as it should. `ended` is the action, where a line tells its end.
    """

    source: Source
    text: str
    time: datetime | None = None
    phase: str | None = None
    note: bool = False
    failed: bool = False
    expected: bool = False
    ended: ActionRun | None = None


@dataclass(frozen=True)
class Wanted:
    """Which lines are wanted: of one phase of the builds, since a moment."""

    phase: str | None = None
    since: datetime | None = None

    def takes(self, time: datetime | None) -> bool:
        """Whether a moment is late enough."""
        return self.since is None or time is None or time >= self.since


def failure(source: Source, run: ActionRun, said: str | None = None) -> Line:
    """How an action ended that did not succeed: in the words of whoever knows best."""
    text = said or run.error or run.summary or run.status.lower()
    return Line(source, text, run.updated, note=True, failed=True, ended=run)


def lines_of(message: str) -> Iterator[str]:
    """The lines of a message. A lone carriage return ends one too: what it would overwrite stays readable."""
    text = message.replace("\r\n", "\n").replace("\r", "\n")
    return iter(text.removesuffix("\n").split("\n"))
