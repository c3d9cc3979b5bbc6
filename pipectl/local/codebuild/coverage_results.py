"""Code coverage in the formats that CodeBuild reads (user guide, "Code coverage reports")."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import xml_tree
from pipectl.local.codebuild.case_results import ResultsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipectl.local.codebuild.xml_tree import Element

_CONDITIONS = re.compile(r"\((\d+)/(\d+)\)")


@dataclass(frozen=True)
class Coverage:
    """One source file, or the sum of several (API reference, CodeCoverage)."""

    path: str
    lines_covered: int
    lines_missed: int
    branches_covered: int = 0
    branches_missed: int = 0

    def shown(self) -> dict[str, Any]:
        """Counts and percentages"""
        return {
            "lineCoveragePercentage": _percentage(self.lines_covered, self.lines_missed),
            "linesCovered": self.lines_covered,
            "linesMissed": self.lines_missed,
            "branchCoveragePercentage": _percentage(self.branches_covered, self.branches_missed),
            "branchesCovered": self.branches_covered,
            "branchesMissed": self.branches_missed,
        }


def read(data: bytes, kind: str) -> list[Coverage]:
    """The source files of a report; ResultsError when it is not of the format"""
    try:
        if kind == "SIMPLECOV":
            return list(_simplecov(json.loads(data)))
        return list(_READERS[kind](xml_tree.parse(data)))
    except (xml_tree.XmlError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(str(error)) from error


def total(files: Iterable[Coverage], path: str = "") -> Coverage:
    """The sum of several files"""
    listed = list(files)
    return Coverage(
        path,
        sum(file.lines_covered for file in listed),
        sum(file.lines_missed for file in listed),
        sum(file.branches_covered for file in listed),
        sum(file.branches_missed for file in listed),
    )


def _cobertura(root: Element) -> Iterator[Coverage]:
    """Lines of all classes of a file; `condition-coverage` counts branches"""
    lines: dict[str, dict[str, Element]] = {}
    for group in root.all("class"):
        found = group.child("lines")
        for line in found.children if found else ():
            lines.setdefault(group.get("filename"), {})[line.get("number")] = line
    for path, numbered in lines.items():
        hit = sum(line.number("hits") > 0 for line in numbered.values())
        conditions = [
            match
            for line in numbered.values()
            if (match := _CONDITIONS.search(line.get("condition-coverage")))
        ]
        covered = sum(int(match[1]) for match in conditions)
        missed = sum(int(match[2]) for match in conditions) - covered
        yield Coverage(path, hit, len(numbered) - hit, covered, missed)


def _jacoco(root: Element) -> Iterator[Coverage]:
    for package in root.all("package"):
        for file in package.all("sourcefile"):
            counters = {part.get("type"): part for part in file.children if part.tag == "counter"}
            covered = {kind: int(counter.number("covered")) for kind, counter in counters.items()}
            missed = {kind: int(counter.number("missed")) for kind, counter in counters.items()}
            path = f"{package.get('name')}/{file.get('name')}".lstrip("/")
            yield Coverage(
                path,
                covered.get("LINE", 0),
                missed.get("LINE", 0),
                covered.get("BRANCH", 0),
                missed.get("BRANCH", 0),
            )


def _clover(root: Element) -> Iterator[Coverage]:
    """Statements count as lines; each condition has a true and a false branch"""
    for file in root.all("file"):
        lines = [line for line in file.children if line.tag == "line" and line.get("type") != "method"]
        hit = sum(line.number("count") > 0 or line.number("truecount") > 0 for line in lines)
        conditions = [line for line in lines if line.get("type") == "cond"]
        covered = sum((line.number("truecount") > 0) + (line.number("falsecount") > 0) for line in conditions)
        path = file.get("path") or file.get("name")
        yield Coverage(path, hit, len(lines) - hit, covered, 2 * len(conditions) - covered)


def _simplecov(document: dict[str, Any]) -> Iterator[Coverage]:
    """`.resultset.json`: by suite; lines are counts, null where there is nothing to run"""
    for suite in document.values():
        for path, file in suite["coverage"].items():
            lines = file["lines"] if isinstance(file, dict) else file
            counts = [count for count in lines if isinstance(count, int)]
            found = file.get("branches", {}) if isinstance(file, dict) else {}
            branches = [count for branch in found.values() for count in branch.values()]
            hit, taken = sum(count > 0 for count in counts), sum(count > 0 for count in branches)
            yield Coverage(path, hit, len(counts) - hit, taken, len(branches) - taken)


def _percentage(covered: int, missed: int) -> float:
    """Two digits, cut: 10 of 11 are 90.9 (AWS CLI, example of describe-code-coverages); of nothing 0"""
    whole = covered + missed
    return math.floor(covered * 10_000 / whole) / 100 if whole else 0.0


_READERS: dict[str, Callable[[Element], Iterator[Coverage]]] = {
    "COBERTURAXML": _cobertura,
    "JACOCOXML": _jacoco,
    "CLOVERXML": _clover,
}
