"""From text to values with their places; cases/text holds a text and, below `== says`, what is said of it."""

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipectl.spec import disk
from pipectl.spec.document import Document
from pipectl.spec.places import Place
from pipectl.spec.problems import Problem
from pipectl.spec.scalars import misread
from pipectl.spec.text import parse, read

CASES = sorted((Path(__file__).parent / "cases" / "text").glob("*.case"))
SPECS = sorted((Path(__file__).parents[2] / "config").glob("*.yaml"))
LOADERS = [pytest.param(yaml.CSafeLoader, id="libyaml"), pytest.param(yaml.SafeLoader, id="python")]
# Everything that means something to YAML, and little else, so that most texts are almost right.
YAML_SOUP = st.text(alphabet="ab: -[]{}&*!|>'\"%@`\t\n#,?<~019.\\", max_size=40)


def place(document: Document, *path: str | int) -> tuple[int, int]:
    found = document.places.of(path)
    return found.line, found.column


def key_place(document: Document, *path: str | int) -> tuple[int, int]:
    found = document.places.of_key(path)
    return found.line, found.column


def case(file: Path) -> tuple[str, str]:
    text, _, says = file.read_bytes().decode().partition("== says\n")
    return text, says


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_mistake_is_said_in_plain_words_at_its_place(file: Path) -> None:
    text, says = case(file)
    assert "".join(f"{problem.rule}: {problem}\n" for problem in parse("spec.yaml", text).problems) == says


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_without_libyaml_the_same_mistakes_are_found(file: Path) -> None:
    text, says = case(file)
    found = parse("spec.yaml", text, yaml.SafeLoader).problems
    assert [problem.rule for problem in found] == [line.partition(":")[0] for line in says.splitlines()]


def test_a_colon_that_only_libyaml_refuses_is_said_in_plain_words() -> None:
    (problem,) = parse("spec.yaml", "a: [<:[]]\n", yaml.CSafeLoader).problems
    assert (problem.line, problem.column) == (1, 6)
    assert problem.message == "a `:` within `[` or `{` is out of place"
    assert problem.hint == "put a space after it, or write the text in quotes"


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_the_specs_that_must_work_read_as_yaml_reads_them(file: Path, loader: type) -> None:
    document = parse(str(file), file.read_text(encoding="utf-8"), loader)
    assert document.problems == ()
    assert document.values == yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("loader", LOADERS)
def test_every_value_and_every_key_has_its_place(loader: type) -> None:
    document = parse("shop.yaml", "name: shop\necr:\n  api: {keep_images: 30}\nports: [80,  443]\n", loader)
    assert document.places.of(("name",)) == Place("shop.yaml", 1, 7)
    assert place(document, "ecr") == (3, 3)
    assert place(document, "ecr", "api", "keep_images") == (3, 22)
    assert key_place(document, "ecr", "api", "keep_images") == (3, 9)
    assert place(document, "ports", 1) == (4, 14)
    assert place(document) == (1, 1)


def test_a_value_that_is_not_written_has_the_place_of_its_nearest_parent() -> None:
    document = parse("shop.yaml", "ecr:\n  api: {}\n")
    assert place(document, "ecr", "api", "keep_images", 0) == (2, 8)
    assert place(document, "ecs", "x") == (1, 1)


def test_a_key_that_is_missing_has_the_place_of_the_key_that_names_its_mapping() -> None:
    document = parse("shop.yaml", "# a shop\necr:\n  api:\n    a: 1\nstages:\n  - {a: 1}\n  - b: 1\n")
    assert key_place(document, "ecr", "api", "keep_images") == (3, 3)
    assert key_place(document, "name") == (2, 1)
    assert key_place(document, "stages", 1, "name") == (7, 5)


def test_what_a_merge_brings_in_has_the_place_where_it_is_written() -> None:
    text = "a: &a\n  cpu: 1\n  memory: 2\nb:\n  <<: *a\n  cpu: 3\nc: *a\n"
    document = parse("shop.yaml", text)
    assert document.values == yaml.safe_load(text)
    assert place(document, "b", "memory") == (3, 11)
    assert key_place(document, "b", "memory") == (3, 3)
    assert place(document, "b", "cpu") == (6, 8)
    assert place(document, "c", "cpu") == (2, 8)


def test_of_several_merged_mappings_the_earlier_wins_and_the_own_keys_before_all() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\n"
    document = parse("shop.yaml", text)
    assert list(document.values["c"].items()) == [("x", 1), ("y", 1), ("z", 3)]


def test_a_plain_word_keeps_its_raw_text_and_a_quoted_one_has_none() -> None:
    document = parse("shop.yaml", "account: 012345670123\nname: 'no'\non_push: no\nlist: [22:22]\n")
    assert document.values["account"] == 0o12345670123
    assert document.places.source(("account",)) == "012345670123"
    assert document.places.source(("on_push",)) == "no"
    assert document.places.source(("list", 0)) == "22:22"
    assert document.places.source(("name",)) is None
    assert document.places.source(("list",)) is None
    assert document.places.source(("account", "x")) is None


@pytest.mark.parametrize(
    ("word", "read_as"),
    [
        ("no", "false"),
        ("Yes", "true"),
        ("~", "nothing"),
        ("", "nothing"),
        ("012", "the octal number 10"),
        ("0x1F", "the hexadecimal number 31"),
        ("0b11", "the binary number 3"),
        ("22:22", "the number 1342, since `:` counts in sixties"),
        ("1_000", "the number 1000"),
        ("1.10", "the number 1.1"),
        ("2026-01-01", "a date"),
        ("123456789012", "the number 123456789012"),
        ("0", "the number 0"),
        ("1e3", None),
        ("012345678901", None),
        ("2026-99-99", None),
        ("0b_", None),
        ("y", None),
        ("=", None),
    ],
)
def test_what_yaml_makes_of_a_plain_word_can_be_said(word: str, read_as: str | None) -> None:
    document = parse("shop.yaml", f"a: {word}\n")
    source = document.places.source(("a",))
    assert source == word
    assert misread(document.values["a"], source) == read_as


