"""Streams that are closed, and a spec that comes from stdin: commands as a shell starts them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "config" / "friendreminders.yaml"


def shell(line: str, folder: Path, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Type a line into a shell; `pipectl` is this one"""
    return subprocess.run(
        ["/bin/sh", "-c", f'pipectl() {{ "{sys.executable}" -m pipectl "$@"; }}; {line}'],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_mistake_of_pipectl(closed: str, tmp_path: Path) -> None:
    said = shell(f"pipectl validate {SPEC} {closed}", tmp_path)
    assert (said.returncode, "mistake of pipectl" in said.stderr) == (0, False)
    refused = shell(f"pipectl status {closed}", tmp_path)
    assert (refused.returncode, "mistake of pipectl" in refused.stderr) == (1, False)


def test_a_spec_is_read_from_stdin(tmp_path: Path) -> None:
    text = SPEC.read_text(encoding="utf-8")
    for command in ("validate -", "export -"):
        said = shell(f"pipectl {command}", tmp_path, text)
        assert said.returncode == 0, said.stderr
    wrong = shell("pipectl validate -", tmp_path, "pipectl: 1\nname: shop\nbucket: {}\n")
    assert wrong.returncode == 2
    assert wrong.stdout.startswith("-:3:1: error: unknown key `bucket`")
