"""Carrying out a plan, where only a program can choose the moment."""

import pytest

from pipectl import flow
from pipectl.cli._carry_out import carry_out, exit_code
from pipectl.cli._options import Settings
from pipectl.cli._progress import Progress
from pipectl.engine.run import Started
from pipectl.engine.values import Outcome
from pipectl.errors import Interrupted
from pipectl.local.server import Server


class PressingCtrlC(Progress):
    """Presses Ctrl-C while the first step's end is being shown"""

    def watch(self, event: Started | Outcome) -> None:
        super().watch(event)
        if isinstance(event, Outcome):
            raise KeyboardInterrupt


def test_ctrl_c_at_any_moment_ends_with_what_was_done(
    server: Server,
    environment: dict[str, str | None],
    friendreminders: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    progress = PressingCtrlC(Settings())
    aws = flow.Aws(endpoint_url=server.url)
    with flow.connect(aws, progress.say) as connection:
        stacks = flow.design(flow.load_specs([friendreminders], {}), connection, aws)
        outcomes, _ = carry_out(flow.plan(stacks), stacks, connection, progress)
        assert connection.stop.is_set()
    assert [str(outcome.result) for outcome in outcomes] == ["done"]
    with pytest.raises(Interrupted, match="interrupted: 1 created"):
        exit_code(outcomes, stopped=True)
