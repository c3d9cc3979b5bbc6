"""What the one who starts a local AWS may choose about how it works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The defaults are those of `pipectl local start`."""

    builds: bool = (
        True  # False: every build fails instead of running commands of a repository on this machine
    )
    docker: bool = False  # True: builds use the real docker when it is there
    lenient_runtimes: bool = False  # True: runtime versions that AWS has retired are taken
    shapes: bool = True  # False: what was sent comes back as it was sent, as from moto
    pace: float = 1.0  # seconds that a rolling replacement of tasks takes; 0: before the next answer
    key: str = ""  # not empty: only who knows it is answered; it follows the account in the access key
    build_workers: int = 8  # builds side by side; the others wait in QUEUED
    iam: bool = True  # False: every call is allowed, whatever the policies say
    largest_log: int = 512 * 1024 * 1024  # a build that prints more is ended before the disk is full
    throttle: bool = False  # True: calls beyond AWS's quotas are refused (pipectl/facts/quotas.py)
