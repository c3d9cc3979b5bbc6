"""How the docker shim says no."""

from __future__ import annotations


class DockerError(Exception):
    """Goes to stderr; the exit status is docker's."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
