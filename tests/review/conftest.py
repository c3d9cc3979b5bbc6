"""A door to the local AWS at which somebody stands and writes down what comes in, with its parameters."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local import listener, routing
from pipectl.local.wire import Request
from tests.conftest import World, connect_to
from tests.kinds import conftest as kinds

if TYPE_CHECKING:
    from pipectl.local.server import Server
    from pipectl.local.wire import Answer

named, values, prepare, look = kinds.named, kinds.values, kinds.prepare, kinds.look
pytest_generate_tests = kinds.pytest_generate_tests


@dataclass
class Door:
    """Another address of the server"""

    server: "Server"
    came: list[Request] = field(default_factory=list)
    url: str = ""

    def answer(self, environ: dict[str, Any], body: bytes) -> "Answer | None":
        self.came.append(routing.read(environ, body, self.server.world))
        return self.server._respond(environ, body)  # noqa: SLF001  what its own socket calls

    def take(self) -> list[Request]:
        """What came since the last time"""
        came, self.came = self.came, []
        return came


@pytest.fixture
def door(shared: Any) -> Iterator[Door]:
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
