"""The commands of a build, each in a shell of its own that begins where the one before ended.

User guide, "buildspec version": in 0.2 a command finds what those before it set. What is carried on is the
folder and the environment, and each variable is exported: functions, arrays, aliases and `set -e` end with
their command, and so does what a command set that calls `exit`. So does AWS's own code for the same agent
(aws/codecatalyst-runner-cli, command-runner, ExecuteCommand); builds in public have CODEBUILD_LAST_EXIT among
their variables (OndraM/ci-detector, tests) and "script.sh: line 4" in their logs.
"""

from __future__ import annotations

import os
import select
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipectl.facts.build_images import has_ubuntu
from pipectl.local.codebuild import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

_TICK_S = 0.1

# 3: names of command files come in; 4: exit statuses go out. Neither is handed to a command
_LOOP = """
__state="$1"
exec 3< "$2" 4> "$3"
shift 3
while IFS= read -r __file <&3; do
  if [ -s "$__state" ]; then
    env -i CODEBUILD_BUILD_ID="$CODEBUILD_BUILD_ID" "$@" "$__file" < /dev/null 3<&- 4>&-
  else
    "$@" "$__file" < /dev/null 3<&- 4>&-
  fi
  printf '%s\\n' "$?" >&4
done
"""
_SCRIPT = """. {state}
cd "$PWD"
set -a
{command}
CODEBUILD_LAST_EXIT=$?
{shell} -c 'export PWD; export -p' > {state} 2>/dev/null || export -p > {state}
exit $CODEBUILD_LAST_EXIT
"""


class Interrupted(Exception):
    """The build was stopped or ran out of time while a command ran."""


@dataclass
class _Running:
    process: subprocess.Popen[bytes]
    names: int
    statuses: int
    watch: processes.Watch

    def close(self) -> None:
        for descriptor in (self.names, self.statuses):
            os.close(descriptor)
        processes.end_group(self.process)
        self.watch.close()


class Shell:
    """Runs commands one after the other; output goes to a file as it comes."""

    def __init__(
        self, words: list[str], folder: Path, environment: Mapping[str, str], output: BinaryIO
    ) -> None:
        self._words = words
        self._folder = folder
        self._environment = dict(environment)
        self._output = output
        self._running: _Running | None = None

    def run(self, command: str, tick: Callable[[], bool]) -> int:
        """Run one command and answer its exit status; `tick` is asked again and again whether to go on"""
        running = self._running or self._start()
        file = self._folder / "script.sh"
        file.write_text(self._script(command), encoding="utf-8")
        try:
            os.write(running.names, f"{file}\n".encode())
            return self._status(running, tick)
        finally:
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """End the shell and whatever commands left running"""
        if self._running:
            self._running.close()
            self._running = None

    def fresh(self) -> None:
        """The next command starts in a shell without the state of those before (buildspec version 0.1)"""
        self.close()
        self._forget()

    def _forget(self) -> None:
        self._state.write_text("", encoding="utf-8")

    def _script(self, command: str) -> str:
        return _SCRIPT.format(
            command=command.removesuffix("\n"),
            state=shlex.quote(str(self._state)),
            shell=shlex.join(self._words),
        )

    @property
    def _state(self) -> Path:
        return self._folder / "env.sh"

    def _start(self) -> _Running:
        loop = self._folder / "loop.sh"
        loop.write_text(_LOOP, encoding="utf-8")
        if not self._state.exists():
            self._forget()
        names, statuses = self._pipe("names"), self._pipe("statuses")
        process = subprocess.Popen(  # noqa: S603  running what a repository says is what a build is
            [*self._words, str(loop), str(self._state), str(names), str(statuses), *self._words],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            cwd=self._environment["CODEBUILD_SRC_DIR"],
            env=self._environment,
            start_new_session=True,
        )
        # opened for both directions, so that opening waits for nobody
        opened = os.open(names, os.O_RDWR), os.open(statuses, os.O_RDWR)
        self._running = _Running(process, opened[0], opened[1], processes.Watch(process.pid))
        return self._running

    def _pipe(self, name: str) -> Path:
        """A pipe with a name: not every `sh` takes descriptors above 9"""
        path = self._folder / name
        if not path.exists():
            os.mkfifo(path)
        return path

    def _status(self, running: _Running, tick: Callable[[], bool]) -> int:
        while True:
            readable, _, _ = select.select([running.statuses], [], [], _TICK_S)
            if readable:
                line = os.read(running.statuses, 16)
                if line:
                    return int(line)
            if running.process.poll() is not None:
                self.close()
                return _exit_status(running.process.returncode)
            if not tick():
                self.close()
                raise Interrupted


def words(stated: str | None, image: str) -> list[str]:
    """The shell that a buildspec names; else `sh`, which in Ubuntu images is dash and on Amazon Linux bash

    Seen in logs of both: "script.sh: 4: cd: can't cd to ..." is dash's. Of images of one's own it is not
    known which `sh` they have; bash takes more (inferred).
    """
    bash = shutil.which("bash")
    if stated and "bash" in stated and bash:
        return [bash, "--noprofile", "--norc"]
    return [*sh(image), *([] if has_ubuntu(image) or not bash else ["--noprofile", "--norc"])]


def sh(image: str) -> list[str]:
    """What `sh` means in an image, as far as this machine has it"""
    bash = shutil.which("bash")
    if not has_ubuntu(image) and bash:
        return [bash, "--posix"]
    return [shutil.which("dash") or shutil.which("sh") or "/bin/sh"]


def _exit_status(code: int) -> int:
    """As a shell tells it: a signal is 128 and its number"""
    return code if code >= 0 else 128 - code
