"""On what the behaviours of the local AWS rest; `python -m` this module makes docs/aws/evidence.md.

It counts statements: docstrings and comments of the code that name a source, or say that there is none.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from typing import TYPE_CHECKING

from tests.readme.workplace import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = ROOT / "docs" / "aws" / "evidence.md"
LOCAL = ROOT / "pipectl" / "local"
AREAS = ("codepipeline", "codebuild", "codecommit", "ecs", "eventbridge", "gaps")
RECORDING, DOCUMENT, MODEL, INFERRED, WORDS = "recording", "document", "model", "inferred", "words inferred"
COLUMNS = (RECORDING, DOCUMENT, MODEL, INFERRED, WORDS)
SOURCES = {
    RECORDING: re.compile(r"\brecorded\b|public reports|[Aa]s in \w+/"),
    DOCUMENT: re.compile(r"[Gg]uide\b|API reference"),
    MODEL: re.compile(r"\bmodel\b"),
}
RECORDINGS = re.compile(r"\b\w+_native\w*|\b(?:codebuild|ecr|ecs)/[\w-]+")
UNKNOWN = re.compile(r"\binferred\b|\brecalled\b")
OF_WORDS = re.compile(r"\b(wording|words|sentence|code)\b[^.;]*\binferred\b|\binferred from CodeCommit's")


TITLE = "## What is inferred of CodePipeline"
INTRODUCTION = """\
Made by `python -m tests.local.recorded.evidence` from the docstrings and comments of the code; a test fails
when a share is wrong by more than five points, or the list of what is inferred is not that of the code. A
behaviour rests on a **recording** of the real service (or on what people reported of it word for word), on a
**document** of AWS, on the service **model**, or is **inferred**. Where only the words or the code of a
refusal are a guess, it is counted under *words inferred*, beside the source of the behaviour. What names no
source is not counted."""


def statements(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring and comment."""
    text = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            yield node.body[0].lineno, " ".join((ast.get_docstring(node) or "").split())
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


def kinds(statement: str) -> list[str]:
    """On what a statement says that the behaviour rests; one may rest on two sources."""
    found = [kind for kind, pattern in SOURCES.items() if pattern.search(statement)]
    if UNKNOWN.search(statement):
        found.append(WORDS if OF_WORDS.search(statement) else INFERRED)
    return found


def count(area: str) -> Counter[str]:
    """How many statements of an area rest on what."""
    return Counter(kind for _, text in _found(area) for kind in kinds(text))


def share(counted: Counter[str], kind: str = INFERRED) -> float:
    """The part of the behaviours that are told of which rests on this; words alone do not count as one."""
    return counted[kind] / sum(counted[each] for each in (*SOURCES, INFERRED))


def shares(area: str) -> list[float]:
    """The row of an area."""
    counted = count(area)
    return [share(counted, kind) for kind in COLUMNS]


def recordings() -> dict[str, list[str]]:
    """The recorded files, and the tests that play each."""
    played: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests" / "local" / "recorded").glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in RECORDINGS.findall(ast.get_docstring(node) or ""):
                    played.setdefault(name, []).append(node.name)
    return played


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([*_counts(), "", TITLE, "", *inferred("codepipeline"), "", *_recordings(), ""])


def _found(area: str) -> Iterator[tuple[str, str]]:
    for file in sorted((LOCAL / area).rglob("*.py")):
        for line, text in sorted(statements(file)):
            yield f"{file.relative_to(LOCAL)}:{line}", text


def _counts() -> Iterator[str]:
    yield "# On what the local AWS rests"
    yield ""
    yield from INTRODUCTION.splitlines()
    yield ""
    yield f"| area | {' | '.join(COLUMNS)} |"
    yield f"|---{'|---' * len(COLUMNS)}|"
    for area in AREAS:
        yield f"| {area} | {' | '.join(f'{each:.0%}' for each in shares(area))} |"


def inferred(area: str) -> Iterator[str]:
    """The statements of an area that name no source, with their files."""
    for place, text in _found(area):
        if INFERRED in kinds(text):
            yield f"- `{place.partition(':')[0]}`: {text}"


def _recordings() -> Iterator[str]:
    yield "## Recordings that are played as tests"
    yield ""
    yield "Files of `testdata/aws` (without a folder: `codepipeline`) of the public `radkawar/stackd`, commit"
    yield "9dc356f5e5cc49d2d334178a09c1398dd1c62617; the tests stand in `tests/local/recorded/`."
    yield ""
    yield "| recording | tests |"
    yield "|---|---|"
    for name, tests in sorted(recordings().items()):
        yield f"| {name} | {len(tests)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
