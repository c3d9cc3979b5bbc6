"""`pipectl disable-transition`: close the gates before stages, with a reason."""

from datetime import datetime

import click

from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.command import pipectl
from pipectl.errors import WrongUsage


@click.command("disable-transition")
@click.argument("stages", nargs=-1, required=True, metavar="STAGE...")
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why; shown to everyone who asks for the status"
)
@click.option(
    "--until", metavar="WHEN", help="Its end, kept in the reason: 'Mon 09:00', 3d, '2026-11-30 09:00'"
)
@click.option("-p", "--pipeline", "pipelines", multiple=True, metavar="NAME",
              help="The pipeline, or a pattern as 'shop-*'; more than once for several")  # fmt: skip
@click.option("--outbound", is_flag=True, help="The way out of STAGE instead of the way in")
@click.option("--yes", is_flag=True, help="Do not ask, where several are closed")
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    stages: tuple[str, ...],
    reason: str,
    until: str | None,
    pipelines: tuple[str, ...],
    outbound: bool,
    yes: bool,
) -> None:
    """Disable the inbound transition of STAGE

    What is in it already goes on; what arrives waits, and the newest of those that wait goes on later.
    Of several stages or pipelines the list is shown, and asked about.

    A hold does not end by itself: `--until` records when it shall, `status` shows it, and
    `enable-transition --expired` opens it then.

    With `-o json`: an object for one gate, a list for several.
    """
    from pipectl.cli._gates import Order, turn
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
    if until is not None:
        sent, more = _ending(sent, until)
        notes += more
    turn(Order(stages, pipelines, outbound, sent, yes), settings, chosen, notes)


def _ending(reason: str, until: str) -> tuple[str, list[str]]:
    """The reason with its end, and what is to be said about it."""
    from pipectl.cli._reason import LONGEST
    from pipectl.runs import until as ends

    now = datetime.now().astimezone()
    moment = ends.moment(until, now)
    notes = [f"it does not open by itself: {pipectl('enable-transition', '--expired')} opens it then"]
    if moment - now > ends.LONGEST:
        notes.append("what waits for more than 30 days does not go on when the gate opens")
    return ends.recorded(reason, moment, LONGEST), notes
