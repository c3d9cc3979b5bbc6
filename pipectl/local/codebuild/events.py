"""The events of a build. User guide, "Build notifications input format reference"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World


def state_changed(world: World, build: Build) -> None:
    """Tell that a build began or ended"""
    contexts = build.phases[-1].get("contexts") or []
    detail = {
        "build-status": build.shown["buildStatus"],
        "current-phase": build.shown["currentPhase"],
        "current-phase-context": _contexts(contexts),
    }
    _emit(world, build, "CodeBuild Build State Change", detail)


def phase_changed(world: World, build: Build, phase: dict[str, Any]) -> None:
    """Tell that a phase ended"""
    detail = {
        "completed-phase": phase["phaseType"],
        "completed-phase-status": phase["phaseStatus"],
        "completed-phase-start": _moment(phase["startTime"]),
        "completed-phase-end": _moment(phase["endTime"]),
        "completed-phase-duration-seconds": phase["durationInSeconds"],
        "completed-phase-context": _contexts(phase.get("contexts") or []),
    }
    _emit(world, build, "CodeBuild Build Phase Change", detail)


def _emit(world: World, build: Build, detail_type: str, detail: dict[str, Any]) -> None:
    shown = build.shown
    _, _, _, region, account, _ = shown["arn"].split(":", 5)
    more = {
        "project-name": shown["projectName"],
        "build-id": shown["arn"],
        "version": "1",
        "additional-information": _additional(build),
    }
    world.emit(
        account,
        region,
        source="aws.codebuild",
        detail_type=detail_type,
        resources=[shown["arn"]],
        detail=detail | more,
    )


def _additional(build: Build) -> dict[str, Any]:
    shown = build.shown
    environment = shown["environment"]
    logs = shown.get("logs", {})
    told = {
        "build-number": shown["buildNumber"],
        "build-complete": shown["buildComplete"],
        "build-start-time": _moment(shown["startTime"]),
        "initiator": shown["initiator"],
        "timeout-in-minutes": shown["timeoutInMinutes"],
        "queued-timeout-in-minutes": shown["queuedTimeoutInMinutes"],
        "source-version": shown.get("sourceVersion"),
        "source": {key: shown["source"][key] for key in ("type", "location") if key in shown["source"]},
        "artifact": {"location": (shown.get("artifacts") or {}).get("location", "")},
        "environment": {
            "image": environment["image"],
            "type": environment["type"],
            "compute-type": environment["computeType"],
            "privileged-mode": environment["privilegedMode"],
            "image-pull-credentials-type": environment["imagePullCredentialsType"],
            "environment-variables": [],  # values stay inside
        },
        "logs": {
            "group-name": logs.get("groupName"),
            "stream-name": logs.get("streamName"),
            "deep-link": logs.get("deepLink"),
        },
        "phases": [_phase(phase) for phase in shown["phases"]],
    }
    return {key: value for key, value in told.items() if value is not None}


def _phase(phase: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"phase-type": phase["phaseType"], "start-time": _moment(phase["startTime"])}
    if "phaseStatus" in phase:
        told |= {
            "phase-context": _contexts(phase.get("contexts") or []),
            "phase-status": phase["phaseStatus"],
            "end-time": _moment(phase["endTime"]),
            "duration-in-seconds": phase["durationInSeconds"],
        }
    return told


def _contexts(contexts: list[dict[str, str]]) -> str:
    said = [f"{context['statusCode']}: {context['message']}" for context in contexts]
    return f"[{', '.join(said)}]"


def _moment(moment: datetime) -> str:
    """As in "Sep 1, 2017 4:12:29 PM"."""
    clock = moment.strftime("%I:%M:%S %p").lstrip("0")
    return f"{moment.strftime('%b')} {moment.day}, {moment.year} {clock}"
