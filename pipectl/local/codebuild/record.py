"""One build: what the wire knows of it, and what only we know."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from pipectl.buildspec.batch import Batch

COMPLETED = "COMPLETED"
IN_PROGRESS = "IN_PROGRESS"
STOPPED = "STOPPED"


def duration(phase: dict[str, Any], now: datetime) -> int:
    """Whole seconds since a phase began"""
    return max(0, int((now - phase["startTime"]).total_seconds()))


@dataclass(frozen=True)
class Stored:
    """Where an artifact lies, the customer's key for it, and the connection that a build clones it from"""

    bucket: str
    key: str
    encryption_key: str = ""
    connection: str = ""


@dataclass(frozen=True)
class PipelineWork:
    """What a pipeline's action hands in, and the names of what it wants back."""

    inputs: dict[str, bytes]
    primary: str
    outputs: tuple[str, ...]
    stored: Mapping[str, Stored] = field(default_factory=dict)  # by the name of the artifact
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Of outputs whose names are not identifiers: the secondary artifact of the buildspec, "" the primary."""


@dataclass(frozen=True)
class Membership:
    """The part that a build has in a batch."""

    arn: str
    identifier: str
    combines: bool = False
    """Whether the batch, and not the build, hands the artifacts on."""


@dataclass
class Build:
    """`shown` is the build as BatchGetBuilds answers it; it changes under the world's lock only."""

    shown: dict[str, Any]
    project: dict[str, Any]
    folder: Path
    request: dict[str, Any]
    artifacts: dict[str, Any]
    pipeline: PipelineWork | None = None
    batch: Membership | None = None
    batch_spec: Batch | None = None
    """What the build that downloads a batch's source has read."""
    stop: threading.Event = field(default_factory=threading.Event)
    stopped_at: datetime | None = None
    done: threading.Event = field(default_factory=threading.Event)
    outputs: dict[str, Path] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        return str(self.shown["id"])

    @property
    def uuid(self) -> str:
        return self.identity.partition(":")[2]

    @property
    def phases(self) -> list[dict[str, Any]]:
        phases: list[dict[str, Any]] = self.shown["phases"]
        return phases

    def answered(self) -> dict[str, Any]:
        """The build as the service answers it: a stopped one is complete at once [rec]

        Its commands may still be ending. Recorded: radkawar/stackd, testdata/aws/codebuild.
        """
        answer = copy.deepcopy(self.shown)
        if self.stopped_at is None or answer["buildComplete"]:
            return answer
        last = Build(answer, self.project, self.folder, self.request, self.artifacts)
        if "endTime" not in last.phases[-1]:
            last.end(STOPPED, self.stopped_at)
        last.complete(STOPPED, self.stopped_at)
        return answer

    def begin(self, phase: str, now: datetime) -> None:
        self.shown["currentPhase"] = phase
        self.phases.append({"phaseType": phase, "startTime": now})

    def end(self, status: str, now: datetime, contexts: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """End the phase that is going on"""
        phase = self.phases[-1]
        phase["phaseStatus"] = status
        phase["endTime"] = now
        phase["durationInSeconds"] = duration(phase, now)
        if contexts is not None:
            phase["contexts"] = contexts
        return phase

    def complete(self, status: str, now: datetime) -> None:
        """Complete the build; one that was answered as stopped stays so (BuildPhase: no status)"""
        status = STOPPED if self.stopped_at is not None else status
        self.phases.append({"phaseType": COMPLETED, "startTime": now})
        self.shown |= {
            "currentPhase": COMPLETED,
            "buildStatus": status,
            "buildComplete": True,
            "endTime": now,
        }
        self.done.set()
