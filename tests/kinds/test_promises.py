"""What holds for every kind: create is complete, repeatable, and can be cut off anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import World

Look = Callable[[str], dict[str, Any]]
Prepare = Callable[[Path], None]


def test_a_second_run_writes_nothing(world: "World", prepare: Prepare, look: Look, file: Path) -> None:
    prepare(file)
    spec = world.load(file)
    world.made(spec)
    made = look(str(spec.region))
    second = world.create(spec)
    assert second.lines == []
    assert second.writes == []
    assert look(str(spec.region)) == made
