"""Print many lines, one after the other, to whoever still reads; write a file that is asked for."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from pipectl.cli._look import look_of
from pipectl.errors import ExitCode, PipectlError
from pipectl.render.document import document
from pipectl.render.text import wrapped


@contextlib.contextmanager
def while_read() -> Iterator[None]:
    """End without a word when the reader has gone, as in `pipectl logs | head`."""
    try:
        yield
    except BrokenPipeError:
        forget_stdout()
        raise click.exceptions.Exit(ExitCode.FAILED) from None


def forget_stdout() -> None:
    """What is left in the buffer would be flushed into the closed pipe at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def line(text: str) -> None:
    """One line as it is: it was made for this stream, colours and all."""
    click.echo(text, color=True)


def paragraphs(text: str) -> str:
    """The lines, broken at words for a person's terminal; elsewhere each stays one. Commands stay whole."""
    if not sys.stdout.isatty():
        return text
    room = look_of(sys.stdout).width
    return "\n".join(part for each in text.splitlines() for part in wrapped(each, room))


def stream(values: Iterable[Any], output: str) -> None:
    """Values as they come, each as one JSON object on a line of its own (NDJSON), flushed; YAML as a list."""
    if output == "yaml":
        items(values, output)
        return
    for value in values:
        line(compact(value))


def items(values: Iterable[Any], output: str) -> None:
    """A list as one document, printed item by item: it never has to be in memory as a whole."""
    if output == "yaml":
        is_empty = True
        for value in values:
            is_empty = False
            line(document([value], output))
        if is_empty:
            line("[]")
        return
    separator = "["
    try:
        for value in values:
            click.echo(f"{separator}\n{compact(value)}", nl=False)
            separator = ","
    finally:  # an interrupted list is a whole document too
        line("[]" if separator == "[" else "\n]")


def write(file: Path, text: str, *, private: bool = False) -> None:
    """Write a whole file or none: on a full disk what was there before stays.

    Nobody but its owner can read a `private` one.
    """
    is_plain = file.is_file() or not file.exists()  # /dev/stdout is none
    target = file.resolve() if is_plain else file
    new = target.with_name(f".{target.name}.new") if is_plain else file
    try:
        opener = _private if private and is_plain else None
        with open(new, "w", encoding="utf-8", opener=opener) as stream:
            stream.write(text)
        if is_plain:
            new.replace(target)
    except OSError as error:
        if is_plain:
            new.unlink(missing_ok=True)
        raise PipectlError(f"cannot write {file}: {error.strerror}") from error


def _private(name: str, flags: int) -> int:
    """Open a file that is new: one that is there may be open to others."""
    Path(name).unlink(missing_ok=True)
    return os.open(name, flags | os.O_EXCL, 0o600)


def compact(value: Any) -> str:
    """A value as JSON on one line."""
    import json

    return json.dumps(json.loads(document(value, "json")), ensure_ascii=False)
