"""`pipectl create`: make AWS look like the specs."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from pipectl.cli._act_options import wait_options, waits
from pipectl.cli._options import Chosen, Settings, aws_options, specs
from pipectl.cli._removal import removal_options
from pipectl.command import about

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipectl import flow, leaving
    from pipectl.aws.session import Connection
    from pipectl.cli._act_options import Wait
    from pipectl.cli._first_push import FirstPush
    from pipectl.cli._first_run import Followed
    from pipectl.cli._plan_file import Kept
    from pipectl.cli._progress import Progress
    from pipectl.engine.removal import Wishes
    from pipectl.engine.values import Outcome, Plan
    from pipectl.errors import ExitCode


@click.command()
@specs
@click.option("--yes", is_flag=True, help="Answer yes where an execution would be disturbed or a hold lost")
@click.option("--adopt", is_flag=True, help="Take over what stands in AWS already and no stack owns")
@click.option("--prune", is_flag=True, help="Remove what the stack owns and the spec no longer names")
@click.option("--wait-for-run", is_flag=True, help="Let an execution end before its pipeline is changed")
@click.option("--plan", "plan_file", metavar="FILE", help="Carry out the plan that `plan --out FILE` kept")
@removal_options
@wait_options
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    yes: bool,
    adopt: bool,
    prune: bool,
    wait_for_run: bool,
    plan_file: str | None,
    wishes: "Wishes",
    wait: bool,
    timeout: float | None,
) -> "ExitCode | None":
    """Create or update everything in the SPECs

    Run it again at any time: what is as the spec says is left alone. It asks only before it takes over
    what no stack owns, and before it would disturb a running execution or lose the hold of a stage; with
    --wait-for-run it lets an execution end first, and plans again. With --prune it also removes, last of
    all and with the care of `destroy`, what the stack owns and the spec no longer names. With --plan it
    does exactly what a kept plan says, or nothing when the specs, their values or AWS have changed since.

    With `-o json`: a plan with an outcome and an error for each step and the number of calls; an object for
    one SPEC, a list for several.
    """
    from pipectl import flow, leaving
    from pipectl.cli import _carry_out, _lock, _plan_file, _removal, _session, _specs, _wait_for_run
    from pipectl.cli._first_push import FirstPush
    from pipectl.cli._progress import Progress

    follow = waits(wait or wait_for_run, timeout) and waits(wait, timeout if wait else None)
    _removal.refuse_without_prune(wishes, prune=prune)
    kept = _plan_file.kept(plan_file, chosen, settings, prune=prune) if plan_file else None
    loaded = _specs.load(kept.chosen if kept else chosen)
    progress = Progress(settings)
    named = about(specs=kept.chosen.files if kept else ())
    with named, _session.connected(settings, loaded, progress.say) as connection:
        looked = leaving.ahead(loaded, connection, settings.aws, _session.tell_if(settings.verbose))
        stacks = flow.design(loaded, connection, settings.aws)
        with _lock.held(stacks, progress.say, timeout) as waited:
            planned = partial(_planned, settings, stacks, wishes, kept=kept, prune=prune)
            plans, going = planned(None if waited else looked)
            if wait_for_run:
                plans, going = _wait_for_run.follow_all(plans, going, stacks, connection, timeout, planned)
            _carry_out.ask(plans, _carry_out.Answers(yes, adopt))
            _removal.ask(going, yes=yes)
            push = FirstPush(stacks, settings)
            progress.hear = push.hear
            outcomes, seconds = _carried_out(plans, going, stacks, connection, progress)
        show = partial(_show, settings, plans, going, outcomes, seconds, connection, push)
        return _ended(show, settings, stacks, outcomes, connection, follow)


def _ended(
    show: "Callable[..., None]",
    settings: Settings,
    stacks: "Sequence[flow.Stack]",
    outcomes: "Sequence[Outcome]",
    connection: "Connection",
    follow: "Wait | None",
) -> "ExitCode":
    """Show how it ended, after following what runs where that is asked for; the exit code."""
    from pipectl.cli import _carry_out

    stopped = connection.stop.is_set()
    if follow and _carry_out.all_done(outcomes) and not stopped:
        _follow(show, settings, stacks, outcomes, connection, follow)
    else:
        show()
    return _carry_out.exit_code(outcomes, stopped=stopped)


def _planned(
    settings: Settings,
    stacks: "Sequence[flow.Stack]",
    wishes: "Wishes",
    looked: "leaving.Ahead | None" = None,
    *,
    kept: "Kept | None",
    prune: bool,
) -> "tuple[Sequence[Plan], Sequence[Plan]]":
    """What is to be made and what is to go, shown. Raises Declined when something is in the way."""
    from pipectl import leaving
    from pipectl.cli import _carry_out, _removal, _session

    seen = leaving.looking_once(stacks) if prune else stacks
    plans = leaving.with_orphans(seen, _session.tell_if(settings.verbose), looked)
    going = leaving.prune(seen, plans, wishes) if prune else ()
    _removal.refuse_unknown(going, wishes)
    if settings.is_text:
        _show_plans(plans, going)
    if kept:
        kept.refuse_changed(plans)
    _carry_out.refuse_obstacles(plans)
    return plans, going


def _carried_out(
    plans: "Sequence[Plan]",
    going: "Sequence[Plan]",
    stacks: "Sequence[flow.Stack]",
    connection: "Connection",
    progress: "Progress",
) -> "tuple[Sequence[Outcome], float]":
    """How every step ended, and the seconds; nothing goes when not all was made."""
    from pipectl import leaving
    from pipectl.cli import _carry_out

    outcomes, seconds = _carry_out.carry_out(plans, stacks, connection, progress)
    if any(plan.pending for plan in going) and _carry_out.all_done(outcomes):
        gone, more = _carry_out.carry_out(going, stacks, connection, progress, leaving.apply)
        return [*outcomes, *gone], seconds + more
    return outcomes, seconds


def _follow(
    show: "Callable[..., None]",
    settings: Settings,
    stacks: "Sequence[flow.Stack]",
    outcomes: "Sequence[Outcome]",
    connection: "Connection",
    wait: "Wait",
) -> None:
    """Show what was made, and follow what runs; as data all of it is one document, so that comes last."""
    from pipectl.cli import _first_run

    if settings.is_text:
        show()
    done: list[Followed] = []
    try:
        done.extend(_first_run.follow_all(stacks, outcomes, connection, wait, settings))
    finally:  # it was made, however the following ends
        if not settings.is_text:
            show(done)
    _first_run.refuse_all(done)


def _show_plans(plans: "Sequence[Plan]", going: "Sequence[Plan]") -> None:
    from pipectl.cli import _carry_out, _removal

    told = [replace(plan, orphans=()) for plan in plans] if going else plans
    if any(plan.pending or plan.obstacles or plan.orphans for plan in told):
        _carry_out.show_plans(told)
    _removal.show(going)


def _show(
    settings: Settings,
    plans: "Sequence[Plan]",
    going: "Sequence[Plan]",
    outcomes: "Sequence[Outcome]",
    seconds: float,
    connection: "Connection",
    push: "FirstPush",
    followed: "Sequence[Followed] | None" = None,
) -> None:
    from pipectl.cli import _carry_out
    from pipectl.render.document import create_data, document, one_or_all, removal_data
    from pipectl.render.plan import as_stated

    reads, writes = (connection.book.count(writing=writing) for writing in (False, True))
    if not settings.is_text:
        told = [create_data(plan, outcomes, reads, writes) for plan in plans]
        for data, plan in zip(told, going, strict=bool(going)):
            data["removed"] = removal_data(plan, outcomes, reads, writes)["steps"]
        if followed is not None:
            from pipectl.cli import _first_run
            from pipectl.cli._events import print_end

            for data in told:
                data["wait"] = _first_run.data(followed, data["stack"])
            print_end(told, settings)
        else:
            click.echo(document(one_or_all(told), settings.output))
    elif not outcomes:
        click.echo(as_stated(plans, reads, writes))
    if outcomes and settings.is_text:
        _carry_out.report(outcomes, seconds, connection.cloud(plans[0].region).account.caller)
        if way_on := push.text(outcomes):
            from pipectl.cli._printing import paragraphs

            click.echo(f"\n{paragraphs(way_on)}")
