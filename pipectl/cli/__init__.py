"""The command line: finds every command in this folder and shows every error. Only this room prints."""

import contextlib
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from pipectl import __version__
from pipectl.cli import _empty, _errors, _help
from pipectl.cli._options import WORDS, all_options
from pipectl.errors import ExitCode

COMPLETE = "_PIPECTL_COMPLETE"
"""The variable by which a completion script asks (click's documentation, "Shell Completion")."""


class Commands(click.Group):
    """The commands of this folder: the module `enable_transition` holds `enable-transition`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every module that is not private. Nothing is imported yet."""
        modules = pkgutil.iter_modules(__path__)
        return sorted(found.name.replace("_", "-") for found in modules if not found.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command, and only that one."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        _help.explained(command, _help.examples_of(cmd_name))
        return _completing(_empty.refused(command))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """By what they are for."""
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        _help.write_groups(formatter, {name: command for name, command in found.items() if command})

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """As click does; the words of the line are kept for hints that repeat them."""
        words = list(args)
        context = super().make_context(info_name, args, parent, **extra)
        context.meta[WORDS] = words
        return context

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with all names at hand for the nearest right one."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise _errors.no_such_command(error.command_name, self.list_commands(ctx)) from error

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run and end with the exit code; without `standalone_mode` errors pass through, as in click."""
        if not extra.get("standalone_mode", True):
            return super().main(args, *rest, **extra)
        words = list(sys.argv[1:] if args is None else args)
        if COMPLETE in os.environ:
            from pipectl.cli import _shells

            _shells.register()
        with _shown_errors(words) as ended:
            ended.append(super().main(words, *rest, **{**extra, "standalone_mode": False}))
        sys.exit(ended[-1] or ExitCode.DONE)


def _completing(command: click.Command) -> click.Command:
    """The command; while a shell completes a line its parameters know what they can be."""
    if COMPLETE not in os.environ:
        return command
    from pipectl.cli import _complete

    if isinstance(command, click.Group):
        for inside in command.commands.values():
            _complete.attach(inside)
    return _complete.attach(command)


@contextlib.contextmanager
def _shown_errors(words: Sequence[str]) -> Iterator[list[Any]]:
    """Every error on stderr, as a message and an exit code; the list's last item is the exit code."""
    ended: list[Any] = []
    try:
        yield ended
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the one place that shows all of them
        ended.append(_errors.show(error, words))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`pipectl COMMAND --help` explains a command and shows examples. The options above also stand "
    "behind it.\n\n"
    "New here? `pipectl --local init` in the folder of an application with a Dockerfile leads to a first "
    "deployment, without an AWS account.",
)
@click.version_option(__version__, prog_name="pipectl", message="%(prog)s %(version)s")
@all_options
def cli() -> None:
    """Delivery pipelines to Amazon ECS from one YAML file"""


_empty.refused(cli)
