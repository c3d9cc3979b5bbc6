"""`pipectl validate`: every mistake of the specs, offline."""

import sys

import click

from pipectl.cli._options import Chosen, Settings, output_options, specs
from pipectl.errors import ExitCode


@click.command()
@specs
@click.option("--strict", is_flag=True, help="Warnings count as errors")
@output_options
def command(settings: Settings, chosen: Chosen, strict: bool) -> ExitCode | None:
    """Check the SPECs: every mistake with its place

    Offline and without credentials.

    With `-o json`: a list of the problems of all SPECs.
    """
    from pipectl.cli import _specs
    from pipectl.cli._look import look_of
    from pipectl.render.document import document, problems_data
    from pipectl.render.problems import problems_text

    _, problems = _specs.check(chosen)
    look = look_of(sys.stdout)
    if not settings.is_text:
        click.echo(document(problems_data(problems), settings.output))
    elif problems:
        # Elsewhere than on a terminal every problem is one line: that is what editors and grep read.
        click.echo(problems_text(problems, look, look.width if sys.stdout.isatty() else None))
    else:
        click.echo(f"{', '.join(chosen.files)}: no mistakes")
    counted = ("error", "warning") if strict else ("error",)
    wrong = [problem for problem in problems if str(problem.severity) in counted]
    return ExitCode.USAGE if wrong else None
