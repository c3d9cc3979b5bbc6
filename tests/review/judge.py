"""Somebody who stands at the door of the local AWS, writes down what comes in, and judges it by a policy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pipectl.aws.account import Account
from pipectl.aws.permissions import Purpose
from pipectl.local import model, routing
from pipectl.local.wire import Refused, Request, refusal
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
    refuses: Callable[[Request], str | None] = lambda _: None
    """Why a call is not let in"""

    def answer(self, environ: dict[str, Any], body: bytes) -> "Answer | None":
        request = routing.read(environ, body, self.server.world)
        self.came.append(request)
        if said := self.refuses(request):
            return refusal(model.protocol(request.service), Refused("AccessDeniedException", said, 403))
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
        """Meanwhile nothing is let in but what the policy for this purpose alone allows"""
        for request in self.door.take():
            self.referee.asked(request)  # which tells it the paths of roles
        self.door.refuses = partial(self._refuses, allowed(self.spec, self.account, purpose))
        yield
        self.door.refuses = lambda _: None
        self.door.take()

    def _refuses(self, narrow: list[dict[str, Any]], request: Request) -> str | None:
        asked = self.referee.asked(request)
        self.used |= {(sid, each.action) for each in asked for sid in iam.allowing(self.whole, each)}
        wrong = [str(each) for each in asked if not iam.allowing(narrow, each)]
        self.denied += wrong
        return f"not allowed: {', '.join(wrong)}" if wrong else None

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
