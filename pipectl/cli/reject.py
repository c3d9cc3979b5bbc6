"""`pipectl reject`: say no to the approval that an execution waits for."""

import click

from pipectl.cli._answer import answer, answer_options
from pipectl.cli._options import Chosen, Settings, aws_options


@click.command()
@answer_options
@aws_options
def command(settings: Settings, chosen: Chosen, comment: str, **which: str | None) -> None:
    """Reject a pending approval

    The execution fails. When several approvals are asked for, it asks which; without a terminal it names
    them and rejects none.
    """
    answer("Rejected", settings, chosen, comment, None, **which)
