"""`pipectl approve`: say yes to the approval that an execution waits for."""

import click

from pipectl.cli._act_options import wait_options, waits
from pipectl.cli._answer import answer, answer_options
from pipectl.cli._options import Chosen, Settings, aws_options


@click.command()
@answer_options
@wait_options
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    comment: str,
    wait: bool,
    timeout: float | None,
    **which: str | None,
) -> None:
    """Approve a pending approval

    The execution goes on. When several approvals are asked for, it asks which; without a terminal it names
    them and approves none.
    """
    answer("Approved", settings, chosen, comment, waits(wait, timeout), **which)
