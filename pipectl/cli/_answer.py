"""What `approve` and `reject` share."""

from typing import Any

import click

from pipectl.cli._act_options import Wait, of_execution, on_pipeline
from pipectl.cli._options import Chosen, Settings, only_file
from pipectl.errors import WrongUsage

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
    carry_out(lambda cloud, name: send(cloud, name, status, meant, comment), settings, chosen, pipeline, wait)
