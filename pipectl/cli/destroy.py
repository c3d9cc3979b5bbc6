"""`pipectl destroy`: remove everything that a stack owns."""

from typing import TYPE_CHECKING

import click

from pipectl.cli._options import Chosen, Settings, aws_options, specs
from pipectl.cli._removal import removal_options
from pipectl.errors import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.aws.session import Connection
    from pipectl.engine.removal import Wishes
    from pipectl.engine.values import Outcome, Plan
    from pipectl.errors import ExitCode


@click.command()
@specs
@click.option("--yes", is_flag=True, help="Do not ask for the stack's name to be typed")
@removal_options
@aws_options
def command(settings: Settings, chosen: Chosen, yes: bool, wishes: "Wishes") -> "ExitCode | None":
    """Delete everything that the stacks of the SPECs own

    What does not carry the stack's tag is left alone, and what was adopted only loses our tags. Repositories
    with images or code, and a bucket with objects, stay unless an option says otherwise; what stays is
    listed with the reason. It asks for the stack's name to be typed. Run it again when it was cut off.

    With `-o json`: a step for each thing that is there, with its outcome, which is null where nobody has
    said yes; an object for one SPEC, a list for several.
    """
    from pipectl import flow, leaving
    from pipectl.cli import _carry_out, _lock, _removal, _session, _specs
    from pipectl.cli._progress import Progress

    loaded = _specs.load(chosen, values=False)
    progress = Progress(settings)
    with _session.connected(settings, loaded, progress.say) as connection:
        stacks = flow.design(loaded, connection, settings.aws)
        with _lock.held(stacks, progress.say):
            plans = leaving.plan(stacks, wishes, _session.tell)
            _removal.refuse_unknown(plans, wishes)
            if settings.is_text:
                _removal.show(plans)
            outcomes: Sequence[Outcome] = []
            try:
                _removal.ask(plans, yes=yes)
            except Declined:
                if not settings.is_text:
                    _tell(settings, plans, outcomes, connection)
                raise
            if any(plan.pending for plan in plans):
                outcomes, seconds = _carry_out.carry_out(plans, stacks, connection, progress, leaving.apply)
                if settings.is_text:
                    _carry_out.report(outcomes, seconds, stacks[0].cloud.account.caller, "destroy")
        _tell(settings, plans, outcomes, connection)
        return _carry_out.exit_code(outcomes, stopped=connection.stop.is_set(), name="destroy")


def _tell(
    settings: Settings, plans: "Sequence[Plan]", outcomes: "Sequence[Outcome]", connection: "Connection"
) -> None:
    from pipectl.render.document import document, one_or_all, removal_data
    from pipectl.render.removal import nothing_left, there

    reads, writes = (connection.book.count(writing=writing) for writing in (False, True))
    if not settings.is_text:
        told = [removal_data(plan, outcomes, reads, writes) for plan in plans]
        click.echo(document(one_or_all(told), settings.output))
    elif not outcomes:
        blank = "\n" if any(map(there, plans)) else ""
        click.echo(f"{blank}{nothing_left(plans, reads, writes)}")
