"""The ledger as a table."""

from collections.abc import Callable

from pipectl.aws.ledger import Call
from pipectl.render.calls import calls_text


def test_the_ledger_tells_what_was_sent_how_often_and_whether_it_wrote(
    screen: Callable[[str, str], None],
) -> None:
    calls = [
        Call("codepipeline", "create_pipeline", 1, writes=True),
        Call("iam", "get_role", 12, writes=False),
        Call("sts", "get_caller_identity", 1, writes=False),
    ]
    screen("calls", calls_text(calls))


def test_an_empty_ledger_is_told_as_such() -> None:
    assert calls_text([]).splitlines()[-1] == "0 reads, 0 writes"
