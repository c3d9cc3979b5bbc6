"""How the aws shim says that a command line is not for it."""

from __future__ import annotations


class AwsUsageError(Exception):
    """A command or option that it does not know."""
