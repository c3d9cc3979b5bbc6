"""JUnit's XML: how many tests there were and how they ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_STATUSES = ("SUCCEEDED", "FAILED", "ERROR", "SKIPPED", "UNKNOWN")
_LARGEST = 16 * 1024 * 1024
# read as text: an XML parser would have to be kept from entities of a file that a stranger may have written
_CASE = re.compile(r"<testcase\b(?P<attributes>[^>]*?)(?:/>|>(?P<inside>.*?)</testcase>)", re.DOTALL)
_TIME = re.compile(r"\btime=[\"'](?P<seconds>[\d.]+)[\"']")
_OUTCOME = re.compile(r"<(?P<outcome>failure|error|skipped)\b")


def summary(files: Iterable[Path]) -> dict[str, Any]:
    """API reference, TestReportSummary"""
    counts = dict.fromkeys(_STATUSES, 0)
    nanoseconds = 0
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as opened:
            text = opened.read(_LARGEST)
        for case in _CASE.finditer(text):
            counts[_status(case["inside"] or "")] += 1
            seconds = _TIME.search(case["attributes"])
            nanoseconds += int(float(seconds["seconds"]) * 1e9) if seconds else 0
    return {"total": sum(counts.values()), "statusCounts": counts, "durationInNanoSeconds": nanoseconds}


def _status(inside: str) -> str:
    found = _OUTCOME.search(inside)
    outcomes = {"failure": "FAILED", "error": "ERROR", "skipped": "SKIPPED"}
    return outcomes[found["outcome"]] if found else "SUCCEEDED"
