"""The watched door to the local AWS, specs, and what they need to exist."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local import listener
from tests.conftest import World, connect_to
from tests.kinds import conftest as kinds
from tests.review.judge import Door

if TYPE_CHECKING:
    from tests.conftest import Shared

named, values, prepare, look = kinds.named, kinds.values, kinds.prepare, kinds.look
pytest_generate_tests = kinds.pytest_generate_tests


@pytest.fixture
def door(shared: "Shared") -> Iterator[Door]:
    door = Door(shared.server)
    listening = listener.listen(0, door.answer)
    door.url = f"http://127.0.0.1:{listening.port}"
    thread = threading.Thread(target=lambda: listening.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    yield door
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def watched(world: World, door: Door) -> World:
    """The empty account, reached by pipectl through the watched door; plain clients take the other one"""
    connection = connect_to(door, world.said.append)  # type: ignore[arg-type]  # it has the url
    return replace(world, connection=connection)


@pytest.fixture
def spec_file(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Write a spec"""

    def write(values: dict[str, Any]) -> Path:
        import yaml

        file = tmp_path / "written.yaml"
        file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
        return file

    return write
