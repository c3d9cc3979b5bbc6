"""Which programs a build finds first on its PATH: `docker`, and `aws` where the real one is missing."""

from __future__ import annotations

import functools
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipectl.local.codebuild import shell

if TYPE_CHECKING:
    from pipectl.local.codebuild.record import Build

_PATIENCE_S = 20


def install(build: Build, *, real_docker: bool) -> Path:
    """Write the programs of one build; the folder for its PATH"""
    folder = build.folder / "bin"
    folder.mkdir(exist_ok=True)
    if not (real_docker and shutil.which("docker")):
        _write(folder / "docker", "docker")
        _write(folder / "docker-compose", "docker", "compose")
    _write_sh(folder / "sh", build.shown["environment"]["image"])
    if not _aws_works():
        _write(folder / "aws", "aws")
    return folder


def variables(build: Build, region: str) -> dict[str, str]:
    """What the shims want to know"""
    return {
        "PIPECTL_LOCAL_BUILD": str(build.folder),
        "PIPECTL_LOCAL_REGION": region,
        "PIPECTL_LOCAL_PRIVILEGED": "1" if build.shown["environment"]["privilegedMode"] else "",
    }


def _write(path: Path, name: str, *words: str) -> None:
    root = Path(__file__).parents[3]
    python = shlex.quote(sys.executable) + (
        " -S" if name == "docker" else ""
    )  # it starts sooner without site
    path.write_text(
        f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(root))} exec {python} -m"
        f' {shlex.join([f"pipectl.local.shims.{name}", *words])} "$@"\n'
    )
    path.chmod(0o755)


def _write_sh(path: Path, image: str) -> None:
    """`sh x.sh` runs the shell that the image calls so"""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(shell.sh(image))} "$@"\n')
    path.chmod(0o755)


@functools.cache
def _aws_works() -> bool:
    """Whether the AWS CLI is installed and runs in a home without the user's files"""
    program = shutil.which("aws")
    if program is None:
        return False
    environment = {"PATH": f"{Path(program).parent}:/usr/bin:/bin", "HOME": tempfile.gettempdir()}
    try:
        done = subprocess.run(  # noqa: S603  the CLI of the machine, asked for its version
            [program, "--version"], env=environment, capture_output=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
