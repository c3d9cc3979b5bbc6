"""`pipectl enable-transition`: open the gates before stages."""

import click

from pipectl.cli._act_options import wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.errors import WrongUsage


@click.command("enable-transition")
@click.argument("stages", nargs=-1, metavar="STAGE...")
@click.option("-p", "--pipeline", "pipelines", multiple=True, metavar="NAME",
              help="The pipeline, or a pattern as 'shop-*'; more than once for several")  # fmt: skip
@click.option("--outbound", is_flag=True, help="The way out of STAGE instead of the way in")
@click.option("--expired", is_flag=True, help="Open the holds whose `--until` has passed, wherever they are")
@click.option("--yes", is_flag=True, help="Do not ask, where several are opened")
@wait_options
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    stages: tuple[str, ...],
    pipelines: tuple[str, ...],
    outbound: bool,
    expired: bool,
    yes: bool,
    wait: bool,
    timeout: float | None,
) -> None:
    """Enable the inbound transition of STAGE

    The one that waits goes on. Of several stages or pipelines the list is shown, and asked about.

    `--expired` is for cron: it opens the holds whose end has passed, of all pipelines of the account and
    Region, of `-p`, or of `-f SPEC`, and asks nobody.

    With `-o json`: an object for one gate, a list for several.
    """
    from pipectl.cli._gate_wait import open_and_follow
    from pipectl.cli._gates import Order, open_expired, turn

    order, follow = Order(stages, pipelines, outbound, None, yes), waits(wait, timeout)
    if follow and (expired or outbound or not order.is_one):
        raise WrongUsage(
            "`--wait` follows the one execution that waits before STAGE",
            hint="name one STAGE, and no pattern",
        )
    if expired:
        if outbound:
            raise WrongUsage(
                "AWS does not tell how outbound transitions are", hint="leave `--outbound` or `--expired` out"
            )
        open_expired(order, settings, chosen)
        return
    if not stages:
        raise WrongUsage("no STAGE is named", hint="as `enable-transition Deploy`, or `--expired`")
    if follow:
        open_and_follow(stages[0], next(iter(pipelines), None), settings, chosen, follow)
    else:
        turn(order, settings, chosen)
