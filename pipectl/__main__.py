"""`python -m pipectl`, and what the command `pipectl` calls."""

import io
import sys


def main() -> None:
    """Run the command line. Ends the process with its exit code."""
    from pipectl.cli import cli

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a commit message must not fail on an ASCII terminal
    cli(prog_name="pipectl")


if __name__ == "__main__":
    main()
