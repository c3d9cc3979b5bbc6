"""One build: what the wire knows of it, and what only we know."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

COMPLETED = "COMPLETED"
IN_PROGRESS = "IN_PROGRESS"


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


@dataclass
class Build:
    """`shown` is the build as BatchGetBuilds answers it; it changes under the world's lock only."""

    shown: dict[str, Any]
    project: dict[str, Any]
    folder: Path
    request: dict[str, Any]
    artifacts: dict[str, Any]
    pipeline: PipelineWork | None = None
    stop: threading.Event = field(default_factory=threading.Event)
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

    def begin(self, phase: str, now: datetime) -> None:
        self.shown["currentPhase"] = phase
        self.phases.append({"phaseType": phase, "startTime": now})

    def end(self, status: str, now: datetime, contexts: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """End the phase that is going on"""
        phase = self.phases[-1]
        phase["phaseStatus"] = status
        phase["endTime"] = now
        phase["durationInSeconds"] = max(0, int((now - phase["startTime"]).total_seconds()))
        if contexts is not None:
            phase["contexts"] = contexts
        return phase

    def complete(self, status: str, now: datetime) -> None:
        """API reference, BuildPhase: COMPLETED has no status"""
        self.phases.append({"phaseType": COMPLETED, "startTime": now})
        self.shown |= {
            "currentPhase": COMPLETED,
            "buildStatus": status,
            "buildComplete": True,
            "endTime": now,
        }
        self.done.set()
