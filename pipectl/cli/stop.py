"""`pipectl stop`: end an execution."""

import click

from pipectl.cli._act_options import of_execution, on_pipeline, wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.errors import WrongUsage

LONGEST_REASON = 200
"""API reference, StopPipelineExecution."""


@click.command()
@click.option("--abandon", is_flag=True, help="Do not wait for the running actions")
@click.option("--reason", metavar="TEXT", help="Why; shown in the history")
@of_execution
@on_pipeline
@only_file
@wait_options
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    abandon: bool,
    reason: str | None,
    execution: str | None,
    pipeline: str | None,
    wait: bool,
    timeout: float | None,
) -> None:
    """Stop the running execution

    The newest one, after its running actions; with `--abandon` at once: what its actions began in other
    services goes on there. The stage is free then, and whatever waits before it enters. With `--wait` it ends
    when the execution has stopped; exit code 4 when it ended otherwise before.
    """
    from pipectl.cli._act import carry_out
    from pipectl.runs.verbs.stop import stop

    if reason and len(reason) > LONGEST_REASON:
        raise WrongUsage(f"AWS keeps at most {LONGEST_REASON} characters of a reason")
    carry_out(
        lambda cloud, name: stop(cloud, name, named=execution, abandon=abandon, reason=reason),
        settings,
        chosen,
        pipeline,
        waits(wait, timeout),
        aim="Stopped",
    )
