"""The measurements as a table for people."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.budgets import NAMES_RATIO, VERBS
from tests.bench.measure import Row
from tests.bench.processes import Pairs

if TYPE_CHECKING:
    from tests.bench.stacks import Load

HEAD = ("verb", "N", "+ms", "calls", "budget", "goal", "writes", "at once", "s", "boto3 s", "ratio", "MB")


def table(rows: Sequence[Row]) -> str:
    """One line for each verb, number of systems and delay"""
    return _aligned([HEAD, *map(_cells, rows)])


def depth_table(depths: Mapping[str, float]) -> str:
    """One line for each verb: how deep its calls stand"""
    head = ("verb", "depth", "budget", "goal")
    lines = [
        (verb, f"{depth:.1f}", str(VERBS[verb].depth), str(VERBS[verb].goal_depth))
        for verb, depth in depths.items()
    ]
    return _aligned([head, *lines])


def names_table(pairs: Mapping[str, Pairs]) -> str:
    """One line for each command that needs names only: its CPU beside that of a whole load"""
    head = ("names only", "CPU s", "whole CPU s", "ratio", "budget")
    lines = [
        (
            verb,
            f"{median(ran.cpu for ran in each.ours):.2f}",
            f"{median(ran.cpu for ran in each.theirs):.2f}",
            f"{each.cpu_ratio:.2f}",
            str(NAMES_RATIO),
        )
        for verb, each in pairs.items()
    ]
    return _aligned([head, *lines])


def stacks_table(rows: "Sequence[Load]") -> str:
    """One line for each number of stacks: what the local AWS has spent"""
    head = ("local AWS: stacks", "CPU s a stack", "idle %", "MB", "longest wait s")
    lines = [
        (
            str(row.stacks),
            f"{row.cpu_per_stack:.3f}",
            f"{100 * row.idle:.1f}",
            f"{row.memory_mb:.0f}",
            f"{row.longest_wait:.2f}",
        )
        for row in rows
    ]
    return _aligned([head, *lines])


def _cells(row: Row) -> tuple[str, ...]:
    counts: tuple[str, ...] = ("", "", "", "", "")
    if row.asked:
        budget = VERBS[row.verb]
        goal = budget.goal if row.systems == 1 else ""
        counted = (
            row.asked.calls.total(),
            budget.calls(row.systems),
            goal,
            row.asked.writes,
            row.asked.at_once,
        )
        counts = tuple(str(each) for each in counted)
    ratio = row.pairs.ratio
    theirs = (f"{row.pairs.their_seconds:.2f}", f"{ratio:.2f}") if ratio else ("", "")
    where = (row.verb, str(row.systems or ""), str(row.delay_ms))
    return (*where, *counts, f"{row.pairs.seconds:.2f}", *theirs, f"{row.pairs.peak_mb:.0f}")


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    wide = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, wide, strict=True))
        ).rstrip()
        for line in lines
    )
