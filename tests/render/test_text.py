"""Text in columns, at any width and in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.render.text import cut, folded, plain, width, wrapped

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
CELLS = st.integers(12, 100)


@given(TEXTS, CELLS)
def test_a_cut_text_fits(text: str, cells: int) -> None:
    assert width(cut(plain(text), cells)) <= cells


@given(TEXTS, CELLS)
def test_wrapped_text_fits_and_loses_nothing(text: str, cells: int) -> None:
    lines = wrapped(plain(text), cells)
    assert max(map(width, lines)) <= cells
    assert "".join("".join(lines).split()) == "".join(plain(text).split())


def test_a_word_can_be_kept_whole_unless_its_script_has_no_spaces() -> None:
    arn = "arn:aws:iam::123456789012:role/friendreminders-ap-southeast-1-FriendRemindersBuild-build"
    assert wrapped(f"not authorized on {arn} now", 40, whole=True) == ["not authorized on", arn, "now"]
    assert wrapped(f"`create` fails on {arn}", 40, whole=True) == ["`create` fails on", arn]
    assert wrapped("見" * 30, 40, whole=True) == ["見" * 20, "見" * 10]


@given(TEXTS, CELLS)
def test_folded_text_fits_and_loses_nothing(text: str, cells: int) -> None:
    parts = folded(plain(text), cells)
    assert max(map(width, parts)) <= cells
    assert "".join(parts) == plain(text)


@given(TEXTS)
def test_plain_text_is_one_printable_line(text: str) -> None:
    assert plain(text).isprintable()


def test_a_long_text_loses_its_middle() -> None:
    assert cut("friendreminders-ap-southeast-1-FriendRemindersBuild-build", 30) == (
        "friendreminder...rsBuild-build"
    )


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert width("見本") == 4
    assert width("Che\u0302\u0301") == 3


def test_a_command_is_never_broken() -> None:
    told = wrapped(
        "`pipectl logs --execution 7b1d03fe` shows all of it, `pipectl retry Build` tries again", 40
    )
    assert told == [
        "`pipectl logs --execution 7b1d03fe`",
        "shows all of it, `pipectl retry Build`",
        "tries again",
    ]


@pytest.mark.parametrize("text", ["complete it at {} now", "`pipectl status` or {}"])
def test_a_url_is_never_broken(text: str) -> None:
    url = "https://eu-west-1.console.aws.amazon.com/codesuite/settings/connections?region=eu-west-1"
    assert any(url in line for line in wrapped(text.format(url), 40))
