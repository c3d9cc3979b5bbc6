"""Load the specs that a command line names: whole, or only their outlines. What is doubtful is shown.

A command that changes something (`changes`) never goes on past a spec that is invalid: it might act in
another account. What only looks goes on without a spec that was only found here, and says so.
"""

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipectl.cli._look import look_of
from pipectl.cli._options import Chosen
from pipectl.command import first_step, pipectl
from pipectl.errors import InvalidSpec, WrongUsage
from pipectl.spec import near

if TYPE_CHECKING:
    from pipectl.spec.outline import Outline
    from pipectl.spec.problems import Problem
    from pipectl.spec.spec import Spec

WAY_ON = "mend it, or go on without it: `-p NAME --no-spec`"


def check(chosen: Chosen) -> "tuple[tuple[Spec, ...], list[Problem]]":
    """The specs and all that is wrong with them. Raises WrongUsage without any."""
    from pipectl import flow

    if not chosen.files:
        raise WrongUsage(
            f"no spec is named and there is no {' or '.join(near.NAMES)} here",
            hint=f"{_spec_meant() or f'{first_step()};'} `-f FILE` or PIPECTL_FILE names another",
        )
    return flow.check(chosen.files, chosen.variables)


def _spec_meant() -> str | None:
    """The command that was typed, with the spec that is near: above this folder, in it, or one below."""
    found = near.spec(Path())
    verb = click.get_current_context().info_name or ""
    return f"did you mean {pipectl(verb, spec=str(found))}?" if found else None


def load(
    chosen: Chosen, *, values: bool = True, show: "Callable[[Sequence[Problem]], object] | None" = None
) -> "tuple[Spec, ...]":
    """The specs without an error; warnings go to `show`, or to stderr. Raises InvalidSpec with everything.

    With `values` every `${env:}` and `${var:}` must be set; without, only those that names are made of.
    """
    from pipectl.spec.interpolate import MISSING
    from pipectl.spec.problems import Severity

    specs, problems = check(chosen)
    if values:
        unset = {problem for problem in problems if problem.rule == MISSING}
        problems = [replace(each, severity=Severity.ERROR) if each in unset else each for each in problems]
    shown = [problem for problem in problems if problem.severity is not Severity.NOTE]
    if any(problem.severity is Severity.ERROR for problem in shown):
        raise InvalidSpec(shown)
    if shown:
        (show or _show_warnings)(shown)
    return specs


def _show_warnings(problems: "Sequence[Problem]") -> None:
    from pipectl.render.problems import problems_text

    look = look_of(sys.stderr)
    click.echo(problems_text(problems, look, look.width), err=True)


def load_if_any(chosen: Chosen) -> "tuple[Spec, ...]":
    """The whole specs, for a command that only looks and works without one too."""
    try:
        return load(chosen, values=False) if chosen.files else ()
    except InvalidSpec as error:
        _refuse_or_ignore(chosen, error, changes=False)
        return ()


def outlines(chosen: Chosen, pipeline: Sequence[str] = (), *, changes: bool) -> "tuple[Outline, ...]":
    """The outlines of the specs, for a command that needs only names. `pipeline` are those that it names."""
    if changes and chosen.without and not pipeline:
        raise WrongUsage("`--no-spec` needs the pipeline's name", hint="add `-p NAME`")
    try:
        return tuple(found for file in chosen.files for found in _outlines(file, chosen))
    except InvalidSpec as error:
        _refuse_or_ignore(chosen, error, changes=changes)
        return ()


def refuse_unused(chosen: Chosen, *, hint: str) -> None:
    """Raise WrongUsage for a `--var` that no spec asks for: it was meant for something else."""
    from pipectl.spec import disk

    texts = [str(disk.text_of(file)) for file in chosen.files]
    for name in chosen.variables:
        if not any(re.search(rf"\$\{{var:{re.escape(name)}[:}}]", text) for text in texts):
            raise WrongUsage(f"`--var {name}`: no spec has `${{var:{name}}}`", hint=hint)


def _outlines(file: str, chosen: Chosen) -> "list[Outline]":
    """One outline. What is not plainly right is loaded whole, which finds what is wrong."""
    from pipectl.spec.outline import outline, outline_of

    found = outline(file, chosen.variables, os.environ)
    if found:
        return [found]
    return [outline_of(spec) for spec in load(replace(chosen, files=(file,)), values=False)]


def _refuse_or_ignore(chosen: Chosen, error: InvalidSpec, *, changes: bool) -> None:
    if changes:
        error.hint = f"nothing was sent; {WAY_ON}"
    if changes or chosen.named:
        raise error
    found = f"ignoring {chosen.files[0]}: {error.message}; {pipectl('validate')} shows what is wrong"
    click.echo(found, err=True)
