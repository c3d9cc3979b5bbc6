"""Large folders go in the background: hundreds of Git repositories take longer than a reset may."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

PATIENCE_S = 2.0  # callers of `local reset` wait five seconds for the answer
_children: list[subprocess.Popen[bytes]] = []


def children() -> tuple[subprocess.Popen[bytes], ...]:
    """Those that remove folders now, or did until the next removal"""
    return tuple(_children)


def remove(folder: TemporaryDirectory[str], patience_s: float = PATIENCE_S) -> None:
    """Remove a folder; what is left after so many seconds is left to a child that outlives this process"""
    _children[:] = [child for child in _children if child.poll() is None]
    thread = threading.Thread(target=folder.cleanup, name="removal", daemon=True)
    thread.start()
    thread.join(patience_s)
    if thread.is_alive():
        line = ["rm", "-rf", "--", folder.name]
        _children.append(subprocess.Popen(line, start_new_session=True))  # noqa: S603  a folder of our own
