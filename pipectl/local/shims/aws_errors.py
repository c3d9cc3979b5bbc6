"""How the aws shim says that a command line is not for it."""

from __future__ import annotations


class AwsUsageError(Exception):
    """A command or option that it does not know."""


class Failed(Exception):
    """A command that fails with a status of its own; an empty message prints nothing."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
