"""The log of a build: a file that grows while commands run, carried on to CloudWatch Logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from pipectl.facts.secret_names import ACCESS_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World

_LARGEST_SHOWN = 8 * 1024 * 1024  # moto holds log events in memory
_MOST_LINES = 50_000
_LARGEST_END = 64 * 1024
_LARGEST_EVENT = 256 * 1024
_MOST_EVENTS = 10_000  # API reference of CloudWatch Logs, PutLogEvents
_CHUNK = 1024 * 1024
_MASK = b"***"
_SHORTEST_HIDDEN = 3


class Log:
    """Writes the agent's own lines and carries everything on, line by line, without secrets."""

    def __init__(self, world: World, build: Build, account: str, region: str) -> None:
        self._world, self._build, self._account, self._region = world, build, account, region
        self.path: Path = build.folder / "build.log"
        self.output = self.path.open("ab", buffering=0)
        self._read = 0
        self._lines = 0
        self._bytes = 0
        self._partial = b""
        self._hidden = _expression(())

    def say(self, text: str) -> None:
        """A line of the agent, as in "[Container] 2024/03/05 18:49:31.181522 Entering phase BUILD"."""
        moment = self._world.now().strftime("%Y/%m/%d %H:%M:%S.%f")
        self.output.write(f"[Container] {moment} {text}\n".encode(errors="replace"))

    def hide(self, values: Iterable[str]) -> None:
        """Show these values, and every access key of AWS, as `***`

        User guide, "Environment variables in build environments": hidden are access key ids, and strings of
        Parameter Store and Secrets Manager. That shorter ones than three letters are not is inferred.
        """
        self._hidden = _expression(values)

    @property
    def too_large(self) -> bool:
        return self.path.stat().st_size > self._world.options.largest_log

    def carry(self, *, last: bool = False) -> None:
        """Hand on what came since; a line that is not complete waits, at the end nothing does"""
        end = self.path.stat().st_size  # a command that prints faster than we read must not keep us here
        with self.path.open("rb") as file:
            file.seek(self._read)
            while self._read < end and not self._is_full:
                chunk = file.read(_CHUNK)
                self._read += len(chunk)
                lines = (self._partial + chunk).split(b"\n")
                self._partial = lines.pop()[:_LARGEST_EVENT]
                self._put(lines)
            if last and self._is_full:
                self._put_end(file, end)
            elif last and self._partial:
                self._put([self._partial])

    @property
    def _is_full(self) -> bool:
        return self._lines >= _MOST_LINES or self._bytes >= _LARGEST_SHOWN

    def close(self) -> None:
        self.carry(last=True)
        self.output.close()

    def masked(self, text: str) -> str:
        """A text as the log would show it"""
        return self._hidden.sub(_MASK, text.encode(errors="replace")).decode(errors="replace")

    def text(self) -> bytes:
        """The whole log without secrets"""
        return self._hidden.sub(_MASK, self.path.read_bytes())

    def _put(self, lines: list[bytes]) -> None:
        kept = [self._hidden.sub(_MASK, line)[:_LARGEST_EVENT] for line in lines[: _MOST_LINES - self._lines]]
        self._lines += len(kept)
        self._bytes += sum(len(line) for line in kept)
        place = self._build.shown.get("logs", {})
        if kept and place.get("groupName"):
            self._send(place["groupName"], place["streamName"], kept)

    def _put_end(self, file: BinaryIO, end: int) -> None:
        """Of a log that is too long for memory also the end, where the reason of a failure stands"""
        file.seek(max(self._read, end - _LARGEST_END))
        lines = file.read(_LARGEST_END).split(b"\n")[1:]
        self._lines = self._bytes = 0
        self._put([b"... the local AWS keeps the beginning and the end of a long log ...", *lines[:-1]])

    def _send(self, group: str, stream: str, lines: list[bytes]) -> None:
        """A group that is not there is made, without retention (user guide)"""
        moment = int(self._world.now().timestamp() * 1000)
        events = [{"timestamp": moment, "message": f"{line.decode(errors='replace')}\n"} for line in lines]
        with self._world.lock:
            backend = self._world.moto("logs", self._account, self._region)
            if group not in backend.groups:
                backend.create_log_group(group, {})
            if stream not in backend.groups[group].streams:
                backend.create_log_stream(group, stream)
            for start in range(0, len(events), _MOST_EVENTS):
                backend.put_log_events(group, stream, events[start : start + _MOST_EVENTS])


def _expression(values: Iterable[str]) -> re.Pattern[bytes]:
    """The longest first: one secret may be the beginning of another"""
    lines = {line for value in values for line in value.splitlines() if len(line.strip()) >= _SHORTEST_HIDDEN}
    parts = [re.escape(line) for line in sorted(lines, key=lambda line: (-len(line), line))]
    return re.compile("|".join([*parts, ACCESS_KEY]).encode())
