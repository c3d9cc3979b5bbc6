"""`pipectl completion`: the script that completes commands and options in a shell."""

import click

from pipectl.cli._options import Settings, output_options


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@output_options
def command(settings: Settings, shell: str) -> None:
    """Print a shell completion script

    It completes commands, options, specs, pipelines, stages, executions and connections; files everywhere
    else. In ~/.bashrc or ~/.zshrc `eval "$(pipectl completion bash)"` (or `zsh`) installs it, in
    ~/.config/fish/config.fish `pipectl completion fish | source`.
    """
    from pipectl.cli import _shells, cli

    click.echo(_shells.SHELLS[shell](cli, {}, _shells.PROGRAM, _shells.VARIABLE).source())
