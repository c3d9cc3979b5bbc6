"""The local AWS for its own tests: one server per test process, a fresh account per test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

import pipectl.local
from tests.local.builder import Builder
from tests.local.machine import Machine
from tests.plain import session

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.server import Server

Client = Callable[..., Any]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with pipectl.local.running() as server:
        yield server


@pytest.fixture(autouse=True)
def _present(server: Server) -> Iterator[None]:
    """A test that moves the clock moves it for itself: moto refuses log lines of another day"""
    yield
    server.world.clock.restore()


@pytest.fixture
def account() -> str:
    return str(10**11 + secrets.randbelow(9 * 10**11))


@pytest.fixture
def client(server: Server, account: str) -> Client:
    return _connect(server.url, account)


@pytest.fixture
def connect() -> Callable[[str, str], Client]:
    """Clients of any server"""
    return _connect


def _connect(url: str, account: str) -> Client:
    """Clients that try once: a retried call would hide what the server said"""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60)
    mine = session(account)

    def client(service: str, region: str = "eu-west-1") -> Any:
        return mine.client(service, region_name=region, endpoint_url=url, config=config)  # type: ignore[call-overload]

    return client


@pytest.fixture
def builder(client: Client) -> Builder:
    return Builder(client)


@pytest.fixture
def machine(server: Server, account: str, tmp_path: Path) -> Machine:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM ruby:3.4\nCOPY app.rb .\nRUN bundle install\n")
    (folder / "app.rb").write_text("puts 1")
    return Machine(server, account, folder)


@pytest.fixture
def ecr(client: Callable[..., Any]) -> Any:
    made = client("ecr")
    made.create_repository(repositoryName="shop")
    return made
