"""Builds of CodeBuild as values: how they stand, where they log, and what made them fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from pipectl.aws.cloud import Cloud, in_batches

AT_ONCE = 100
"""Builds that one BatchGetBuilds takes (API reference)."""

PHASES = (
    "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD",
    "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED",
)  # fmt: skip
"""In their order (API reference, BuildPhase)."""


COMMAND = "COMMAND_EXECUTION_ERROR"
"""The code of a phase whose command failed (CodeBuild user guide, "Build phase transitions")."""


@dataclass(frozen=True)
class Failure:
    """What made a phase fail, as `COMMAND_EXECUTION_ERROR` and its message."""

    phase: str
    code: str
    message: str


@dataclass(frozen=True)
class Build:
    """One build. `stream` is its group and stream, as soon as it logs (from PROVISIONING on)."""

    id: str
    status: str
    phase: str
    is_complete: bool
    started: datetime | None = None
    stream: tuple[str, str] | None = None
    writes_no_log: bool = False
    failures: tuple[Failure, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What CodeBuild itself could not do, by phase, before a command failed: that stands in the log.

        What comes after it is no cause: the artifacts of a build that broke off are missing.
        """
        own = takewhile(lambda failure: failure.code != COMMAND, self.failures)
        return tuple(
            f"{failure.phase}: {failure.code}: {' '.join(failure.message.split())}" for failure in own
        )


def builds(cloud: Cloud, identities: Sequence[str]) -> dict[str, Build]:
    """The builds by id; one that AWS has forgotten (after a year) is missing."""
    found = in_batches(_batch, cloud, dict.fromkeys(identities), AT_ONCE)
    return {build.id: build for build in found}


def _batch(cloud: Cloud, identities: list[str]) -> list[Build]:
    return [_build(each) for each in cloud.call("codebuild", "batch_get_builds", ids=identities)["builds"]]


def _build(found: Mapping[str, Any]) -> Build:
    logs: Mapping[str, Any] = found.get("logs") or {}
    group, stream = logs.get("groupName"), logs.get("streamName")
    return Build(
        id=found["id"],
        status=found["buildStatus"],
        phase=found.get("currentPhase") or "",
        is_complete=bool(found.get("buildComplete")),
        started=found.get("startTime"),
        stream=(group, stream) if group and stream else None,
        writes_no_log=(logs.get("cloudWatchLogs") or {}).get("status") == "DISABLED",
        failures=tuple(
            Failure(phase["phaseType"], context.get("statusCode") or "", context.get("message") or "")
            for phase in found.get("phases") or []
            if phase.get("phaseStatus") not in (None, "SUCCEEDED")
            for context in phase.get("contexts") or [{}]
        ),
    )
