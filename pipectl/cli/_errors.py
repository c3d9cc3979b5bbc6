"""Errors on stderr: `error:`, `hint:`, and the exit code. A traceback only with `--debug`."""

import contextlib
import re
import sys
import traceback
from collections.abc import Mapping, Sequence

import click

from pipectl.command import pipectl
from pipectl.errors import ExitCode, Interrupted, PipectlError, WrongUsage

ELSEWHERE_CALLED: Mapping[str, tuple[str, ...]] = {
    "list": ("status", "--all"), "ls": ("status", "--all"), "watch": ("status", "--watch"),
    "new": ("init",), "diff": ("plan",), "check": ("validate",), "lint": ("validate",),
    "apply": ("create",), "deploy": ("create",), "up": ("create",), "update": ("create",),
    "delete": ("destroy",), "remove": ("destroy",), "rm": ("destroy",), "down": ("destroy",),
    "run": ("start",), "trigger": ("start",), "abort": ("stop",), "cancel": ("stop",),
    "disable": ("disable-transition",), "pause": ("disable-transition",), "hold": ("disable-transition",),
    "enable": ("enable-transition",), "resume": ("enable-transition",),
    "undo": ("rollback",), "log": ("logs",), "console": ("open",), "generate": ("import",),
}  # fmt: skip
"""The words that other tools have (Terraform, Copilot, kubectl, docker compose, AWS CLI), and ours."""


def show(error: BaseException, words: Sequence[str]) -> ExitCode:
    """Show one error; the exit code that it means. `words` are the command line's."""
    from pipectl.cli._look import look_of
    from pipectl.render.error import error_text

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    if "--debug" in words:
        traceback.print_exception(error)
    said = _told(error)
    if isinstance(error, click.Abort | KeyboardInterrupt) and sys.stderr.isatty():
        click.echo(err=True)  # the terminal has written `^C` behind what was on the line
    with contextlib.suppress(BrokenPipeError):  # whoever read us has gone, so nobody is left to tell
        click.echo(error_text(said, look_of(sys.stderr, plain="--no-color" in words)), err=True)
    return said.exit_code


def no_such_command(word: str, commands: Sequence[str]) -> WrongUsage:
    """The nearest right command, else where all of them are listed."""
    ours = ELSEWHERE_CALLED.get(word) if "create" in commands else None  # those of `local` are others
    meant = f"did you mean `{' '.join(ours)}`?" if ours else _meant(word, commands)
    return WrongUsage(f"no command `{word}`", hint=meant or f"{pipectl('--help')} lists them")


def _told(error: BaseException) -> PipectlError:
    if isinstance(error, PipectlError):
        return error
    if isinstance(error, click.exceptions.NoSuchOption):
        return WrongUsage(f"no option `{error.option_name}`", hint=_option_hint(error))
    if isinstance(error, click.exceptions.NoSuchCommand):
        group = error.ctx.command if error.ctx else None
        names = list(group.commands) if isinstance(group, click.Group) else []
        return no_such_command(error.command_name, names)
    if isinstance(error, click.UsageError):
        return WrongUsage(_sentence(error.format_message()), hint=_spec_meant(error) or _usage(error.ctx))
    if isinstance(error, click.ClickException):
        return WrongUsage(_sentence(error.format_message()))
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return Interrupted("interrupted")
    if isinstance(error, OSError):
        return PipectlError(str(error))
    return PipectlError(
        f"pipectl stumbled over {type(error).__name__}: {error}",
        hint="this is a mistake of pipectl; `--debug` shows where it happened",
    )


def _option_hint(error: click.exceptions.NoSuchOption) -> str | None:
    known = [word for parameter in error.ctx.command.params for word in parameter.opts] if error.ctx else []
    return _meant(error.option_name, known) or _usage(error.ctx)


def _meant(word: str, words: Sequence[str]) -> str | None:
    from pipectl.spec.problems import did_you_mean

    return did_you_mean(word, words)


def _spec_meant(error: click.UsageError) -> str | None:
    """Where a file stands that only `status` and its like take as an argument."""
    found = re.search(r"unexpected extra argument \((\S+\.ya?ml)\)", error.format_message())
    options = [word for parameter in error.ctx.command.params for word in parameter.opts] if error.ctx else []
    return f"`-f {found[1]}` names the spec" if found and "-f" in options else None


def _usage(context: click.Context | None) -> str | None:
    return f"`{context.command_path} --help` shows what it takes" if context else None


def _sentence(message: str) -> str:
    """Click's sentences, in the way that ours are written."""
    text = message.rstrip(".").replace("'", "`")
    return text[:1].lower() + text[1:]
