"""`--wait`: follow an execution on stderr, one line for each thing that happens, to its end."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipectl.cli._act_options import Wait
from pipectl.cli._events import Events, print_end
from pipectl.cli._lines import Lines
from pipectl.cli._look import look_of
from pipectl.cli._options import Settings
from pipectl.cli._reminder import Reminder
from pipectl.command import pipectl
from pipectl.errors import Interrupted, PipectlError, PipelineFailed, TimedOut
from pipectl.render.text import plain
from pipectl.render.wait import (
    ending_text,
    excerpt,
    failure_hint,
    failure_message,
    short,
    sign_data,
    sign_text,
    still_text,
    under_way,
)
from pipectl.runs import wait as waiting
from pipectl.runs.why.log_tail import with_logs

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.runs.ending import Ending
    from pipectl.runs.values import Execution
    from pipectl.runs.wait import Sign


def follow(
    connection: "Connection",
    cloud: "Cloud",
    pipeline: str,
    execution: "Execution",
    wait: Wait,
    known: "frozenset[Sign]" = frozenset(),
    settings: Settings | None = None,
) -> "tuple[Ending, float]":
    """How the execution ended, and after how many seconds. Ctrl-C leaves it alone and raises Interrupted.

    Also another error says which execution it was, so that nobody starts a second one. With `settings` each
    thing that happens is a line on stdout, where they want JSON.
    """
    started, progress, error_text = time.monotonic(), Following(Events(settings, pipeline), execution.id), ""
    watch = waiting.Watch(progress.tell, connection.stop.wait, wait.timeout, known)
    try:
        with progress.shown():
            end = waiting.follow(cloud, pipeline, execution, watch)
        error_text = failure_message(end, 0.0)
    except KeyboardInterrupt:
        connection.stop.set()
        raise Interrupted(
            f"interrupted; execution {short(execution.id)} goes on",
            hint=f"{pipectl('status')} shows it,"
            f" {pipectl('stop', '--execution', short(execution.id))} ends it",
        ) from None
    except PipectlError as error:
        way_out = error.hint or f"{pipectl('status')} shows it"
        error.hint = f"execution {short(execution.id)} was not followed to its end; {way_out}"
        raise
    finally:
        progress.tell_causes(error_text)
    return with_logs(connection.cloud, end), time.monotonic() - started


@contextmanager
def printed_at_last(data: dict[str, Any], settings: Settings) -> Iterator[None]:
    """Print the document after the block, also when it ends with an error: what it tells of was done."""
    try:
        yield
    finally:
        print_end([data], settings)


def told_end(end: "Ending", seconds: float) -> str:
    """A good end, for stdout."""
    return ending_text(end, look_of(sys.stdout), seconds)


def refuse(end: "Ending", seconds: float) -> None:
    """Raise PipelineFailed for an end that was not aimed at, and TimedOut when there is none yet."""
    if not end.ended:
        raise TimedOut(failure_message(end, seconds), hint=failure_hint(end))
    raise PipelineFailed(failure_message(end, seconds), hint=failure_hint(end), excerpt=excerpt(end))


class Following:
    """The lines on stderr. On a terminal what is at work stands in a line that is redrawn."""

    def __init__(self, events: Events | None = None, execution: str = "") -> None:
        self._events, self._execution, self._reminder = events, execution, Reminder()
        self._look = look_of(sys.stderr)
        self._lock = threading.Lock()
        self._lines = Lines(self._under_way)
        self._present: dict[Sign, float] = {}
        self._since: dict[Sign, float] = {}
        self._failed: list[Sign] = []

    def tell(self, fresh: "list[Sign]", present: "list[Sign]") -> None:
        """Print what is new; what is only at work is drawn instead, where that can be."""
        now = datetime.now().astimezone()
        with self._lock:
            since = time.monotonic()
            self._since = {sign: self._since.get(sign, since) for sign in present}
            self._present = {sign: self._present.get(sign, since) for sign in present if not sign.waits}
        self._failed += [sign for sign in fresh if sign.status == "Failed" and sign.detail]
        for sign in fresh:
            if self._events:
                self._events.emit("change", execution=self._execution, **sign_data(sign))
            if sign.over or sign.waits or not self._lines.drawn:
                self._lines.add(sign_text(sign, self._look, now, detailed=sign.status != "Failed"))
        if fresh:
            self._reminder.restart()
        elif not self._lines.drawn and self._reminder.is_due():
            self._remind(present)

    def tell_causes(self, error_text: str) -> None:
        """Print why something failed, unless the error that ends the command says it: it is told once."""
        now = datetime.now().astimezone()
        for sign in self._failed:
            if plain(sign.detail or "") not in error_text:
                self._lines.add(sign_text(sign, self._look, now))

    def _remind(self, present: "list[Sign]") -> None:
        """A job that prints nothing for long looks as if it hung."""
        now = time.monotonic()
        for sign in present:
            self._lines.add(still_text(sign, self._look, now - self._since.setdefault(sign, now)))

    def shown(self) -> AbstractContextManager[None]:
        """Draw while the execution is followed."""
        return self._lines.shown()

    def _under_way(self) -> list[str]:
        with self._lock:
            now = time.monotonic()
            return [under_way(sign, self._look, now - since) for sign, since in self._present.items()]
