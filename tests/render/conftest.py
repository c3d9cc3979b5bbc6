"""Screens are compared with reviewed files; PIPECTL_REWRITE_SCREENS=1 writes them anew, to be reviewed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Screen = Callable[[str, str], None]

SCREENS = Path(__file__).parent / "screens"


@pytest.fixture
def screen() -> Screen:
    def compare(name: str, text: str) -> None:
        file = SCREENS / f"{name}.txt"
        if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
            file.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == file.read_text(encoding="utf-8")

    return compare
