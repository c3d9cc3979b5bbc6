"""What is over its budget, in words."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench import budgets
from tests.bench.measure import Row
from tests.bench.processes import Pairs

WITH_DELAY = 50
"""The ms for each call at which times are judged."""

TOLERANCE = 0.7
"""A measured depth comes so near to the true one."""


def over_budget(rows: Sequence[Row], depths: Mapping[str, float]) -> list[str]:
    """One line for each broken budget"""
    lines = [line for row in rows for line in (*_counts(row), *_times(row))]
    lines += _growth(rows)
    lines += [
        f"{verb}: depth {depth:.1f}, allowed {budgets.VERBS[verb].depth}"
        for verb, depth in depths.items()
        if depth > budgets.VERBS[verb].depth + TOLERANCE
    ]
    return lines


def names_over(pairs: Mapping[str, Pairs]) -> list[str]:
    """One line for each command that saves too little by reading names only"""
    return [
        f"{verb}: {each.cpu_ratio:.2f} x the CPU of a whole load, allowed {budgets.NAMES_RATIO} x"
        for verb, each in pairs.items()
        if each.cpu_ratio > budgets.NAMES_RATIO
    ]


def _counts(row: Row) -> Iterator[str]:
    if row.asked is None:
        return
    budget, where = budgets.VERBS[row.verb], f"{row.verb}, {row.systems} systems"
    calls = row.asked.calls.total()
    if calls > budget.calls(row.systems):
        yield f"{where}: {calls} calls, allowed {budget.calls(row.systems)}"
    if row.asked.writes > budget.writes * row.systems:
        yield f"{where}: {row.asked.writes} writes, allowed {budget.writes * row.systems}"
    if row.asked.at_once > budgets.CONNECTIONS:
        yield f"{where}: {row.asked.at_once} calls at once, allowed {budgets.CONNECTIONS}"


def _times(row: Row) -> Iterator[str]:
    ratio = row.pairs.ratio
    allowed = budgets.HELP_RATIO if row.verb == "--help" else budgets.RATIO
    if ratio is not None and ratio > allowed and (row.delay_ms == WITH_DELAY or row.verb == "--help"):
        yield f"{row.verb}, {row.systems} systems: {ratio:.2f} x the reference, allowed {allowed} x"
    peak = budgets.PEAK_MB.get(row.systems)
    if row.verb != "validate" and peak and row.pairs.peak_mb > peak:
        yield f"{row.verb}, {row.systems} systems: {row.pairs.peak_mb:.0f} MB, allowed {peak} MB"


def growth(rows: Sequence[Row]) -> float | None:
    """How much longer a second create of ten systems takes than that of one"""
    seconds = {
        row.systems: row.pairs.seconds
        for row in rows
        if row.verb == "create, second time" and row.delay_ms == WITH_DELAY
    }
    return seconds[10] / seconds[1] if {1, 10} <= seconds.keys() else None


def _growth(rows: Sequence[Row]) -> Iterator[str]:
    grown = growth(rows)
    if grown is not None and grown > budgets.GROWTH:
        yield f"ten systems take {grown:.1f} x the time of one, allowed {budgets.GROWTH} x"
