"""What a check has found, as a value."""

import enum
from dataclasses import dataclass


class Standing(enum.StrEnum):
    """How a thing stands. `UNSEEN` could not be looked at, so nobody may take it for good."""

    GOOD = "good"
    DOUBT = "doubt"
    WRONG = "wrong"
    UNSEEN = "unseen"


@dataclass(frozen=True)
class Finding:
    """How one thing stands, and the way out where it stands badly.

    `check` is the title of the check, `permission` what the caller lacks for it.
    """

    standing: Standing
    subject: str
    text: str = ""
    hint: str | None = None
    permission: str | None = None
    check: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is known to be wrong."""
        return self.standing in (Standing.GOOD, Standing.DOUBT)


def good(subject: str, text: str = "") -> Finding:
    """Nothing is wrong with it."""
    return Finding(Standing.GOOD, subject, text)


def doubt(subject: str, text: str, hint: str) -> Finding:
    """It works, and may surprise."""
    return Finding(Standing.DOUBT, subject, text, hint)


def wrong(subject: str, text: str, hint: str) -> Finding:
    """It stops people."""
    return Finding(Standing.WRONG, subject, text, hint)


def unseen(subject: str, text: str, hint: str | None = None, permission: str | None = None) -> Finding:
    """It could not be looked at."""
    return Finding(Standing.UNSEEN, subject, text, hint, permission)
