"""Where to push the first commit to, which is asked for while the rest is made."""

import threading
from queue import SimpleQueue
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.cli._first_push import KIND, FirstPush
from pipectl.cli._options import Settings
from pipectl.command import Typed, typed
from pipectl.engine.values import Action, Outcome, Resource, Result, Step
from pipectl.errors import PipectlError
from pipectl.flow import Stack, load_specs


class Silent:
    """Answers when it is told to"""

    account = Account("123456789012", "ap-southeast-1")

    def __init__(self) -> None:
        self.answers: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def call(self, _service: str, _operation: str, /, **_: Any) -> dict[str, Any]:
        return self.answers.get()


class Refusing:
    """Lets nobody look at repositories"""

    account = Account("123456789012", "ap-southeast-1")

    def call(self, _service: str, _operation: str, /, **_: Any) -> dict[str, Any]:
        raise PipectlError("not allowed")


def outcome(kind: str, name: str, result: Result) -> Outcome:
    return Outcome(Step(Resource(kind, name), Action.CREATE), result)


@pytest.mark.parametrize("rest", [Result.FAILED, Result.NOT_TRIED])
def test_where_not_all_was_made_nobody_waits_for_the_answer(friendreminders: str, rest: Result) -> None:
    (spec,) = load_specs([friendreminders], {})
    cloud, told = Silent(), SimpleQueue[str | None]()
    push = FirstPush([Stack(spec, cloud, ())], Settings(endpoint_url="http://nowhere"))
    outcomes = [outcome(KIND, "FriendReminders", Result.DONE), outcome("pipeline", "FriendReminders", rest)]
    assert push.hear
    push.hear(outcomes[0])
    threading.Thread(target=lambda: told.put(push.text(outcomes)), daemon=True).start()
    try:
        assert told.get(timeout=10) is None
    finally:
        cloud.answers.put({"repositories": []})


def test_who_may_not_ask_for_the_url_is_told_to_push_all_the_same(friendreminders: str) -> None:
    (spec,) = load_specs([friendreminders], {})
    push = FirstPush([Stack(spec, Refusing(), ())], Settings(endpoint_url="http://nowhere"))
    made = outcome(KIND, "FriendReminders", Result.DONE)
    assert push.hear
    with typed(Typed(endpoint_url="http://nowhere")):
        push.hear(made)
    assert push.text([made]) == "waiting for the first push: push branch master to FriendReminders"
