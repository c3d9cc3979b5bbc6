"""Whatever a log holds can only be read: it steers no terminal."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.render.harmless import RESET, harmless
from pipectl.render.logs import heading, line_text
from pipectl.render.marks import Look
from pipectl.runs.actions import ActionRun
from pipectl.runs.declared import Declared
from pipectl.runs.log_lines import Line, Source, failure

MOMENT = datetime(2026, 1, 19, 9, 12, tzinfo=UTC)
BUILD = Source("Build", "Build", "CodeBuild", "build", "shop:5e0f1a2b-1111-4222-8333-444455556666")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("bell\x07", "bell\\x07"),
        ("back\x08space", "back\\x08space"),
        ("right\u202eto left", "right\\u202eto left"),
        ("alone \x1b", "alone \\x1b"),
        ("a\tb", "a\tb"),
        ("\ud800", "\\ud800"),
        ("👩\u200d👧 đỏ", "👩\u200d👧 đỏ"),
    ],
)
def test_controls_go_or_are_shown(text: str, shown: str) -> None:
    assert harmless(text, colour=False) == shown


def test_colours_stay_where_they_are_wanted_and_end_with_the_line() -> None:
    assert harmless("\x1b[31mred", colour=True) == f"\x1b[31mred{RESET}"


@given(st.text())
def test_without_colour_no_text_has_a_control_character_left(text: str) -> None:
    shown = harmless(text, colour=False)
    assert all(each.isprintable() or each in "\t\u200c\u200d\ufe0e\ufe0f" for each in shown)
    shown.encode()


@given(st.text(alphabet="\x1b[]0;31mKJ\x07\\ax"))
def test_with_colour_only_colours_are_left(text: str) -> None:
    rest = harmless(text, colour=True)
    for part in rest.split("\x1b")[1:]:
        assert part.lstrip("[0123456789;:").startswith("m")


def test_a_heading_names_action_and_build() -> None:
    assert heading(BUILD, Look()) == "Build  ·  CodeBuild shop:5e0f1a2b"
    task = Source("Deploy", "Web", "ECS", "task", "0123456789abcdef rails")
    assert heading(task, Look()) == "Deploy/Web  ·  ECS task 01234567 rails"


def test_an_end_says_how_long_it_took() -> None:
    declared = Declared("Build", "Build", "CodeBuild", "shop", category="Build")
    run = ActionRun("a", "e", declared, "Failed", MOMENT, MOMENT + timedelta(seconds=31), "eu-west-1")
    told = line_text(failure(BUILD, run, "it broke"), Look())
    assert told == "✗ failed after 31 s: it broke"


def test_events_of_a_service_carry_their_time() -> None:
    source = Source("Deploy", "Deploy", "ECS", "service", "shop/web")
    told = line_text(Line(source, "(service web) has started 1 tasks", MOMENT), Look())
    assert told == f"{MOMENT.astimezone():%H:%M:%S}  (service web) has started 1 tasks"
