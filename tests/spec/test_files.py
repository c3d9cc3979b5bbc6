"""`file:path` brings in the text of a file beside the spec, and never one from elsewhere."""

import os
from pathlib import Path

import pytest

from pipectl.spec.document import Document
from pipectl.spec.files import resolve_files
from pipectl.spec.interpolate import interpolate
from pipectl.spec.text import read


@pytest.fixture(name="folder")
def the_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "ci").mkdir(parents=True)
    (folder / "policy.json").write_text('{"a": 1}\n', encoding="utf-8")
    (folder / "ci" / "build.yml").write_text("version: 0.2 # ${env:X}\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return folder


def resolved(folder: Path, text: str) -> Document:
    spec = folder / "shop.yaml"
    spec.write_text(text, encoding="utf-8")
    document = read(str(spec))
    assert document.problems == ()
    return resolve_files(document)


def refusal(folder: Path, path: str) -> str:
    document = resolved(folder, f"name: shop\na: 'file:{path}'\n")
    (problem,) = document.problems
    assert (problem.rule, problem.line, problem.column) == ("file-reference", 2, 4)
    assert document.values["a"] == f"file:{path}"
    assert document.troubled == {("a",)}
    return problem.message.replace(f"{folder}/", "")


def test_a_file_gives_its_text(folder: Path) -> None:
    document = resolved(folder, "a: {policy: 'file:policy.json', list: ['file:ci/build.yml', plain]}\n")
    assert document.problems == ()
    assert document.values == {
        "a": {"policy": '{"a": 1}\n', "list": ["version: 0.2 # ${env:X}\n", "plain"]},
    }


def test_a_byte_order_mark_is_no_part_of_the_text(folder: Path) -> None:
    (folder / "marked.txt").write_bytes(b"\xef\xbb\xbfa")
    assert resolved(folder, "a: file:marked.txt\n").values == {"a": "a"}


def test_the_document_says_which_file_a_text_came_from(folder: Path) -> None:
    document = resolved(folder, "a: ['file:policy.json']\n")
    assert document.files == {("a", 0): str(folder / "policy.json")}
    assert document.places.of(("a", 0)).column == 5


def test_a_detour_inside_the_folder_is_fine(folder: Path) -> None:
    assert resolved(folder, "a: file:ci/../policy.json\n").values == {"a": '{"a": 1}\n'}


def test_a_link_inside_the_folder_is_fine(folder: Path) -> None:
    (folder / "link.json").symlink_to("policy.json")
    assert resolved(folder, "a: file:link.json\n").values == {"a": '{"a": 1}\n'}


def test_a_folder_that_is_reached_by_a_link_is_the_folder_of_the_spec(folder: Path) -> None:
    (folder.parent / "elsewhere").symlink_to(folder)
    assert resolved(folder.parent / "elsewhere", "a: file:policy.json\n").values == {"a": '{"a": 1}\n'}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../secret.txt", "`../secret.txt` leads out of the folder of the spec"),
        ("ci/../../secret.txt", "`ci/../../secret.txt` leads out of the folder of the spec"),
        ("../shop-other/a", "`../shop-other/a` leads out of the folder of the spec"),
        ("link/secret.txt", "`link/secret.txt` leads out of the folder of the spec"),
        ("secret-link", "`secret-link` leads out of the folder of the spec"),
        ("/etc/passwd", "`/etc/passwd` is an absolute path"),
        ("//policy.json", "`file:` is followed by no path: `file://policy.json`"),
        ("", "`file:` is followed by no path: `file:`"),
        ("none.json", "there is no file `none.json`"),
        ("ci", "`ci` is a folder"),
        ("policy.json/x", "`policy.json/x` passes through a file as if it were a folder"),
        ("pipe", "`pipe` is not a regular file"),
        ("loop", "`loop` is a link that leads back to itself"),
        ("large.txt", "`large.txt`, line 1: the file is larger than 1,000,000 bytes"),
        ("latin.txt", "`latin.txt`, line 2: the file is not UTF-8: byte 0xF6 stands here"),
        ("binary", "`binary`, line 1: the file is binary, not text"),
    ],
)
def test_what_is_no_text_inside_the_folder_is_refused(folder: Path, path: str, message: str) -> None:
    (folder.parent / "shop-other").mkdir()
    (folder.parent / "shop-other" / "a").touch()
    (folder / "link").symlink_to("..")
    (folder / "secret-link").symlink_to(folder.parent / "secret.txt")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "large.txt").write_bytes(b"x" * 1_000_001)
    (folder / "latin.txt").write_bytes("a\nö".encode("latin-1"))
    (folder / "binary").write_bytes(b"\x7fELF\0")
    assert refusal(folder, path) == message


def test_a_name_that_no_file_can_have_is_refused(folder: Path) -> None:
    document = resolved(folder, 'a: "file:a\\0b"\nb: "file:' + "x" * 5000 + '"\n')
    assert [problem.line for problem in document.problems] == [1, 2]


def test_a_buildspec_may_be_a_file_but_nothing_inside_an_inline_one_is(folder: Path) -> None:
    text = """
codebuild:
  whole: {buildspec: "file:ci/build.yml"}
  inline: {buildspec: {phases: {build: {commands: ["file:policy.json"]}}}}
"""
    document = resolved(folder, text)
    assert document.problems == ()
    assert document.values["codebuild"]["whole"]["buildspec"] == "version: 0.2 # ${env:X}\n"
    commands = document.values["codebuild"]["inline"]["buildspec"]["phases"]["build"]["commands"]
    assert commands == ["file:policy.json"]


def test_a_variable_may_stand_in_a_path_but_not_make_one(folder: Path) -> None:
    spec = folder / "shop.yaml"
    spec.write_text("a: file:${var:name}.json\nb: ${var:reference}\n", encoding="utf-8")
    variables = {"name": "policy", "reference": "file:policy.json"}
    document = resolve_files(interpolate(read(str(spec)), variables, {}))
    assert document.problems == ()
    assert document.values == {"a": '{"a": 1}\n', "b": "file:policy.json"}


def test_a_path_whose_variable_is_missing_has_one_problem(folder: Path) -> None:
    spec = folder / "shop.yaml"
    spec.write_text("a: file:${var:name}.json\n", encoding="utf-8")
    document = resolve_files(interpolate(read(str(spec)), {}, {}))
    assert [problem.rule for problem in document.problems] == ["missing-variable"]


def test_a_spec_named_without_its_folder_is_in_this_folder(folder: Path) -> None:
    (folder / "shop.yaml").write_text("a: file:policy.json\n", encoding="utf-8")
    relative = os.path.relpath(folder / "shop.yaml")
    document = resolve_files(read(relative))
    assert document.values == {"a": '{"a": 1}\n'}
    assert document.files == {("a",): os.path.relpath(folder / "policy.json")}
