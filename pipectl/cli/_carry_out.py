"""Plan, show, ask, act, show: the road of `create`."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipectl import flow
from pipectl.cli._look import look_of
from pipectl.cli._progress import Progress
from pipectl.command import pipectl
from pipectl.engine.values import Outcome, Plan, Result, Step
from pipectl.errors import Declined, ExitCode, Interrupted, Unchanged
from pipectl.render.outcome import counts_text, done_text, failure_text, left_undone
from pipectl.render.plan import is_told, plan_text
from pipectl.render.text import paragraph, plain

if TYPE_CHECKING:
    from pipectl.aws.session import Connection


@dataclass(frozen=True)
class Answers:
    """What the user has answered beforehand."""

    yes: bool = False
    adopt: bool = False


def show_plans(plans: Sequence[Plan]) -> None:
    """The plans that change something, on stdout; all of them with `--verbose`."""
    click.echo(plans_text(plans))


def plans_text(plans: Sequence[Plan]) -> str:
    """The plans that change something, as stdout shows them; all of them with `--verbose`."""
    now, look = datetime.now().astimezone(), look_of(sys.stdout)
    told = [plan for plan in plans if look.verbose or plan.orphans or any(map(is_told, plan.steps))]
    return "\n\n".join(plan_text(plan, look, now) for plan in told)


def refuse_obstacles(plans: Sequence[Plan]) -> None:
    """Raise Declined with everything that is in the way. Nothing is written then."""
    found = [step.obstacle for plan in plans for step in plan.obstacles if step.obstacle]
    if len(found) == 1:
        raise Declined(f"nothing was written: {found[0].message}", hint=found[0].hint)
    if found:
        listed = "\n".join(f"  {each.message}\n    {each.hint}" for each in found)
        raise Declined(f"nothing was written: {len(found)} things are in the way\n{listed}")


def ask(plans: Sequence[Plan], answers: Answers) -> None:
    """Ask for a yes where one is needed. Raises Declined without a terminal, Unchanged for a no."""
    adoptions = [step for plan in plans for step in plan.adoptions]
    questions = [step for plan in plans for step in plan.questions]
    if adoptions and not answers.adopt:
        they = "it" if len(adoptions) == 1 else "them"
        _confirm(f"no stack owns {_named(adoptions)}", f"Take {they} over?", "`--adopt` answers yes")
    if questions and not answers.yes:
        asking = [remark for step in questions for remark in step.remarks if remark.asks]
        runs = all(remark.execution for remark in asking)
        way_out = "`--wait-for-run` waits until it has ended, `--yes` goes on at once" if runs else ""
        texts = "; ".join(remark.text for remark in asking)
        _confirm(f"{_named(questions)}: {texts}", "Go on?", way_out or "`--yes` answers yes")


def _named(steps: Sequence[Step]) -> str:
    return ", ".join(f"{step.resource.kind} `{plain(step.resource.name)}`" for step in steps)


def _confirm(because: str, question: str, way_out: str) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Declined(f"nothing was written: {because}", hint=way_out)
    click.echo(f"\n{paragraph(because, look_of(sys.stderr).width, 0)}", err=True)
    if not click.confirm(question, err=True):
        raise Unchanged("nothing changed")


def carry_out(
    plans: Sequence[Plan],
    stacks: Sequence[flow.Stack],
    connection: "Connection",
    progress: Progress,
    apply: Callable[..., Iterator[Outcome]] = flow.apply,
) -> tuple[list[Outcome], float]:
    """Every pending step, and the seconds that all took. Ctrl-C ends it with what was done so far."""
    started, before = time.monotonic(), len(progress.outcomes)
    click.echo(err=True)
    with progress.shown(sum(len(plan.pending) for plan in plans), connection.stop):
        try:
            outcomes = list(apply(plans, stacks, connection, progress.watch))
        except KeyboardInterrupt:
            connection.stop.set()
            progress.leave()
            outcomes = progress.outcomes[before:]
    return outcomes, time.monotonic() - started


def all_done(outcomes: Sequence[Outcome]) -> bool:
    """Whether every step ended well."""
    return all(outcome.result is Result.DONE for outcome in outcomes)


def report(outcomes: Sequence[Outcome], seconds: float, caller: str, name: str = "create") -> None:
    """The sum on stdout when all went well; else what failed, and the way on, on stderr."""
    look = look_of(sys.stderr)
    failed = [outcome for outcome in outcomes if outcome.result is Result.FAILED]
    if not failed and all(outcome.result is Result.DONE for outcome in outcomes):
        click.echo(f"\n{done_text(outcomes, seconds, look_of(sys.stdout))}")
        return
    for outcome in failed:
        click.echo(f"\n{failure_text(outcome, caller, look)}", err=True)
    if undone := left_undone(outcomes, look):
        click.echo(f"\nnot tried:\n{undone}", err=True)
    if failed:
        again = f"run {pipectl(name)} again when it is mended"
        click.echo(f"\n{counts_text(outcomes)}; {again}", err=True)


def exit_code(outcomes: Sequence[Outcome], *, stopped: bool, name: str = "create") -> ExitCode:
    """How the command ends. Raises Interrupted after Ctrl-C."""
    if stopped:
        raise Interrupted(
            f"interrupted: {counts_text(outcomes) or 'nothing was done'}",
            hint=f"{pipectl(name)} goes on from there",
        )
    failed = any(outcome.result is not Result.DONE for outcome in outcomes)
    return ExitCode.FAILED if failed else ExitCode.DONE
