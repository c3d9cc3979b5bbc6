"""`pipectl override`: go on in spite of a stage's condition."""

import click

from pipectl.cli._act_options import of_execution, on_pipeline, wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, only_file


@click.command()
@click.argument("stage")
@of_execution
@on_pipeline
@wait_options
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    stage: str,
    execution: str | None,
    pipeline: str | None,
    wait: bool,
    timeout: float | None,
) -> None:
    """Override a condition of STAGE

    A condition that failed or is still asked, before the entry or after the success; AWS lets nobody
    override one after a failure.
    """
    from pipectl.cli._act import carry_out
    from pipectl.runs.verbs.override import override

    follow = waits(wait, timeout)
    carry_out(
        lambda cloud, name: override(cloud, name, stage, named=execution), settings, chosen, pipeline, follow
    )
