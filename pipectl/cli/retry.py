"""`pipectl retry`: run a failed stage again."""

import click

from pipectl.cli._act_options import of_execution, on_pipeline, wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, only_file


@click.command()
@click.argument("stage")
@click.option("--all-actions", is_flag=True, help="Run all actions of STAGE again, not only the failed ones")
@of_execution
@on_pipeline
@wait_options
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    stage: str,
    all_actions: bool,
    execution: str | None,
    pipeline: str | None,
    wait: bool,
    timeout: float | None,
) -> None:
    """Retry the failed actions of STAGE

    In the same execution, which goes on from there when they succeed.
    """
    from pipectl.cli._act import carry_out
    from pipectl.runs.verbs.retry import retry

    follow = waits(wait, timeout)
    carry_out(
        lambda cloud, name: retry(cloud, name, stage, named=execution, all_actions=all_actions),
        settings,
        chosen,
        pipeline,
        follow,
    )