@pytest.mark.parametrize("word", ["9" * 5000, "1" + ":1" * 50_000, "1:" * 200 + "1.5", "_" * 9999])
def test_a_number_that_is_too_long_to_be_one_stays_text(word: str) -> None:
    assert parse("shop.yaml", f"a: {word}\n").values == {"a": word}


@pytest.mark.parametrize("written", ["!!bool maybe", "!!int ''", "!!float x", f"!!int {'1' * 200}"])
def test_a_tag_that_does_not_fit_is_a_problem_and_the_text_stays(written: str) -> None:
    document = parse("shop.yaml", f"a: {written}\n")
    assert [problem.rule for problem in document.problems] == ["yaml-tag"]
    assert document.values == {"a": written.split()[1].strip("'")}


def test_a_key_that_is_no_text_is_kept_as_it_is_written() -> None:
    document = parse("shop.yaml", "tags:\n  no: a\n  0123: b\n")
    assert document.values == {"tags": {"no": "a", "0123": "b"}}
    assert place(document, "tags", "0123") == (3, 9)


def test_a_plain_date_is_the_date_that_yaml_sees() -> None:
    assert parse("shop.yaml", "a: 2026-01-02\n").values == {"a": dt.date(2026, 1, 2)}


def test_a_value_that_was_not_understood_is_marked_so_that_nobody_complains_twice() -> None:
    document = parse("shop.yaml", "a: [1, *x]\nb: !Ref c\nd: 1\n")
    assert document.troubled == {("a", 1), ("b",)}
    assert not document.broken


def test_what_stands_behind_a_second_document_is_left_out() -> None:
    document = parse("shop.yaml", "name: shop\n---\n- a\n- &b {c: *b}\n")
    assert document.values == {"name": "shop"}
    assert len(document.problems) == 1


def test_mistakes_without_end_are_cut_short() -> None:
    document = parse("shop.yaml", "a: 1\n" * 5000)
    assert len(document.problems) == 101
    assert document.problems[-1].message == "more mistakes of this sort follow"
    assert document.broken


def test_an_escape_beyond_unicode_is_a_problem_in_both_parsers() -> None:
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        document = parse("shop.yaml", 'a: "\\UFFFFFFFF"\n', loader)
        assert [problem.rule for problem in document.problems] == ["yaml"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes(b"\xef\xbb\xbfname: shop\n")
    document = read(str(file))
    assert document.values == {"name": "shop"}
    assert key_place(document, "name") == (1, 1)


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes(b"name: shop\r\nregion: eu-west-1\r\n")
    document = read(str(file))
    assert document.values == {"name": "shop", "region": "eu-west-1"}
    assert place(document, "region") == (2, 9)


def tame(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3)


TAME = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), tame, max_leaves=9)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), TAME, min_size=1, max_size=4), st.booleans())
def test_what_yaml_writes_is_read_back_with_a_place_for_every_value(values: Any, flow: bool) -> None:
    text = yaml.safe_dump(values, default_flow_style=flow)
    document = parse("shop.yaml", text)
    assert document.problems == ()
    assert document.values == values
    assert all(document.places.has(path) for path in paths(values))
    assert [document.places.written(path) for path in paths(values)] == [
        at(values, path) for path in paths(values)
    ]


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *itertools.chain.from_iterable(paths(child, (*path, part)) for part, child in entries)]


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


@settings(deadline=None)
@given(st.text(max_size=200) | YAML_SOUP)
@example("a: {b: &c [*c]}")
@example("? - a\n: b")
def test_any_text_gives_values_or_problems_with_a_place_in_it(text: str) -> None:
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        document = parse("shop.yaml", text, loader)
        assert isinstance(document.values, dict)
        assert document.broken <= bool(document.problems)
        lines = len(text.splitlines()) + 2
        assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in document.problems)
        assert all(str(problem).isprintable() for problem in document.problems)


@settings(deadline=None)
@given(YAML_SOUP.map("a: ".__add__) | YAML_SOUP)
def test_a_text_without_problems_means_what_yaml_says(text: str) -> None:
    document = parse("shop.yaml", text)
    if document.problems:
        return
    try:
        meant = yaml.load(text, yaml.CSafeLoader)
    except ValueError:
        return  # PyYAML falls over words that only look like a date; for us they are text
    except yaml.constructor.ConstructorError as error:
        assert "value'" in str(error) or "merge'" in str(error)  # noqa: PT017  `=` and `<<` are text for us
        return
    assert document.values == meant


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\xff\xfea\x00")
@example("näme: shop".encode("latin-1"))
def test_any_bytes_give_a_text_or_a_problem_with_a_place(content: bytes) -> None:
    found = disk.decoded(content, "shop.yaml")
    if isinstance(found, Problem):
        assert found.rule == "encoding"
        assert found.line >= 1
        assert found.column >= 1
    else:
        assert parse("shop.yaml", found).file == "shop.yaml"


def test_the_byte_that_is_not_utf_8_is_named_with_its_letter() -> None:
    found = disk.decoded("name: shop\ncity: Köln\n".encode("latin-1"), "shop.yaml")
    assert str(found) == (
        "shop.yaml:2:8: error: the file is not UTF-8: byte 0xF6 stands here;"
        " save it as UTF-8; in Latin-1 this byte is `ö`"
    )
