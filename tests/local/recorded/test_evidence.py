"""docs/aws says truly on what the local AWS rests, and little of CodePipeline is a guess."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from . import evidence

AT_MOST = 0.1
FIVE_POINTS = 0.055  # and the rounding


MESSAGE = "`python -m tests.local.recorded.evidence` writes it anew"


def test_the_shares_of_the_page_are_those_of_the_code() -> None:
    page = evidence.PAGE.read_text(encoding="utf-8")
    for area in evidence.AREAS:
        (row,) = re.findall(rf"^\| {area} \|(.*)\|$", page, re.MULTILINE)
        told = [int(cell.strip(" %")) / 100 for cell in row.split("|")]
        assert told == pytest.approx(evidence.shares(area), abs=FIVE_POINTS), MESSAGE


def test_what_is_inferred_of_codepipeline_stands_on_the_page() -> None:
    page = evidence.PAGE.read_text(encoding="utf-8")
    told = page.partition(evidence.TITLE)[2].partition("##")[0]
    assert told.strip().splitlines() == list(evidence.inferred("codepipeline")), MESSAGE


def test_the_recordings_of_the_page_are_those_that_are_played() -> None:
    page = evidence.PAGE.read_text(encoding="utf-8")
    assert re.findall(rf"^\| ({evidence.RECORDINGS.pattern}) \|", page, re.MULTILINE) == sorted(
        evidence.recordings()
    ), MESSAGE


def test_less_than_one_in_ten_behaviours_of_codepipeline_is_inferred() -> None:
    assert evidence.share(evidence.count("codepipeline")) < AT_MOST


def test_a_guess_about_words_is_told_from_a_guess_about_what_happens() -> None:
    assert evidence.kinds("User guide, limits (the wording is inferred)") == ["document", "words inferred"]
    assert evidence.kinds("enters at once (inferred)") == ["inferred"]
    assert evidence.kinds("Recorded by hand; as in aws/aws-cdk#1") == ["recording"]
    assert evidence.kinds("the model knows no code, the word is a modelled one") == ["model"]


def test_every_recorded_test_names_its_recording() -> None:
    silent = [
        node.name
        for file in sorted(Path(__file__).parent.glob("test_*.py"))
        if file.name != Path(__file__).name
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not evidence.RECORDINGS.search(ast.get_docstring(node) or "")
    ]
    assert silent == []
