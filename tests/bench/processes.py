"""Commands as whole processes: how long they take and how much memory, by the system's own account."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
_MB = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss counts kilobytes on Linux, bytes on macOS


NOT_KEPT = ("AWS_", "PIPECTL_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Ran:
    """One finished process"""

    seconds: float
    peak_mb: float
    cpu: float = 0.0
    """Seconds of CPU, the user's and the system's."""


def environment(account: str) -> dict[str, str]:
    """Nothing of the machine's configuration; the account is the access key.

    Python may keep what it compiled, as it does for what is installed.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_KEPT)}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    key = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "local"}
    state = {
        "XDG_STATE_HOME": f"{tempfile.gettempdir()}/pipectl-bench-{os.getpid()}"
    }  # its locks are its own
    return {**kept, **nowhere, **key, **state, "AWS_EC2_METADATA_DISABLED": "true"}


def run(words: Sequence[str], account: str) -> Ran:
    """Run Python with these words until it ends; a failure is an error with what was said"""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment(account),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}:\n{said.read().decode()}")
    return Ran(seconds, usage.ru_maxrss / _MB, usage.ru_utime + usage.ru_stime)


@dataclass(frozen=True)
class Pairs:
    """The same work done in turn by pipectl (or what else is measured) and by what it is held against"""

    ours: tuple[Ran, ...]
    theirs: tuple[Ran, ...] = ()

    @property
    def seconds(self) -> float:
        """Our median"""
        return median(each.seconds for each in self.ours)

    @property
    def their_seconds(self) -> float:
        """The other's median"""
        return median(each.seconds for each in self.theirs)

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios; None when there is nothing to hold it against"""
        rounds = zip(self.ours, self.theirs, strict=bool(self.theirs))
        ratios = [ours.seconds / theirs.seconds for ours, theirs in rounds]
        return median(ratios) if ratios else None

    @property
    def cpu_ratio(self) -> float:
        """The median of the rounds' ratios of CPU"""
        return median(ours.cpu / theirs.cpu for ours, theirs in zip(self.ours, self.theirs, strict=True))

    @property
    def peak_mb(self) -> float:
        """Our largest peak"""
        return max(each.peak_mb for each in self.ours)
