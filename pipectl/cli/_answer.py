"""What `approve` and `reject` share."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli._act_options import Wait, of_execution, on_pipeline
from pipectl.cli._options import Chosen, Settings, only_file
from pipectl.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.runs.verbs.approve import Pending

LONGEST_COMMENT = 512
"""API reference, ApprovalResult."""


def answer_options(function: Any) -> Any:
    """Which approval, and what is said with the answer."""
    for option in (
        click.option("--comment", metavar="TEXT", default="", help="What is said with it"),
        click.option("--stage", metavar="NAME", help="The stage of the approval, when several are asked for"),
        click.option("--action", metavar="NAME", help="The approval's name, when a stage has several"),
        of_execution,
        on_pipeline,
        only_file,
    ):
        function = option(function)
    return function


def answer(
    status: str,
    settings: Settings,
    chosen: Chosen,
    comment: str,
    wait: Wait | None = None,
    **which: str | None,
) -> None:
    """Answer the approval that is meant."""
    from pipectl.cli._act import carry_out
    from pipectl.runs.verbs.approve import Which
    from pipectl.runs.verbs.approve import answer as send

    if len(comment) > LONGEST_COMMENT:
        raise WrongUsage(f"AWS keeps at most {LONGEST_COMMENT} characters of a comment")
    pipeline = which.pop("pipeline")
    meant = Which(**which)
    choose = _choose if sys.stdin.isatty() and sys.stderr.isatty() else None
    carry_out(
        lambda cloud, name: send(cloud, name, status, meant, comment, choose),
        settings,
        chosen,
        pipeline,
        wait,
    )


def _choose(pending: "Sequence[Pending]") -> "Pending":
    """Ask which one is meant. Ctrl-C and the end of the input raise Abort: nothing is sent."""
    from pipectl.cli._look import look_of
    from pipectl.render.act import pending_text

    click.echo(pending_text(pending, look_of(sys.stderr), datetime.now().astimezone()), err=True)
    number: int = click.prompt(
        "Which one?", type=click.IntRange(1, len(pending)), prompt_suffix=" ", err=True
    )
    return pending[number - 1]
