"""`pipectl local`: the local AWS, started, stopped, looked at, emptied."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipectl.cli import _help
from pipectl.cli._options import Settings, output_options
from pipectl.command import pipectl
from pipectl.errors import NotConnected

NO_IAM = "warning: the local AWS does not evaluate permissions (--no-iam): every call is allowed"
STOPPED = "the local AWS is stopped; what was made in it is forgotten"


class _Commands(click.Group):
    """The commands of the local AWS, with their examples."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        found = super().get_command(ctx, cmd_name)
        return _help.explained(found, _help.LOCAL.get(cmd_name, ())) if found else None


@click.group("local", cls=_Commands)
def command() -> None:
    """Start, stop and empty the local AWS

    It needs no account, and nothing leaves this machine.
    """


@command.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Listen there; otherwise a free port is taken")
@click.option("--no-builds", is_flag=True, help="Let builds fail instead of running a repository's commands")
@click.option("--docker", is_flag=True, help="Builds use the real docker, when it is there")
@click.option("--lenient-runtimes", is_flag=True, help="Take runtime versions that AWS has retired")
@click.option("--no-iam", is_flag=True, help="Allow every call, whatever the policies of roles say")
@click.option("--private", is_flag=True, help="Answer only to the access key that `local env` prints")
@click.option("--pace", type=click.FloatRange(min=0), metavar="SECONDS", help="How long a rollout takes  [1]")
@click.option("--throttle", is_flag=True, help="Refuse calls beyond AWS's request quotas, as AWS does")
@output_options
def start(
    settings: Settings,
    port: int | None,
    no_builds: bool,
    docker: bool,
    lenient_runtimes: bool,
    no_iam: bool,
    private: bool,
    pace: float | None,
    throttle: bool,
) -> None:
    """Start it in the background, when it does not run

    Builds run the commands of the buildspec on this machine, as this user, in a folder of their own.
    """
    chosen = {
        "docker": docker,
        "lenient_runtimes": lenient_runtimes,
        "private": private,
        "throttle": throttle,
    }
    options: dict[str, Any] = {name: True for name, value in chosen.items() if value}
    options |= {"builds": False} if no_builds else {}
    options |= {"iam": False} if no_iam else {}
    options |= {} if pace is None else {"pace": pace}
    server = _asked("ensure", port, options)
    if no_iam:
        click.echo(NO_IAM, err=True)
    _show(
        settings,
        {"running": True, "url": server.url, "pid": server.pid},
        f"the local AWS runs on {server.url}",
    )


@command.command()
@output_options
def stop(settings: Settings) -> None:
    """End it, and forget all that was made in it"""
    pid = _asked("stop")
    told = "the local AWS was not running" if pid is None else STOPPED
    _show(settings, {"running": False, "pid": pid}, told)


@command.command()
@output_options
def status(settings: Settings) -> None:
    """Show whether it runs, and where"""
    found = _asked("status")
    if found is None:
        _show(settings, {"running": False}, f"the local AWS does not run; {pipectl('local start')} starts it")
        return
    started = datetime.fromtimestamp(found.started, UTC)
    data = {"running": True, "url": found.url, "pid": found.pid, "version": found.version, "started": started}
    told = f"the local AWS runs on {found.url}, process {found.pid}\n  its log is {found.log}"
    if found.throttle:
        told += "\n  it throttles: calls beyond AWS's request quotas are refused"
    told += "" if found.iam else f"\n  {NO_IAM}"
    data |= {"log": found.log, "throttle": found.throttle, "iam": found.iam}
    _show(settings, data, told)


@command.command()
@output_options
def reset(settings: Settings) -> None:
    """Forget all that was made in it; it goes on running"""
    emptied = _asked("reset")
    told = "the local AWS is empty" if emptied else "the local AWS does not run"
    _show(settings, {"reset": bool(emptied)}, told)


@command.command()
@click.argument("connection")
@click.argument("path", type=click.Path(exists=True, file_okay=False))
@output_options
def connect(settings: Settings, connection: str, path: str) -> None:
    """Let CONNECTION lead to the Git repository in PATH

    CONNECTION is the ARN of a connection to a Git host; PATH is a repository on this machine, or a folder
    with OWNER/NAME in it.
    """
    _asked("connect", connection, path)
    folder = str(Path(path).resolve())
    _show(settings, {"connection": connection, "path": folder}, f"{connection}\n  leads to {folder}")


@command.command()
@click.option("--account", metavar="ID", help="The account, 12 digits")
@click.option("--region", metavar="NAME", help="The Region")
@output_options
def env(settings: Settings, account: str | None, region: str | None) -> None:
    """Print what other AWS clients need to talk to it

    As in `eval "$(pipectl local env)"`, and then `aws codepipeline list-pipelines`
    """
    from shlex import quote

    variables = _asked("environment", account, region)
    lines = [f"export {name}={quote(value)}" for name, value in variables.items()]
    _show(settings, variables, "\n".join(lines))


def _asked(what: str, *words: Any) -> Any:
    """Ask the local AWS' own door (pipectl/local/daemon.py), and make its errors ours."""
    from pipectl.local import daemon

    try:
        return getattr(daemon, what)(*words)
    except daemon.LocalError as error:
        raise NotConnected(error.message, hint=error.hint or None) from error


def _show(settings: Settings, data: dict[str, Any], text: str) -> None:
    from pipectl.render.document import document

    click.echo(text if settings.is_text else document(data, settings.output))
