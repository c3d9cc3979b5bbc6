"""Where to push the first commit to, which is asked for while the rest is made."""

import threading
from queue import SimpleQueue
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.cli._first_push import KIND, FirstPush
from pipectl.cli._options import Settings
from pipectl.engine.values import Action, Outcome, Resource, Result, Step
from pipectl.flow import Stack, load_specs


class Silent:
    """Answers when it is told to"""

    account = Account("123456789012", "ap-southeast-1")

    def __init__(self) -> None:
        self.answers: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def call(self, _service: str, _operation: str, /, **_: Any) -> dict[str, Any]:
        return self.answers.get()


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
        cloud.answers.put({"repositoryMetadata": {"cloneUrlHttp": "http://nowhere"}})
