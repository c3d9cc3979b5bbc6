"""A connection that keeps what it sends, so that another script can send the same."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl import command, flow, leaving
from pipectl.aws.session import Connection, Endpoint
from pipectl.errors import AwsError


@dataclass(frozen=True)
class Sent:
    """One call: what was asked, when it wanted to go out, when it was answered, and with which refusal"""

    service: str
    operation: str
    params: Mapping[str, Any]
    asked: float
    answered: float
    code: str | None


class Recording(Connection):
    """Keeps every call. The time before a free connection counts as under way: it is nobody's answer"""

    def __init__(self, url: str, account: str) -> None:
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
        super().__init__(endpoint=Endpoint(url, keys), say=lambda _: None)
        self.sent: list[Sent] = []
        self.typed = command.Typed(endpoint_url=url)
        """What a command line would have said of the place"""
        self._keeping = threading.Lock()

    def send(self, client: Any, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Send one call and keep it"""
        asked = time.monotonic()
        code: str | None = None
        try:
            return super().send(client, service, operation, params)
        except AwsError as error:
            code = error.code
            raise
        finally:
            with self._keeping:
                self.sent.append(Sent(service, operation, params, asked, time.monotonic(), code))


def create(connection: Recording, files: Sequence[str]) -> None:
    """Do what `pipectl create` does"""
    from pipectl.cli._first_push import FirstPush
    from pipectl.cli._options import Settings
    from pipectl.engine.values import Outcome

    specs = flow.load_specs(files, {})
    looked = leaving.ahead(specs, connection, flow.Aws(), lambda _: None)
    stacks = flow.design(specs, connection, flow.Aws())
    plans = leaving.with_orphans(stacks, lambda _: None, looked)
    push = FirstPush(stacks, Settings(endpoint_url="the local AWS"))

    def watch(event: object) -> None:
        if isinstance(event, Outcome) and push.hear:
            push.hear(event)

    with command.typed(connection.typed):
        outcomes = list(flow.apply(plans, stacks, connection, watch))
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error
    push.text(outcomes)


def prune(connection: Connection, files: Sequence[str]) -> None:
    """Plan what `pipectl create --prune` plans"""
    from pipectl.engine.removal import Wishes

    seen = leaving.looking_once(flow.design(flow.load_specs(files, {}), connection, flow.Aws()))
    leaving.prune(seen, leaving.with_orphans(seen, lambda _: None), Wishes())


def destroy(connection: Connection, files: Sequence[str]) -> None:
    """Plan what `pipectl destroy` plans"""
    from pipectl.engine.removal import Wishes

    stacks = flow.design(flow.load_specs(files, {}), connection, flow.Aws())
    leaving.plan(stacks, Wishes(), lambda _: None)


def status(connection: Recording, files: Sequence[str]) -> None:
    """Do what `pipectl status` does for specs of one Region"""
    from pipectl.aws.account import Account
    from pipectl.kinds.declaration import declaration
    from pipectl.kinds.pipeline_block import Pipeline
    from pipectl.runs import state

    specs = flow.load_specs(files, {})
    region = connection.region(specs[0].region)
    nobody = Account("000000000000", region)
    wanted = {name: declaration(spec, nobody, name) for spec in specs for name in spec.all(Pipeline)}
    with command.typed(connection.typed):
        state.states(connection.cloud(region), region, wanted)
