"""`python -m pipectl`, and what the command `pipectl` calls."""

import gc
import io
import signal
import sys

GARBAGE = 100_000
"""Objects between two looks for garbage. Most of what a command makes are service models, which stay; looking
through them after every 700 objects, as Python does, takes a fifth of a `create` and frees nothing."""


def main() -> None:
    """Run the command line. Ends the process with its exit code."""
    gc.set_threshold(GARBAGE)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a job that is cancelled ends like Ctrl-C
    from pipectl.cli import cli

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a commit message must not fail on an ASCII terminal
    try:
        cli(prog_name="pipectl")
    finally:
        gc.freeze()  # the process ends: the collections that Python makes then would take 0.1 s for nothing


if __name__ == "__main__":
    main()
