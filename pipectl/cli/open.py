"""`pipectl open`: the AWS console's page of a pipeline, an execution, a service or a log."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from pipectl.cli._act_options import of_execution, on_pipeline
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.command import pipectl as command_of
from pipectl.errors import PipectlError

if TYPE_CHECKING:
    from pipectl.runs.pages import Page

WHAT = ("pipeline", "execution", "service", "logs")
DESKTOPS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
"""Variables that tell of a browser with a window of its own; one in the terminal would take it."""


@click.command()
@click.argument("what", type=click.Choice(WHAT), default=WHAT[0], metavar=f"[{'|'.join(WHAT)}]")
@click.option("--print", "print_only", is_flag=True, help="Only print the URL")
@click.option("--action", metavar="NAME", help="The action, or its stage, whose service or log is meant")
@of_execution
@on_pipeline
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    what: str,
    print_only: bool,
    action: str | None,
    execution: str | None,
    pipeline: str | None,
) -> None:
    """Open the page of the AWS console

    Of the pipeline, its newest execution, the ECS service that it deploys, or the log of the action that
    failed or ran last. The URL is printed, and opened where there is a browser and a terminal. The page shows
    what you may see in the account that you are signed in to.

    With `-o json`: an object.
    """
    from pipectl.cli import _where
    from pipectl.runs.pages import Wanted, page

    refuse_elsewhere(settings.endpoint)
    with _where.pipeline(settings, chosen, pipeline) as where:
        found = page(where.connection.cloud, where.cloud, where.pipeline, Wanted(what, execution, action))
    show(found, settings)
    if not print_only and settings.is_text and sys.stdout.isatty() and has_browser(sys.platform, os.environ):
        browse(found.url)


def refuse_elsewhere(endpoint: str | None) -> None:
    """Raise PipectlError where calls do not go to AWS itself: nothing else has a console."""
    from pipectl.facts.console import is_aws

    if endpoint and not is_aws(endpoint):
        what = "the local AWS" if endpoint == "local" else f"{endpoint} is not AWS: it"
        hint = f"{command_of('status')} and {command_of('logs')} show what there is"
        raise PipectlError(f"{what} has no console", hint=hint)


def show(found: "Page", settings: Settings) -> None:
    """Print the URL."""
    from pipectl.render.document import document

    data = {"url": found.url, "shows": found.shows}
    click.echo(found.url if settings.is_text else document(data, settings.output))


def has_browser(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a window can be opened."""
    return platform in ("darwin", "win32") or any(environment.get(name) for name in DESKTOPS)


def browse(url: str, start: "Callable[[str], bool] | None" = None) -> None:
    """Open the URL; where that fails the user has it on the screen, and is told."""
    import webbrowser

    try:
        is_open = (start or webbrowser.open)(url)
    except (webbrowser.Error, OSError):
        is_open = False
    if not is_open:
        click.echo("no browser could be started; open the URL above", err=True)
