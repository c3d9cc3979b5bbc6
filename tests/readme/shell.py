"""One bash that README's commands are typed into, so that `cd` and `export` last."""

import os
import select
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

LONGEST = 180.0
"""Seconds that one command may take."""
MARK = "\x1ereadme\x1e"


class Shell:
    """Use it in `with`: the bash ends with it. Standard output and errors come together, as on a screen."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        script, self._typing = os.pipe()
        self._bash = subprocess.Popen(
            ["bash", f"/dev/fd/{script}"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[script],
        )
        os.close(script)
        assert self._bash.stdout is not None
        self._screen = self._bash.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._typing)
        self._bash.terminate()
        self._bash.wait(10)
        self._screen.close()

    def type(self, command: str) -> tuple[list[str], int]:
        """Type a command; what it printed, and its exit status."""
        told = f"{{ {command}\n}}; status=$?; printf '{MARK}%s\\n' $status; (exit $status)\n"
        os.write(self._typing, told.encode())
        output, _, status = self._until_mark(command).partition(MARK)
        return output.rstrip("\n").splitlines(), int(status)

    def _until_mark(self, command: str) -> str:
        deadline, seen = time.monotonic() + LONGEST, b""
        while MARK.encode() not in seen or not seen.endswith(b"\n"):
            ready, _, _ = select.select([self._screen], [], [], max(0.0, deadline - time.monotonic()))
            more = os.read(self._screen.fileno(), 65536) if ready else b""
            assert more, f"`{command}` did not end; so far it printed\n{seen.decode(errors='replace')}"
            seen += more
        return seen.decode()
