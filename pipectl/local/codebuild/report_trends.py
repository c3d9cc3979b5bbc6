"""One number of the last reports of a group, compared (API reference, GetReportGroupTrend)."""

from __future__ import annotations

from typing import Any

_COVERAGE = {
    "LINE_COVERAGE": "lineCoveragePercentage",
    "LINES_COVERED": "linesCovered",
    "LINES_MISSED": "linesMissed",
    "BRANCH_COVERAGE": "branchCoveragePercentage",
    "BRANCHES_COVERED": "branchesCovered",
    "BRANCHES_MISSED": "branchesMissed",
}


def trend(reports: list[dict[str, Any]], field: str, most: int) -> dict[str, Any]:
    """`stats` and `rawData` of the newest reports, as texts; of no report there are no numbers"""
    newest = list(reversed(reports))[:most]
    values = [(report["arn"], value) for report in newest if (value := _value(report, field)) is not None]
    numbers = [value for _, value in values]
    stats = (
        {"average": sum(numbers) / len(numbers), "max": max(numbers), "min": min(numbers)} if numbers else {}
    )
    return {
        "stats": {name: _text(value) for name, value in stats.items()},
        "rawData": [{"reportArn": arn, "data": _text(value)} for arn, value in values],
    }


def _value(report: dict[str, Any], field: str) -> float | None:
    tests, coverage = report.get("testSummary"), report.get("codeCoverageSummary")
    if field in _COVERAGE:
        return float(coverage[_COVERAGE[field]]) if coverage else None
    if not tests:
        return None
    if field == "PASS_RATE":
        total = tests["total"]
        return 100 * tests["statusCounts"]["SUCCEEDED"] / total if total else 0.0
    return float(tests["durationInNanoSeconds"] if field == "DURATION" else tests["total"])


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else str(round(value, 2))
