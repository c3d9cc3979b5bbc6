"""The phases of a running build: begun, ended and told one after the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World

SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
_OF_THE_SERVICE = ("PROVISIONING", "DOWNLOAD_SOURCE")
"""Phases before the buildspec is read: the log says "Phase is" of them (seen in logs of builds)."""


class PhaseError(Exception):
    """What makes a phase fail, as its context tells it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Ended(Exception):
    """The build ends now: STOPPED, TIMED_OUT, or FAILED for a reason of the local AWS."""

    def __init__(self, status: str, code: str = "", message: str = "") -> None:
        super().__init__(status)
        self.status, self.code, self.message = status, code, message


class Phases:
    """Writes the phases of a build and remembers how it goes."""

    def __init__(self, world: World, build: Build, say: Callable[[str], None]) -> None:
        self._world, self._build, self._say = world, build, say
        self.status = SUCCEEDED
        self.failures = 0
        self.was_cut = False

    @property
    def failed(self) -> bool:
        return self.status != SUCCEEDED

    @contextmanager
    def phase(self, name: str, *, contexts: bool = False) -> Iterator[None]:
        """A PhaseError inside ends the phase and marks the build; the block after it goes on"""
        if self._build.stop.is_set() and name != "FINALIZING":
            raise Ended("STOPPED")
        with self._world.lock:
            self._build.begin(name, self._world.now())
        self._say(f"Phase is {name}" if name in _OF_THE_SERVICE else f"Entering phase {name}")
        context = {"statusCode": "", "message": ""}
        status = SUCCEEDED
        try:
            yield
        except PhaseError as error:
            status = self.status = FAILED
            self.failures += 1
            context = {"statusCode": error.code, "message": str(error)}
        self._say(f"Phase complete: {name} State: {status}")
        self._say(f"Phase context status code: {context['statusCode']} Message: {context['message']}")
        self._end(status, [context] if contexts or status == FAILED else None)

    def cut(self, status: str, code: str = "", message: str = "") -> None:
        """The phase that is going on ends with the build"""
        self.status, self.was_cut = status, True
        if "phaseStatus" not in self._build.phases[-1]:
            code = code or ("BUILD_TIMED_OUT" if status == "TIMED_OUT" else "")
            message = message or _reason(status, self._build)
            self._end(status, [{"statusCode": code, "message": message}])

    def _end(self, status: str, contexts: list[dict[str, str]] | None) -> None:
        with self._world.lock:
            phase: dict[str, Any] = self._build.end(status, self._world.now(), contexts)
            events.phase_changed(self._world, self._build, phase)


def _reason(status: str, build: Build) -> str:
    """The first sentence as the console shows it (user guide, troubleshooting), the other inferred"""
    if status == "TIMED_OUT":
        return f"Build has timed out. Timeout is {build.shown['timeoutInMinutes']} minutes"
    return "Build was stopped"
