"""`pipectl plan`: show what `create` would do."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipectl.cli._options import MARKDOWN, Chosen, Settings, aws_options, specs
from pipectl.errors import ExitCode, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.engine.values import Plan
    from pipectl.flow import Stack
    from pipectl.spec.problems import Problem


@click.command()
@specs
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 3 when something would change")
@click.option("--blame", is_flag=True, help="Tell who changed it last, where CloudTrail's history knows")
@click.option(
    "--as", "form", type=click.Choice(["aws-cli"]), help="Print the commands that would do it, for review"
)
@click.option("--out", metavar="FILE", help="Keep the plan in FILE, for `create --plan FILE`")
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    detailed_exitcode: bool,
    blame: bool,
    form: str | None,
    out: str | None,
) -> ExitCode | None:
    """Show what `create` would change, field by field

    Nothing is written. With --blame each change is told with who made it last, and by which operation: for
    drift, the person to ask. With --as aws-cli it prints a script for bash, whose commands do what `create`
    would do, in its order; secrets of the SPECs stand in it as variables. With --out the plan is kept in a
    file without secrets, and `create --plan FILE` carries out exactly that.

    With `-o json`: an object for one SPEC, a list for several. With `-o markdown`: a comment for a pull
    request, with a block to open for each resource, of at most 60 kB.
    """
    from pipectl import flow, leaving
    from pipectl.blame import with_blame
    from pipectl.cli import _plan_file, _session, _specs
    from pipectl.render.plan import changed_text

    if form and not settings.is_text:
        raise WrongUsage(f"`--as {form}` prints a script, not a document", hint="leave `-o` out")
    if out:
        _plan_file.refuse_other_file(out)
    warnings: list[Problem] = []
    loaded = _specs.load(chosen, show=warnings.extend if settings.output == MARKDOWN else None)
    with _session.connected(settings, loaded) as connection:
        say = _session.tell_if(settings.verbose)
        looked = leaving.ahead(loaded, connection, settings.aws, say)
        stacks = flow.design(loaded, connection, settings.aws)
        plans = leaving.with_orphans(stacks, say, looked)
        if blame:
            plans = with_blame(plans, stacks, connection, changed_text, _session.tell)
        script = _script(plans, stacks) if form else None
        calls = [connection.book.count(writing=writing) for writing in (False, True)]
    click.echo(script or _text(plans, settings, warnings, calls), nl=not script)
    if out:
        _plan_file.keep(out, plans, chosen, settings)
    return ExitCode.PENDING if detailed_exitcode and _is_pending(plans) else None


def _is_pending(plans: "Sequence[Plan]") -> bool:
    return any(plan.pending or plan.obstacles for plan in plans)


def _text(
    plans: "Sequence[Plan]", settings: Settings, warnings: "Sequence[Problem]", calls: "Sequence[int]"
) -> str:
    """The plans as a screen, a comment or a document."""
    from pipectl.cli import _carry_out
    from pipectl.render.document import document, one_or_all, plan_data
    from pipectl.render.markdown import plans_markdown
    from pipectl.render.plan import as_stated

    if settings.output == MARKDOWN:
        now = datetime.now().astimezone()
        return plans_markdown(plans, warnings, now, verbose=settings.verbose)
    if not settings.is_text:
        return document(one_or_all([plan_data(plan) for plan in plans]), settings.output)
    if _is_pending(plans) or settings.verbose or any(plan.orphans for plan in plans):
        return _carry_out.plans_text(plans)
    return as_stated(plans, *calls)


def _script(plans: "Sequence[Plan]", stacks: "Sequence[Stack]") -> str:
    """The plans as commands of the AWS CLI. Raises Declined when something is in the way of them."""
    from pipectl.cli import _carry_out
    from pipectl.review import recording
    from pipectl.review.script import script

    _carry_out.refuse_obstacles(plans)
    return script(list(recording.recorded(plans, [stack.cloud for stack in stacks])))
