"""Load the specs that a command line names, and show what is doubtful in them."""

import sys
from typing import TYPE_CHECKING

import click

from pipectl.cli._look import look_of
from pipectl.cli._options import DEFAULT_FILE, Chosen
from pipectl.errors import InvalidSpec, WrongUsage

if TYPE_CHECKING:
    from pipectl.spec.problems import Problem
    from pipectl.spec.spec import Spec


def check(chosen: Chosen) -> "tuple[tuple[Spec, ...], list[Problem]]":
    """The specs and all that is wrong with them. Raises WrongUsage without any."""
    from pipectl import flow

    if not chosen.files:
        raise WrongUsage(
            f"no spec is named and there is no {DEFAULT_FILE} here",
            hint="name a file, as in `pipectl plan shop.yaml`, or set PIPECTL_FILE",
        )
    return flow.check(chosen.files, chosen.variables)


def load(chosen: Chosen) -> "tuple[Spec, ...]":
    """The specs without a mistake; doubts go to stderr. Raises InvalidSpec with everything."""
    from pipectl.render.problems import problems_text
    from pipectl.spec.problems import Severity

    specs, problems = check(chosen)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidSpec(problems)
    if problems:
        look = look_of(sys.stderr)
        click.echo(problems_text(problems, look, look.width), err=True)
    return specs


def load_if_any(chosen: Chosen) -> "tuple[Spec, ...]":
    """As load, for commands that work without a spec: one that only lies here may have mistakes."""
    if not chosen.files:
        return ()
    try:
        return load(chosen)
    except InvalidSpec as error:
        if chosen.named:
            raise
        click.echo(f"{chosen.files[0]} is left aside: {error}; `pipectl validate` shows them", err=True)
        return ()
