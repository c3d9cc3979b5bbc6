"""Somebody who stands at the door of the local AWS, writes down what comes in, and judges it by a policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.aws.account import Account
from pipectl.aws.permissions import Purpose
from pipectl.local import routing
from pipectl.local.wire import Request
from pipectl.review import policy
from tests.review import iam

if TYPE_CHECKING:
    from pipectl.local.server import Server
    from pipectl.local.wire import Answer
    from pipectl.spec.spec import Spec

EVERY = Purpose.PLAN | Purpose.CREATE | Purpose.STATUS | Purpose.OPERATE | Purpose.DESTROY


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


def allowed(spec: "Spec", account: str, purpose: Purpose) -> list[dict[str, Any]]:
    """The statements of a spec"""
    return policy.statements(spec, Account(account, spec.region or ""), purpose)


@dataclass
class Judge:
    """Holds what comes in at the door against the policies of a spec"""

    door: Door
    account: str
    spec: "Spec"
    denied: list[str] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.referee = iam.Referee(self.account)
        self.whole = allowed(self.spec, self.account, EVERY)

    @contextmanager
    def only(self, purpose: Purpose) -> Iterator[None]:
        """What is sent meanwhile must be allowed by the policy for this purpose alone"""
        for request in self.door.take():
            self.referee.asked(request)  # which tells it the paths of roles
        narrow = allowed(self.spec, self.account, purpose)
        yield
        for request in self.door.take():
            for asked in self.referee.asked(request):
                if not iam.allowing(narrow, asked):
                    self.denied.append(f"{purpose}: {asked}")
                self.used |= {(sid, asked.action) for sid in iam.allowing(self.whole, asked)}

    def unused(self, purpose: Purpose) -> set[str]:
        """The actions of a purpose that no call needed, and the statements that allowed none"""
        statements = allowed(self.spec, self.account, purpose)
        actions = {action for statement in statements for action in statement["Action"]}
        idle = {
            statement["Sid"]
            for statement in self.whole
            if statement["Sid"] not in {sid for sid, _ in self.used}
            if actions.issuperset(statement["Action"])
        }
        return idle | (actions - {action for _, action in self.used})
