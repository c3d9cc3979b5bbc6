"""What an execution said, action by action: once, or on and on until the execution ends."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipectl.aws.cloud import Cloud
from pipectl.errors import AccessDenied, WrongUsage
from pipectl.runs import actions
from pipectl.runs.actions import ActionRun
from pipectl.runs.declared import Declared
from pipectl.runs.log_lines import Line, Source, Wanted, failure, lines_of
from pipectl.runs.logs_build import BuildLog, Clouds
from pipectl.runs.logs_service import ServiceLog
from pipectl.runs.parallel import RUNNING
from pipectl.runs.streams import Stream, of_arn
from pipectl.spec.problems import did_you_mean, few, shown

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
"""Seconds between two looks: the shortest after something was said, growing while nothing is."""
GROWTH = 1.5
SUCCEEDED = "Succeeded"


class Reader(Protocol):
    """What tells the lines of one action."""

    def read(self, run: ActionRun) -> Iterator[Line]:
        """The lines that came since the last reading."""


@dataclass(frozen=True)
class Asked:
    """Whose lines are asked for: an execution, and perhaps one action of it."""

    pipeline: str
    execution: str
    action: str | None = None
    wanted: Wanted = field(default_factory=Wanted)


class Logs:
    """The lines of one execution; reading again tells what is new.

    An action whose lines must not be seen hides no other; `refused` tells why, by the action's attempt.
    """

    def __init__(self, clouds: Clouds, cloud: Cloud, asked: Asked) -> None:
        self._clouds = clouds
        self._cloud = cloud
        self._asked = asked
        self._readers: dict[str, Reader] = {}
        self.runs: list[ActionRun] = []
        self.is_over = False
        """Whether the execution had ended when its lines were read last."""
        self.status: str | None = None
        """AWS's word for how the execution stood then."""
        self.refused: dict[str, AccessDenied] = {}

    def read(self) -> Iterator[Line]:
        """The lines that came since the last reading, an action after the other."""
        self.runs = actions.of_execution(self._cloud, self._asked.pipeline, self._asked.execution)
        for run in self.runs:
            if self._tells(run) and run.id not in self.refused:
                yield from self._of(run)

    def _of(self, run: ActionRun) -> Iterator[Line]:
        try:
            yield from self._reader(run).read(run)
        except AccessDenied as error:
            self.refused[run.id] = error

    def follow(self, pause: Callable[[float], object], timeout: float | None = None) -> Iterator[Line]:
        """The lines as they come, until the execution has ended and all is told, or the time is over."""
        seconds = SHORTEST_PAUSE
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.is_over:
            # Asked before the actions, so that none can start and end between the two questions.
            is_busy = any(run.runs for run in self.runs)
            self.status = None if is_busy else self._status()
            self.is_over = self.status is not None and self.status not in RUNNING
            is_silent = True
            for line in self.read():
                is_silent = False
                yield line
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            if not self.is_over:
                seconds = min(seconds * GROWTH, LONGEST_PAUSE) if is_silent else SHORTEST_PAUSE
                pause(seconds if left is None else min(seconds, left))

    def failed(self) -> str | None:
        """How what was asked for ended, as `failed` or `was stopped`; None when it ended well.

        Of one action its latest attempt counts, where it ran; else the execution.
        """
        asked = [
            run for run in self.runs if self._asked.action and is_asked(run.declared, self._asked.action)
        ]
        latest = {(run.stage, run.name): run for run in asked}
        if latest:
            bad = [run for run in latest.values() if run.status != SUCCEEDED]
            return f"failed in {bad[0].stage}" if bad else None
        if self.status in (None, SUCCEEDED):
            return None
        return "failed" if self.status == "Failed" else f"was {self.status.lower()}"

    def _tells(self, run: ActionRun) -> bool:
        """Only builds have phases."""
        is_of_phase = self._asked.wanted.phase is None or run.provider == "CodeBuild"
        return is_of_phase and is_asked(run.declared, self._asked.action)

    def _status(self) -> str:
        answer = self._cloud.call(
            "codepipeline",
            "get_pipeline_execution",
            pipelineName=self._asked.pipeline,
            pipelineExecutionId=self._asked.execution,
        )
        return str(answer["pipelineExecution"]["status"])

    def _reader(self, run: ActionRun) -> Reader:
        if run.id not in self._readers:
            kind = READERS.get(run.provider, ActionLog)
            self._readers[run.id] = kind(self._clouds, run, self._asked.wanted)
        return self._readers[run.id]


class ActionLog:
    """An action without a log of its own says how it failed; some log to a stream of the pipeline's."""

    def __init__(self, clouds: Clouds, run: ActionRun, wanted: Wanted) -> None:
        self._cloud = clouds(run.region)
        self._wanted = wanted
        self._source = Source.of(run, "action", run.declared.target or run.provider)
        self._stream: Stream | None = None
        self._is_ended = False

    def read(self, run: ActionRun) -> Iterator[Line]:
        """What came since; once it has failed, why."""
        place = of_arn(run.log_stream) if run.log_stream else None
        if self._stream is None and place:
            self._stream = Stream(self._cloud, *place, self._wanted.since)
        if self._stream is not None:
            for event in self._stream.read():
                for text in lines_of(event.message):
                    yield Line(self._source, text, event.time)
        if not run.runs and not self._is_ended:
            self._is_ended = True
            if run.status != "Succeeded":
                yield failure(self._source, run)


READERS: dict[str, Callable[[Clouds, ActionRun, Wanted], Reader]] = {"CodeBuild": BuildLog, "ECS": ServiceLog}
"""By the provider of the action."""


def refuse_unknown(declared: Sequence[Declared], action: str | None) -> None:
    """Raise WrongUsage for an action that the pipeline does not have."""
    if action is None or any(is_asked(each, action) for each in declared):
        return
    names = list(dict.fromkeys(each.action for each in declared))
    listed = f"its actions are {few(names)}"
    meant = did_you_mean(action, [*names, *(each.stage for each in declared)])
    hint = f"{meant} {listed[0].upper()}{listed[1:]}" if meant else listed
    raise WrongUsage(f"no action {shown(action)} in the pipeline", hint=hint)


def is_asked(declared: Declared, action: str | None) -> bool:
    """Whether an action is meant: by the action's name, its stage's, or both as `Stage/Action`."""
    names = (declared.action, declared.stage, f"{declared.stage}/{declared.action}")
    return action is None or action in names
