"""`python -m pipectl`, and what the command `pipectl` calls."""

import gc
import io
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

GARBAGE = 100_000
"""Objects between two looks for garbage. Most of what a command makes are service models, which stay; looking
through them after every 700 objects, as Python does, takes a fifth of a `create` and frees nothing."""


def main() -> NoReturn:
    """Run the command line. Ends the process with its exit code."""
    gc.set_threshold(GARBAGE)
    _open_closed_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a job that is cancelled ends like Ctrl-C
    from pipectl.cli import cli

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a commit message must not fail on an ASCII terminal
    code: str | int | None = None
    try:
        cli(prog_name="pipectl")
    except SystemExit as ended:
        code = ended.code
    _end(code)


def _open_closed_streams() -> None:
    """Streams that whoever called us has closed (`>&-`) lead nowhere: Python leaves None in their place.

    Their descriptors are taken too, so that no connection gets one and is written to by mistake.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  open to the end of the process


def _end(code: str | int | None) -> NoReturn:
    """End at once: Python would first wait for calls whose answer nobody wants, minutes when none comes.

    What a command must wait for it has waited for; left are reads that were sent ahead or interrupted.
    """
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except BrokenPipeError:
        pass  # whoever read us has gone
    except OSError:
        code = code or 1  # not all was written: a full disk
    os._exit(code if isinstance(code, int) else bool(code))


if __name__ == "__main__":
    main()
