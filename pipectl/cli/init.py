"""`pipectl init`: a first spec, from what the folder tells and a few questions."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _printing
from pipectl.cli._options import DEFAULT_FILE, Settings, aws_options
from pipectl.errors import ExitCode, WrongUsage

if TYPE_CHECKING:
    from pipectl.cli._init_questions import Account
    from pipectl.init.answers import Answers

SCHEMA = "pipectl.schema.json"
INDENT = "  "


@click.command()
@click.argument("file", default=DEFAULT_FILE, metavar="[FILE]")
@click.option("--name", metavar="NAME", help="The stack's name; the folder's when it is not given")
@click.option("--repository", metavar="NAME", help="A CodeCommit repository, or owner/name at another host")
@click.option("--branch", metavar="NAME", help="The branch that is deployed; the current one")
@click.option("--connection", metavar="ARN", help="The connection to the other host")
@click.option("--port", metavar="N", help="What the container listens on; EXPOSE of the Dockerfile")
@click.option("--subnet", "subnets", multiple=True, metavar="ID", help="A subnet of the tasks; several times")
@click.option("--security-group", "groups", multiple=True, metavar="ID", help="Of the tasks; several times")
@click.option("--public-ip/--no-public-ip", default=None, help="Whether tasks get a public address")
@click.option("--target-group", metavar="ARN", help="Of a load balancer that exists; none without it")
@click.option("--cluster", metavar="NAME", help="An existing cluster; a new one without it")
@click.option("--from-aws", is_flag=True, help="Look at what the account offers, and propose it")
@click.option("--schema", is_flag=True, help=f"Write {SCHEMA} too, and the line by which editors find it")
@click.option("--force", is_flag=True, help="Write over a FILE that is there")
@aws_options
def command(
    settings: Settings, file: str, from_aws: bool, schema: bool, force: bool, **given: Any
) -> int | None:
    """Write a first spec for the application in this folder

    Reads the Dockerfile, the buildspec and the git remote that are here, asks for the rest, and writes
    FILE (pipectl.yaml when it is not given), with a word beside each line that is not obvious. With
    `--from-aws` it looks at the account and Region and proposes subnets, security groups, connections,
    target groups and clusters; with `--local` it takes those of the local AWS. It creates nothing in AWS.

    `later` answers every question and option: it writes a placeholder, which `validate` explains. Without
    a terminal nothing is asked: what the folder does not tell must be given by options.
    """
    from pipectl.cli import _init_questions
    from pipectl.cli._asking import Asking
    from pipectl.init import folder as folders
    from pipectl.init.text import spec_text

    folder = Path(file).parent
    if not folder.is_dir():
        raise WrongUsage(f"there is no folder `{folder}`", hint="make it, or name another file")
    for name in (Path(file), *([folder / SCHEMA] if schema else [])):
        if name.exists() and not force:
            raise WrongUsage(f"{name} is there already", hint="name another file, or take `--force`")
    here = folders.look(folder)
    asking = Asking()
    asking.begin()
    account = _init_questions.account(settings, asking, here, from_aws=from_aws)
    answers = _init_questions.answers(settings, asking, here, account, {**given, "schema": schema and SCHEMA})
    _printing.write(Path(file), spec_text(answers))
    if schema:
        _write_schema(folder / SCHEMA)
    return _tell(settings, file, answers, account)


def _write_schema(file: Path) -> None:
    from pipectl.kinds import BLOCKS
    from pipectl.render.document import document
    from pipectl.spec.schema import schema

    _printing.write(file, document(schema(BLOCKS), "json") + "\n")


def _tell(settings: Settings, file: str, answers: "Answers", account: "Account") -> int | None:
    """What was written, what is doubtful in it, and what to type next."""
    from pipectl import flow
    from pipectl.cli import _init_next
    from pipectl.render.document import document, problems_data
    from pipectl.spec.later import RULE

    _, problems = flow.check([file], {})
    placeholders = [problem for problem in problems if problem.rule == RULE]
    others = [problem for problem in problems if problem.rule != RULE]
    steps = _init_next.steps(settings, file, answers, account, incomplete=bool(placeholders))
    if settings.is_text:
        click.echo(f"{file} is written\n")
        if placeholders:
            click.echo("Left for later:")
            click.echo("\n".join(line for each in placeholders for line in _lines(str(each))) + "\n")
        click.echo("Next:")
        click.echo(_init_next.text(steps))
        if note := _init_next.address(answers, account):
            click.echo(f"\n{note}")
    else:
        commands = [step.command for step in steps if step.command]
        data = {"file": file, "problems": problems_data(problems), "next": commands}
        click.echo(document(data, settings.output))
    for doubt in answers.doubts():
        click.echo(doubt, err=True)
    for problem in others:
        click.echo(str(problem), err=True)
    return ExitCode.USAGE if any(str(each.severity) == "error" for each in others) else None


def _lines(problem: str) -> list[str]:
    """A problem, indented; elsewhere than on a terminal it is one line, as with `validate`."""
    from pipectl.cli._look import look_of
    from pipectl.render.text import wrapped

    room = look_of(sys.stdout).width - len(INDENT) if sys.stdout.isatty() else len(problem)
    return [INDENT + line for line in wrapped(problem, room)]
