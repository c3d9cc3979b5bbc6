"""A folder whose commands run as in a build, with the docker and the aws of machines without them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pipectl

if TYPE_CHECKING:
    from pipectl.local.server import Server

ROOT = Path(pipectl.__file__).parents[1]


class Machine:
    """A folder in which commands run as in a build"""

    def __init__(self, server: Server, account: str, folder: Path) -> None:
        self.folder = folder
        self.account = account
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PIPECTL_LOCAL_BUILD": str(folder.parent),
            "PIPECTL_LOCAL_PRIVILEGED": "1",
            "AWS_ENDPOINT_URL": server.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }

    def run(self, program: str, *words: str, said: str = "", status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", f"pipectl.local.shims.{program}", *words],
            cwd=self.folder,
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr

    def docker(self, *words: str, said: str = "", status: int = 0) -> str:
        return self.run("docker", *words, said=said, status=status)

    def aws(self, *words: str, status: int = 0) -> str:
        return self.run("aws", *words, status=status)

    @property
    def host(self) -> str:
        return f"{self.account}.dkr.ecr.eu-west-1.amazonaws.com"

    def login(self) -> None:
        self.docker("login", "--username", "AWS", "--password-stdin", self.host, said="token")
