"""The folder, the environment and the bash of a new user who has just installed pipectl."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.readme.blocks import Block
from tests.readme.shell import Shell

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"

_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "COVERAGE_PROCESS_START")


def environment(folder: Path) -> Mapping[str, str]:
    """Nothing of the machine: no credentials, no colours, 80 columns, a state folder of its own."""
    commands = folder / "bin"
    commands.mkdir()
    program = commands / "pipectl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipectl "$@"\n')
    program.chmod(0o755)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    home = folder / "home"
    home.mkdir()
    return {
        **kept,
        "PATH": os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *kept.get("PYTHONPATH", "").split(os.pathsep)]),
        "HOME": str(home),
        "XDG_STATE_HOME": str(folder / "state"),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Tung",
        "GIT_AUTHOR_EMAIL": "tung@example.com",
        "GIT_COMMITTER_NAME": "Tung",
        "GIT_COMMITTER_EMAIL": "tung@example.com",
    }


def write(block: Block, folder: Path) -> Path:
    """Write a YAML block to the file that its first line names; one that is there already must be equal."""
    first = block.text.partition("\n")[0]
    assert first.startswith("# "), f"README.md:{block.line}: the first line of a YAML block names its file"
    file = folder / first.removeprefix("# ").split()[0]
    if file.exists():
        body = block.text.partition("\n")[2]
        assert file.read_text().endswith(body), f"README.md:{block.line}: {file.name} says something else"
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text)
    return file


@contextmanager
def workplace(folder: Path) -> Iterator[tuple[Path, Shell]]:
    """The working folder with copies of `config/`, and a bash in it; the local AWS ends with it."""
    here = folder / "here"
    here.mkdir()
    shutil.copytree(ROOT / "config", here / "config")
    with Shell(here, environment(folder)) as shell:
        try:
            yield here, shell
        finally:
            shell.type("pipectl local stop")
