"""`pipectl completion`: the script that completes commands and options in a shell."""

import click

from pipectl.cli._options import Settings, output_options

PROGRAM = "pipectl"
VARIABLE = "_PIPECTL_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@output_options
def command(settings: Settings, shell: str) -> None:
    """Print a shell completion script

    As in `eval "$(pipectl completion bash)"`, in ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    from pipectl.cli import cli

    script = get_completion_class(shell)
    assert script is not None  # noqa: S101  the three shells are click's own
    click.echo(script(cli, {}, PROGRAM, VARIABLE).source())
