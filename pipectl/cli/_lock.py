"""One writer for each stack: of two commands at once on this machine the second waits, and then plans.

The lock is the operating system's: it ends with the process, however that ends. Nothing is locked in AWS;
writers on other machines are noticed by what they have made or changed meanwhile (`flow.apply`).
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipectl.errors import Interrupted, TimedOut

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from pipectl.flow import Stack

LOOKS_S = 0.1
"""Seconds between two looks at a lock that somebody else holds."""

Say = Callable[[str], None]


@contextmanager
def held(stacks: "Sequence[Stack]", say: Say, timeout: float | None = None) -> Iterator[bool]:
    """Hold the locks of all stacks, taken in one order; whether somebody else was at work until now.

    Ctrl-C while waiting raises Interrupted, and TimedOut is raised when somebody else is at work on a stack
    for more than `timeout` seconds.
    """
    from filelock import Timeout

    names = {_file(stack): stack.spec.name for stack in stacks}
    waited = False
    with ExitStack() as locks:
        for file, name in sorted(names.items()):
            lock = _made(file)
            if lock is None:
                continue
            try:
                lock.acquire(blocking=False)
            except Timeout:
                waited = True
                _wait(lock, name, say, timeout)
            except OSError:  # files cannot be locked there
                continue
            locks.callback(lock.release)
        yield waited


def _file(stack: "Stack") -> Path:
    """Where state is kept (XDG Base Directory Specification), by account, Region and stack."""
    home = os.environ.get("XDG_STATE_HOME", "")
    state = Path(home) if Path(home).is_absolute() else Path.home() / ".local" / "state"
    account = stack.cloud.account
    name = re.sub(r"[^\w.-]", "_", f"{account.id} {account.region} {stack.spec.name}")
    return state / "pipectl" / "at-work" / f"{name}.lock"


def _made(file: Path) -> "BaseFileLock | None":
    """None where nothing can be kept, as in a container whose home cannot be written: it is alone there."""
    from filelock import FileLock

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileLock(file, poll_interval=LOOKS_S, fallback_to_soft=False)


def _wait(lock: "BaseFileLock", name: str, say: Say, timeout: float | None) -> None:
    from filelock import Timeout

    try:
        say(f"another pipectl is at work on the stack {name}; waiting for it to end")
        lock.acquire(timeout=-1 if timeout is None else timeout)  # -1: as long as it takes
    except Timeout:
        message = f"another pipectl is still at work on the stack {name}; nothing was written"
        raise TimedOut(message, hint="wait until it has ended, or allow more time with `--timeout`") from None
    except KeyboardInterrupt:
        raise Interrupted("interrupted while waiting; nothing was written") from None
