"""Empty words of a command line are refused: `-p "$NAME"` without NAME would mean any pipeline."""

from typing import Any

import click
from click.core import ParameterSource

from pipectl.errors import WrongUsage

MAY_BE_EMPTY = frozenset({"reason", "comment"})
"""Texts for people: their commands say themselves what is wrong with an empty one."""


def refused(command: click.Command) -> click.Command:
    """The command; a word of it that is typed and empty raises WrongUsage before anything is sent."""
    for parameter in command.params:
        if parameter.name not in MAY_BE_EMPTY and not isinstance(parameter.callback, _Checked):
            parameter.callback = _Checked(parameter.callback)
    if isinstance(command, click.Group):
        for inside in command.commands.values():
            refused(inside)
    return command


class _Checked:
    """A parameter's callback behind the check."""

    def __init__(self, callback: Any) -> None:
        self._callback = callback

    def __call__(self, context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        typed = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        words = value if isinstance(value, tuple) else (value,)
        if typed and any(isinstance(word, str) and not word.strip() for word in words):
            raise WrongUsage(
                f"{_name(context, parameter)} is empty", hint="a variable in the command line may not be set"
            )
        return self._callback(context, parameter, value) if self._callback else value


def _name(context: click.Context, parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(context).strip("[].")
    return f"`{parameter.opts[-1]}`"
