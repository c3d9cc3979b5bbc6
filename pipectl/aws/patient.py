"""A Cloud that waits where AWS settles late: roles that are not usable yet, things just being deleted.

Throttling, lost connections and 5xx answers are botocore's to retry (session.py); here stand only the
refusals that are true now and will not be in a moment.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud
from pipectl.errors import AwsError, Interrupted
from pipectl.facts.settling import ROLE_WRITES, SETTLED, SOON, Settling, settling
from pipectl.stop import Stop

PATIENCE = SETTLED
"""Seconds that AWS may take to settle; the bounds of the table (facts/settling.py) stand to it."""

ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/(?:[^\s/]+/)*([\w+=,.@-]*[\w+=,@-])")
"""An ARN of a role in a message, with the role's name; a full stop behind it belongs to the sentence."""


class Patient:
    """Sends a call again while AWS's answer says that something new is not settled.

    `say` is told what is waited for; `stop` ends all waiting; a call waits at most as long as the table says
    when `patience` is PATIENCE, and else in proportion.
    """

    def __init__(
        self, cloud: Cloud, say: Callable[[str], None], stop: Stop, patience: float = PATIENCE
    ) -> None:
        self._cloud = cloud
        self._say = say
        self._stop = stop
        self._patience = patience
        self._written: set[str] = set()
        self._roles: set[str] = set()

    @property
    def account(self) -> Account:
        """The account behind the door."""
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Send one call, again and again while it is refused for a reason that passes."""
        started = time.monotonic()
        pause = 1.0
        while True:
            try:
                answer = self._cloud.call(service, operation, **params)
            except AwsError as error:
                case = self._case(operation, error)
                waited = time.monotonic() - started
                if case is None:
                    raise
                foreign = self._foreign_role(case, error.said)
                at_most = min(case.at_most, SOON) if foreign else case.at_most
                if waited >= self._patience * at_most / PATIENCE:
                    raise self._given_up(error, case.reason, waited, foreign) from error
                self._wait(case.reason, waited, pause)
                pause = min(pause * 1.6, 10.0)
            else:
                self._written.add(operation)
                if operation in ROLE_WRITES:
                    self._roles.add(params["RoleName"])
                return answer

    def _wait(self, reason: str, waited: float, pause: float) -> None:
        self._say(f"waiting for {reason}, {waited:.0f} s")
        if self._stop.wait(pause):
            raise Interrupted(f"interrupted while waiting for {reason}")

    def _case(self, operation: str, error: AwsError) -> Settling | None:
        case = settling(error.service, operation, error.code, error.said)
        return case if case and self._passes(case, error.said) else None

    def _passes(self, case: Settling, message: str) -> bool:
        """A message that names a role of which this run wrote nothing is true, now and in two minutes."""
        if case.after == ROLE_WRITES:
            named = set(ROLE.findall(message))
            return bool(named & self._roles if named else self._roles)
        return not case.after or not self._written.isdisjoint(case.after)

    def _foreign_role(self, case: Settling, message: str) -> str | None:
        """The role of another account in an answer about roles: mostly only that account can mend it.

        It is tried again for a moment only: a permission of ours to take it on may be new.
        """
        roles = (match.group(0) for match in ROLE.finditer(message)) if case.after == ROLE_WRITES else ()
        return next((role for role in roles if role.split(":")[4] != self.account.id), None)

    def _given_up(self, error: AwsError, reason: str, waited: float, foreign: str | None) -> AwsError:
        said = f"{error.said} (tried for {waited:.0f} s, waiting for {reason})"
        hint = error.hint
        if foreign:
            owner = foreign.split(":")[4]
            hint = f"let account {owner} trust account {self.account.id} in `{foreign}`; it must exist there"
        return AwsError(error.service, error.operation, error.code, said, hint=hint)
