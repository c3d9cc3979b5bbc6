"""A batch of builds: what the wire knows of it, and what only we know (API reference, BuildBatch)."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.record import IN_PROGRESS, STOPPED, duration

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pipectl.buildspec.batch import Task
    from pipectl.local.codebuild.record import Build, PipelineWork

DOWNLOAD = "DOWNLOAD_SOURCE"
PENDING = "PENDING"  # no word of the model, but of the answers (AWS CLI, example of stop-build-batch)


@dataclass
class Group:
    """One build of a batch, with the builds that were tried before it (API reference, BuildGroup)."""

    identifier: str
    depends_on: tuple[str, ...] | None
    ignores_failure: bool
    requested: datetime
    status: str = PENDING
    build: Build | None = None
    prior: list[dict[str, Any]] = field(default_factory=list)

    def follow(self) -> None:
        """Take the status of its build over"""
        if self.build is not None:
            self.status = str(self.build.answered()["buildStatus"])

    def shown(self) -> dict[str, Any]:
        """Members as in the AWS CLI's example of stop-build-batch"""
        answer: dict[str, Any] = {"identifier": self.identifier, "ignoreFailure": self.ignores_failure}
        if self.depends_on is not None:
            answer["dependsOn"] = list(self.depends_on)
        if self.prior:
            answer["priorBuildSummaryList"] = list(self.prior)
        return answer | {"currentBuildSummary": self.summary()}

    def summary(self) -> dict[str, Any]:
        """BuildSummary: artifacts once the build has ended"""
        answer: dict[str, Any] = {"requestedOn": self.requested, "buildStatus": self.status}
        if self.build is not None:
            answer["arn"] = self.build.shown["arn"]
        if self.build is not None and self.status not in (PENDING, IN_PROGRESS):
            answer["primaryArtifact"] = _artifact(self.build, self.build.shown["artifacts"], self.identifier)
            answer["secondaryArtifacts"] = [
                _artifact(self.build, artifact, artifact["artifactIdentifier"])
                for artifact in self.build.shown.get("secondaryArtifacts") or ()
            ]
        return answer


def _artifact(build: Build, artifact: dict[str, Any], identifier: str) -> dict[str, Any]:
    """ResolvedArtifact; the type in small letters, as in the AWS CLI's examples"""
    kind = str(build.artifacts["type"]).lower()
    location = {"location": artifact["location"]} if artifact.get("location") else {}
    return {"type": kind, "identifier": identifier, **location}


@dataclass
class BuildBatch:
    """`shown` changes under the world's lock only."""

    shown: dict[str, Any]
    project: dict[str, Any]
    folder: Path
    request: dict[str, Any]
    work: PipelineWork | None = None
    combines: bool = False
    tasks: list[Task] = field(default_factory=list)
    fails_fast: bool = False
    groups: list[Group] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    outputs: dict[str, Path] = field(default_factory=dict)
    current: object = None
    """Which run may write; a retry takes it from the one before."""

    @property
    def identity(self) -> str:
        """PROJECT:UUID"""
        return str(self.shown["id"])

    @property
    def phases(self) -> list[dict[str, Any]]:
        """The phases so far"""
        phases: list[dict[str, Any]] = self.shown.setdefault("phases", [])
        return phases

    def answered(self) -> dict[str, Any]:
        """The batch as the service answers it"""
        answer = copy.deepcopy({key: value for key, value in self.shown.items() if value is not None})
        if self.groups:
            answer["buildGroups"] = [group.shown() for group in self.groups]
        return answer

    def begin(self, phase: str, now: datetime) -> None:
        """Begin a phase"""
        self.shown["currentPhase"] = phase
        self.phases.append({"phaseType": phase, "startTime": now})

    def end(self, status: str, now: datetime, contexts: list[dict[str, str]] | None = None) -> None:
        """End the phase that is going on"""
        phase = self.phases[-1]
        phase |= {"phaseStatus": status, "endTime": now, "durationInSeconds": duration(phase, now)}
        if contexts:
            phase["contexts"] = contexts

    def complete(self, status: str, now: datetime) -> None:
        """End the batch; its last phase is called like its status, FAILED also for a timeout (inferred)"""
        last = status if status in ("SUCCEEDED", STOPPED) else "FAILED"
        self.begin(last, now)
        self.shown |= {"buildBatchStatus": status, "complete": True, "endTime": now}
        self.done.set()
