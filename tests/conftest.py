"""Guards for every test, and the local AWS that the tests of several rooms share.

No test has usable credentials, and none leaves this machine.
"""

import ipaddress
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pipectl.aws.session import Connection
    from pipectl.engine.values import Outcome, Plan, Step
    from pipectl.local.server import Server
    from pipectl.spec.spec import Spec

ACCOUNT = "012345678901"
"""The account of config/full.yaml: the shared specs run as they stand."""


def _guard_credentials() -> None:
    """Whoever runs the tests may be logged in to AWS: nothing of that reaches a test or its processes."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def _hear_interrupts() -> None:
    """A shell's background jobs ignore SIGINT and hand that down; tests that press Ctrl-C need it heard."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _guard_network(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: it sees every connection of this process, whoever opens it."""
    if event == "socket.connect":
        address = args[1]
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise RuntimeError(f"a test must not connect to {address}")
    elif event == "socket.getaddrinfo" and args[0] and not _is_loopback(_text(args[0])):
        raise RuntimeError(f"a test must not look up {args[0]!r}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(host: str | bytes) -> str:
    return host.decode() if isinstance(host, bytes) else host


# How long an example takes says more about the machine than about pipectl.
settings.register_profile(
    "busy machine",
    deadline=None,
    derandomize="CI"
    in os.environ,  # the same examples each time there, as in the profile that Hypothesis has for it
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("busy machine")
_hear_interrupts()
_guard_credentials()
sys.addaudithook(_guard_network)


@dataclass(frozen=True)
class Run:
    """What one plan and its carrying out did."""

    plans: "tuple[Plan, ...]"
    outcomes: "tuple[Outcome, ...]"
    calls: Counter[tuple[str, str]]

    @property
    def writes(self) -> list[str]:
        """The writing calls, as `ecs create_service`, each as often as it was sent"""
        from pipectl.aws.cloud import writes

        return sorted(
            f"{service} {operation}" for service, operation in self.calls.elements() if writes(operation)
        )

    @property
    def failed(self) -> list[str]:
        """What did not end well, with its error"""
        return [f"{each.result} {_name(each.step)}: {each.error}" for each in self.outcomes if each.error]

    @property
    def lines(self) -> list[str]:
        """The plans as lines"""
        return plan_lines(self.plans)


def plan_lines(plans: "tuple[Plan, ...]") -> list[str]:
    """One line for each difference of each pending step; obstacles and remarks have theirs"""
    return [line for plan in plans for step in plan.pending for line in _step_lines(step)]


def _step_lines(step: "Step") -> Iterator[str]:
    if step.obstacle:
        yield f"{_name(step)} obstacle: {step.obstacle.message}"
    if step.action.value != "update":
        yield f"{_name(step)} {step.action.value}"
    if step.action.value != "create":
        for each in step.differences:
            yield f"{_name(step)} {each.path}: {_value(each.before)} -> {_value(each.after)}"


def _name(step: "Step") -> str:
    return f"{step.resource.kind} {step.resource.name}"


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return value


@dataclass
class World:
    """An empty account of the local AWS, and pipectl's way to it"""

    server: "Server"
    folder: Path
    connection: "Connection"
    clients: dict[tuple[str, str, str], Any]
    said: list[str] = field(default_factory=list)
    account: str = ACCOUNT

    def load(self, source: Path | str | Mapping[str, Any]) -> "Spec":
        """Load a spec from its file, its text or its values"""
        import yaml

        from pipectl import flow

        file = source if isinstance(source, Path) else self.folder / "spec.yaml"
        if isinstance(source, Mapping):
            source = yaml.safe_dump(dict(source), sort_keys=False)
        if isinstance(source, str):
            file.write_text(source, encoding="utf-8")
        specs, problems = flow.check([str(file)], {})
        assert specs, problems
        assert not [problem for problem in problems if problem.severity.value == "error"], problems
        return specs[0]

    def plan(self, *specs: "Spec") -> "tuple[Plan, ...]":
        """Compare the specs with what is there"""
        from pipectl import flow

        return flow.plan(flow.design(specs, self.connection, flow.Aws()))

    def create(self, *specs: "Spec") -> Run:
        """Plan the specs and carry the plans out"""
        from pipectl import flow

        before = self._counts()
        stacks = flow.design(specs, self.connection, flow.Aws())
        plans = flow.plan(stacks)
        outcomes = tuple(flow.apply(plans, stacks, self.connection, lambda _: None))
        return Run(plans, outcomes, self._counts() - before)

    def made(self, *specs: "Spec") -> Run:
        """Create the specs; everything must succeed"""
        run = self.create(*specs)
        assert run.failed == []
        return run

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """A plain boto3 client of the account, which tries once"""
        key = (service, region, self.account)
        if key not in self.clients:
            self.clients[key] = plain_client(self.server, *key)
        return self.clients[key]

    def fault(self, **fault: Any) -> None:
        """Order the one fault of the server"""
        self.server.faults.order([fault])

    def heal(self) -> None:
        """Take all faults back"""
        self.server.faults.order([])

    def calls(self) -> list[str]:
        """What the server was asked, in order"""
        return [f"{call.service} {call.operation}" for call in self.server.requests.all()]

    def _counts(self) -> Counter[tuple[str, str]]:
        return Counter({
            (call.service, call.operation): call.count for call in self.connection.book.calls()
        })  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """What is made once for all tests of a process, because making it takes long"""

    server: "Server"
    said: list[str] = field(default_factory=list)
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    @cached_property
    def connection(self) -> "Connection":
        """One connection to the account ACCOUNT, whose clients the tests share"""
        return connect_to(self.server, self.said.append)


def connect_to(server: "Server", say: Callable[[str], None], account: str = ACCOUNT) -> "Connection":
    """A new connection to an account of a local AWS, which does not wait for what settles late"""
    from pipectl.aws.session import Connection, Endpoint

    keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
    return Connection(endpoint=Endpoint(server.url, keys), region="eu-west-1", say=say, patience=0)


def plain_client(server: "Server", service: str, region: str, account: str) -> Any:
    """A boto3 client that knows nothing of pipectl"""
    from botocore.config import Config

    from tests.plain import session

    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return session(account).client(service, region_name=region, endpoint_url=server.url, config=config)  # type: ignore[call-overload]  # any service


@pytest.fixture(scope="session")
def shared() -> Iterator[Shared]:
    from pipectl.local import running

    with running() as server:
        yield Shared(server)


@pytest.fixture
def world(shared: Shared, tmp_path: Path) -> World:
    """The account is empty: the server forgets what the test before has made"""
    shared.server.reset()
    shared.server.requests.clear()
    shared.said.clear()
    return World(shared.server, tmp_path, shared.connection, shared.clients, shared.said)
