"""Keys that are pressed while something is drawn, read without Enter, where stdin is a terminal."""

import contextlib
import os
import select
import sys
from collections.abc import Iterator

LEAVES = "q"
"""The key that leaves a screen, as in `less` and `top`."""


class Keys:
    """What is typed. `heard` says whether anything can be: without a terminal nothing is."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    @property
    def heard(self) -> bool:
        """Whether a key would be heard."""
        return self._descriptor is not None

    def leave(self) -> bool:
        """Whether `q` was pressed since it was asked last. Never waits."""
        if self._descriptor is None or not select.select([self._descriptor], [], [], 0)[0]:
            return False
        return LEAVES in os.read(self._descriptor, 64).decode(errors="replace").lower()


@contextlib.contextmanager
def keys() -> Iterator[Keys]:
    """Hear single keys so long; the terminal is as it was afterwards. Ctrl-C interrupts as ever."""
    try:
        import termios
        import tty
    except ImportError:  # a system without POSIX terminals
        yield Keys(None)
        return
    descriptor = _foreground()
    if descriptor is None:
        yield Keys(None)
        return
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield Keys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _foreground() -> int | None:
    """The descriptor of stdin, where it is a terminal that this process may read."""
    try:
        if not sys.stdin.isatty():
            return None
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # stdin is closed, or is none
        return None
    with contextlib.suppress(OSError):  # it is no terminal of this session: nobody would stop us
        if os.tcgetpgrp(descriptor) != os.getpgrp():
            return None
    return descriptor
