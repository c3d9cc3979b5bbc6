"""`pipectl why` as a screen, where two executions had the same commit."""

from datetime import UTC, datetime

from pipectl.render.marks import Look
from pipectl.render.why import why_text
from pipectl.runs.values import Execution
from pipectl.runs.why.answers import Commit, Failed, Place, Verdict, Why

NOW = datetime(2026, 1, 23, 10, tzinfo=UTC)
COMMIT = Commit("4c1e9d0aa0000000", "Remind friends")


def test_a_commit_that_an_earlier_execution_deployed_is_not_called_not_live() -> None:
    again, earlier = (
        Execution(f"{name * 8}-0000-0000-0000-000000000000", status, COMMIT.id, COMMIT.message)
        for name, status in (("a", "Failed"), ("b", "Succeeded"))
    )
    place = Place("Deploy", "shop/web", earlier)
    why = Why("shop", COMMIT, Verdict.NOT_LIVE, Failed("Build"), again, (place,))
    text = why_text(why, Look(), NOW)
    assert text.startswith('execution aaaaaaaa of 4c1e9d0 "Remind friends" is not live\n')
    assert 'live in shop/web: 4c1e9d0 "Remind friends", by execution bbbbbbbb' in text
