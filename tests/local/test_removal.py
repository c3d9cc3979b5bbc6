from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from pipectl.local import removal


class Slow(tempfile.TemporaryDirectory[str]):
    """A folder whose removal never comes to an end"""

    def __init__(self) -> None:
        super().__init__(ignore_cleanup_errors=True)
        self.asked = threading.Event()

    def cleanup(self) -> None:
        self.asked.set()
        threading.Event().wait()


def test_a_folder_is_gone_when_its_removal_returns() -> None:
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    (Path(folder.name) / "file").touch()
    removal.remove(folder, patience_s=30)
    assert not Path(folder.name).exists()


def test_nobody_waits_for_a_large_folder_and_it_goes_all_the_same() -> None:
    folder = Slow()
    (Path(folder.name) / "file").touch()
    removal.remove(folder, patience_s=0)
    assert folder.asked.wait(30)
    (child,) = (child for child in removal.children() if child.args[-1] == folder.name)  # type: ignore[index]
    assert child.wait(30) == 0
    assert not Path(folder.name).exists()
