"""What is no spec at all costs one clear error, a second or two, and little memory.

A process of its own reads each file, and may not have more than 300 MB, the interpreter included.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipectl.spec.text import read

SECONDS = 20  # a bound against hanging; each takes well under one, but the machine may be busy
MEGABYTES = 300
READING = """
import sys
from pipectl.spec.files import resolve_files
from pipectl.spec.interpolate import interpolate
from pipectl.spec.text import read
document = resolve_files(interpolate(read(sys.argv[1]), {}, {}))
print(*document.problems, sep="\\n")
sys.exit(0 if document.broken else 1)
"""


def said(file: Path | str) -> str:
    """The one problem that a process of its own finds in the file, without the file's name."""
    done = subprocess.run(
        [sys.executable, "-c", READING, str(file)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"},
        preexec_fn=_bounded,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    return line.replace(str(file), "FILE")


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))


def bomb(levels: int) -> str:
    """The billion laughs: every level is ten times the one before."""
    lines = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *lines])


def merge_bomb(levels: int) -> str:
    merged = [f"<<: [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    lines = [f"a{level}: &a{level} {{{each}, k{level}: v}}" for level, each in enumerate(merged, 1)]
    return "\n".join(["a0: &a0 {k: v}", *lines])


def chain(levels: int) -> str:
    lines = [f"a{level}: &a{level} [*a{level - 1}]" for level in range(1, levels)]
    return "\n".join(["a0: &a0 [x]", *lines])


TOO_DEEP = "error: more than 100 levels of nesting"
LIBYAML_STOPS = {"1:1003": "1:103", "1:1001": "1:101"}
"""Where libyaml gives up by itself, in PyYAML 6.0.4 and later: where we do in earlier ones."""
TOO_MANY = "error: more than 100,000 values"
NO_KEYS = "error: the file holds a single value where keys are wanted; write `key: value`, one key to a line"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "10 MB": (lambda: b"a: b\n" * 2_000_000, "1:1: error: the file is larger than 1,000,000 bytes"),
    "10,000 lists": (lambda: b"a: " + b"[" * 10_000 + b"]" * 10_000, f"1:103: {TOO_DEEP}"),
    "10,000 mappings": (lambda: b"{a: " * 10_000 + b"}" * 10_000, f"1:401: {TOO_DEEP}"),
    "900,000 open lists": (lambda: b"[" * 900_000, f"1:101: {TOO_DEEP}"),
    "10,000 dashes": (lambda: b"- " * 10_000 + b"x", f"1:201: {TOO_DEEP}"),
    "10,000 question marks": (lambda: b"? " * 10_000, f"1:201: {TOO_DEEP}"),
    "deep indentation": (
        lambda: b"".join(b" " * level + b"a:\n" for level in range(1_400)),
        f"101:101: {TOO_DEEP}",
    ),
    "a bomb of anchors": (
        lambda: bomb(10).encode(),
        f"5:45: {TOO_MANY}; the alias `*a3` is where it grows too large",
    ),
    "a bomb of merges": (
        lambda: merge_bomb(1_000).encode(),
        f"106:19: {TOO_MANY}; the alias `*a104` is where it grows too large",
    ),
    "a chain of anchors": (lambda: chain(5_000).encode(), f"100:12: {TOO_DEEP}"),
    "300,000 lists": (lambda: b"a: [" + b"[]," * 300_000 + b"]", f"1:299996: {TOO_MANY}"),
    "490,000 numbers": (lambda: b"a: [" + b"1," * 490_000 + b"]", f"1:199999: {TOO_MANY}"),
    "300,000 anchors": (lambda: b"&a " * 300_000, "1:4: error: nothing may follow the end of the document"),
    "every byte": (lambda: bytes(range(256)) * 200, "1:1: error: the file is binary, not text"),
    "a program": (lambda: b"\x7fELF\x02\x01\x01\0\0", "1:1: error: the file is binary, not text"),
    "UTF-16": (
        lambda: "a: b".encode("utf-16"),
        "1:1: error: the file is UTF-16, not UTF-8; save it as UTF-8",
    ),
    "nothing": (lambda: b"", "1:1: error: the file is empty"),
    "only line ends": (lambda: b"\n" * 999_999, "1:1: error: the file is empty"),
    "one long word": (lambda: b"x" * 999_999, f"1:1: {NO_KEYS}"),
    "one long quote": (
        lambda: b'a: "' + b"x" * 900_000,
        "1:4: error: the quote that opens here is never closed",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_one_clear_error(tmp_path: Path, name: str) -> None:
    content, wanted = HOSTILE[name]
    file = tmp_path / "hostile.yaml"
    file.write_bytes(content())
    place, told = said(file).removeprefix("FILE:").split(": ", 1)
    assert f"{LIBYAML_STOPS.get(place, place)}: {told}" == wanted


def test_a_large_spec_of_good_lines_is_read_within_the_bounds(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("".join(f"key{number}: {{a: [1, x, y], b: 'z'}}\n" for number in range(9_000)))
    assert len(read(str(file)).values) == 9_000


def test_a_folder_is_no_spec_and_its_only_yaml_file_is_named(tmp_path: Path) -> None:
    assert said(tmp_path) == "FILE:1:1: error: `FILE` is a folder"
    (tmp_path / "shop.yaml").touch()
    (tmp_path / "notes.txt").touch()
    assert said(tmp_path) == "FILE:1:1: error: `FILE` is a folder; did you mean `FILE/shop.yaml`?"


def test_a_loop_of_links_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert said(tmp_path / "a.yaml") == "FILE:1:1: error: `FILE` is a link that leads back to itself"


def test_a_link_to_nowhere_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nowhere.yaml")
    assert said(tmp_path / "a.yaml") == "FILE:1:1: error: `FILE` is a link to a file that is not there"


def test_a_pipe_does_not_wait_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert said(tmp_path / "pipe.yaml") == "FILE:1:1: error: `FILE` is not a regular file"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_not_read(device: str) -> None:
    assert said(device) == "FILE:1:1: error: `FILE` is not a regular file"


def test_a_path_through_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").touch()
    wanted = "FILE:1:1: error: `FILE` passes through a file as if it were a folder"
    assert said(tmp_path / "shop.yaml" / "x.yaml") == wanted


@pytest.mark.parametrize(
    ("typed", "meant"), [("shpo.yaml", "shop.yaml"), ("shop.yml", "shop.yaml"), ("othr.yaml", "other.yml")]
)
def test_for_a_missing_file_the_nearest_one_is_named(tmp_path: Path, typed: str, meant: str) -> None:
    for name in ("shop.yaml", "other.yml", "shpo.txt"):
        (tmp_path / name).touch()
    wanted = f"FILE:1:1: error: there is no file `FILE`; did you mean `{tmp_path / meant}`?"
    assert said(tmp_path / typed) == wanted


def test_a_missing_file_in_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    assert said(tmp_path / "none" / "shop.yaml") == "FILE:1:1: error: there is no file `FILE`"


def test_a_file_that_may_not_be_read_is_one_clear_error(tmp_path: Path, nobody: None) -> None:
    file = tmp_path / "shop.yaml"
    (problem,) = read(str(file)).problems
    assert problem.message.endswith("shop.yaml` may not be read")
    assert problem.hint == "look at its permissions and its owner"


@pytest.fixture(name="nobody")
def as_nobody(tmp_path: Path) -> Iterator[None]:
    """Permissions do not bind root, so for this test root is nobody."""
    file = tmp_path / "shop.yaml"
    file.write_text("name: shop\n")
    file.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "\ud800", ""])
def test_a_name_that_no_file_can_have_is_one_clear_error(name: str) -> None:
    document = read(name)
    assert document.broken
    assert [problem.rule for problem in document.problems] == ["file"]
