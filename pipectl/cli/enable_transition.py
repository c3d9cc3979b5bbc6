"""`pipectl enable-transition`: open the gate before a stage."""

import click

from pipectl.cli._options import Chosen, Settings, aws_options, only_file


@click.command("enable-transition")
@click.argument("stage")
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@click.option("--outbound", is_flag=True, help="The way out of STAGE instead of the way in")
@only_file
@aws_options
def command(settings: Settings, chosen: Chosen, stage: str, pipeline: str | None, outbound: bool) -> None:
    """Let executions into STAGE again

    The one that waits goes on.
    """
    from pipectl.cli._gate import Gate, turn

    turn(Gate(stage, pipeline, outbound, None), settings, chosen)
