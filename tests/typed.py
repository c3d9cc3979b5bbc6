"""Command lines as click parses them when they are typed, without running them"""

import click

from pipectl.cli import cli


def parsed(words: list[str]) -> str:
    """The name of the command that words mean, as `local connect`; click's or pipectl's error otherwise"""
    command: click.Command = cli
    context = click.Context(cli, info_name="pipectl")
    names: list[str] = []
    while isinstance(command, click.Group):
        _, words, _ = command.make_parser(context).parse_args(words)
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        names.append(str(name))
        if not isinstance(found, click.Group):
            context = found.make_context(name, words, parent=context)
        else:
            context = click.Context(found, info_name=name, parent=context)
        command = found
    return " ".join(names)
