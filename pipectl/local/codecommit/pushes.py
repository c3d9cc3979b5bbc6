"""Git's server side as a process, and how we learn which references a push moved."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipectl.local.codecommit.store import Move

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOVES = "PIPECTL_LOCAL_MOVES"
_HOOK = f"""#!/bin/sh
cat >> "${_MOVES}"
"""
_NOTHING = "0" * 40
_SETTINGS = (
    "gc.auto=0",  # nothing stays behind in the background
    "receive.autogc=false",
    "maintenance.auto=false",
    "uploadpack.allowFilter=true",
    "uploadpack.allowAnySHA1InWant=true",
)


def install(folder: Path) -> None:
    """Have git tell which references a push moved (git's documentation, "githooks", post-receive)"""
    hook = folder / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_HOOK)
    hook.chmod(0o755)


@contextmanager
def recorded(folder: Path) -> Iterator[Path]:
    """A file for the moves of one push"""
    handle, name = tempfile.mkstemp(prefix="moves-", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def read(moves: Path) -> list[Move]:
    found = []
    for line in moves.read_text(errors="replace").splitlines():
        before, after, reference = line.split(" ", 2)
        if before != after:
            found.append(Move(reference, _known(before), _known(after)))
    return found


def run(
    service: str,
    folder: Path,
    request: BinaryIO,
    said: BinaryIO,
    *,
    advertise: bool = False,
    protocol: str = "",
    moves: Path | None = None,
) -> str | None:
    """Let git answer a request from file to file; what it complained about, when it failed"""
    program = shutil.which("git")
    if program is None:
        return "git is not installed where the local AWS runs"
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    words = [service.removeprefix("git-"), "--stateless-rpc"]
    words += ["--http-backend-info-refs"] if advertise else []
    done = subprocess.run(  # noqa: S603  the words are ours, the folder has a name of our own
        [program, *settings, *words, str(folder)],
        stdin=request,
        stdout=said,
        stderr=subprocess.PIPE,
        env=_environment(folder, protocol, moves),
        check=False,
    )
    return done.stderr.decode(errors="replace").strip() if done.returncode else None


def _environment(folder: Path, protocol: str, moves: Path | None) -> dict[str, str]:
    """Nothing of the user's own git configuration"""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROTOCOL": protocol,
        _MOVES: str(moves) if moves else os.devnull,
    }


def _known(identity: str) -> str | None:
    return None if identity == _NOTHING else identity
