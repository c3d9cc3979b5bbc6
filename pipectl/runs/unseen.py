"""What AWS does not let the caller see: it is remembered, and the rest is told all the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pipectl.errors import AccessDenied

T = TypeVar("T")

Refused = tuple[str, str]
"""A call that AWS refused: service and operation."""


@dataclass(frozen=True)
class Unseen:
    """Asks, and remembers which calls were refused. May be asked from several threads."""

    _refused: dict[Refused, None] = field(default_factory=dict)

    def ask(self, call: Callable[[], T]) -> T | None:
        """What the call answers; None when AWS does not allow it."""
        try:
            return call()
        except AccessDenied as error:
            self._refused[error.service, error.operation] = None
            return None

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The calls, each once, in the order of their names."""
        return tuple(sorted(self._refused))
