"""One command's way to AWS, with the ledger at its end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipectl.cli._options import Settings
from pipectl.errors import NoPipeline

if TYPE_CHECKING:
    from pipectl.aws.session import Connection
    from pipectl.spec.outline import Outline
    from pipectl.spec.spec import Spec


def tell(text: str) -> None:
    """A word about waiting, on stderr."""
    click.echo(text, err=True)


def tell_if(wanted: bool) -> Callable[[str], None]:
    """A word that only those hear who want to know everything."""
    return tell if wanted else lambda _: None


@contextmanager
def connected(
    settings: Settings,
    specs: "Sequence[Spec | Outline]" = (),
    say: Callable[[str], None] = tell,
    pipelines: Sequence[str | None] = (),
) -> "Iterator[Connection]":
    """Connect to where the named pipelines are, if that can be told.

    With `--calls` list at the end what was sent, also when the command failed.
    """
    from pipectl import flow
    from pipectl.render.calls import calls_text

    accounts, names = [spec.account for spec in specs], [name for name in pipelines if name]
    with flow.connect(settings.aws, say, accounts, names) as connection:
        try:
            yield connection
        except NoPipeline as error:
            error.add_places(connection.pipelines)
            raise
        finally:
            if settings.calls:
                click.echo(calls_text(connection.book.calls()), err=True)
