"""`pipectl why`: one answer to the question why a commit is not live."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import datetime

import click

from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.command import about
from pipectl.errors import ExitCode, PipectlError


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """An error means that the question cannot be answered, which has its own exit code."""
    from pipectl.runs.why.answers import CannotTell

    try:
        yield
    except PipectlError as error:
        if error.exit_code is ExitCode.FAILED:
            raise CannotTell(error.message, hint=error.hint) from error
        raise


@click.command()
@click.argument("commit", required=False)
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@only_file
@aws_options
def command(settings: Settings, chosen: Chosen, commit: str | None, pipeline: str | None) -> int:
    """Explain why a commit has not been deployed

    What holds it, whose doing that is, what is live instead, and the next command to type. COMMIT is the
    beginning of a commit, an image digest, an object version or an execution; without one it is the newest.

    Exit code 0 when it is live, 1 when it is not, 2 when that cannot be told.
    """
    from pipectl.cli import _where
    from pipectl.cli._look import look_of
    from pipectl.render.document import document
    from pipectl.render.why import why_data, why_text
    from pipectl.runs.why.why import why

    with _telling(), _where.pipeline(settings, chosen, pipeline) as where:
        told = why(where.cloud, where.connection.cloud, where.pipeline, commit)
    now = datetime.now().astimezone()
    if settings.is_text:
        with about(region=where.region):  # commands of the AWS CLI do not know the spec's
            click.echo(why_text(told, look_of(sys.stdout), now))
    else:
        click.echo(document(why_data(told, now), settings.output))
    return int(told.verdict)
