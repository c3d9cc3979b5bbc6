"""`pipectl plan`: show what `create` would do."""

import click

from pipectl.cli._options import Chosen, Settings, aws_options, specs
from pipectl.errors import ExitCode


@click.command()
@specs
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 3 when something would change")
@aws_options
def command(settings: Settings, chosen: Chosen, detailed_exitcode: bool) -> ExitCode | None:
    """Show what `create` would change, field by field

    Nothing is written.

    With `-o json`: an object for one SPEC, a list for several.
    """
    from pipectl import flow, leaving
    from pipectl.cli import _carry_out, _session, _specs
    from pipectl.render.document import document, one_or_all, plan_data
    from pipectl.render.plan import as_stated

    loaded = _specs.load(chosen)
    with _session.connected(settings, loaded) as connection:
        stacks = flow.design(loaded, connection, settings.aws)
        plans = leaving.with_orphans(stacks, _session.tell_if(settings.verbose))
        calls = [connection.book.count(writing=writing) for writing in (False, True)]
    pending = any(plan.pending or plan.obstacles for plan in plans)
    if not settings.is_text:
        click.echo(document(one_or_all([plan_data(plan) for plan in plans]), settings.output))
    elif pending or settings.verbose or any(plan.orphans for plan in plans):
        _carry_out.show_plans(plans)
    else:
        click.echo(as_stated(plans, *calls))
    return ExitCode.PENDING if pending and detailed_exitcode else None
