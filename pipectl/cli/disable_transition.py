"""`pipectl disable-transition`: close the gate before a stage, with a reason."""

import click

from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.errors import WrongUsage


@click.command("disable-transition")
@click.argument("stage")
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why; shown to everyone who asks for the status"
)
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@click.option("--outbound", is_flag=True, help="The way out of STAGE instead of the way in")
@only_file
@aws_options
def command(
    settings: Settings, chosen: Chosen, stage: str, reason: str, pipeline: str | None, outbound: bool
) -> None:
    """Let no execution into STAGE until it is opened

    What is in it already goes on; what arrives waits, and the newest of those that wait goes on later.
    """
    from pipectl.cli._gate import Gate, turn
    from pipectl.cli._reason import LONGEST, accepted

    sent = accepted(reason)
    if not sent:
        raise WrongUsage(
            f"AWS keeps nothing of the reason `{reason}`",
            hint="plain letters, digits, spaces and !@().*?- are kept",
        )
    notes = []
    if sent != reason:
        notes = ["AWS keeps only plain letters, digits and !@().*?- in a reason"]
        if len(reason) > LONGEST:
            notes = [f"AWS keeps at most {LONGEST} plain letters, digits and !@().*?- of a reason"]
    turn(Gate(stage, pipeline, outbound, sent), settings, chosen, notes)
