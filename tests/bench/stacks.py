"""`python -m tests.bench.stacks` measures what the local AWS spends on many stacks; exit code 1 over budget.

It tells the server's own CPU and memory, and the longest wait of somebody else, up to 300 stacks (minutes).
"""

import json
import os
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import click

from tests.bench import budgets, systems
from tests.bench.processes import run
from tests.bench.server import LocalAws, local_aws
from tests.bench.table import stacks_table

ACCOUNT, BYSTANDER = "111111111111", "333333333333"
COUNTS = (1, 30, 100, 200, 300)
HUNDRED = 100
IDLE_S = 10.0
"""So long nobody asks anything, after as long for what was created to settle."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What the server had spent when so many stacks were there, and what the last of them took"""

    stacks: int
    cpu_per_stack: float
    idle: float
    """Seconds of CPU in a second in which nobody asked."""
    memory_mb: float
    longest_wait: float
    """Seconds that another account's request waited at most while the last stacks were created."""


def spend(folder: Path, counts: Sequence[int] = COUNTS) -> list[Load]:
    """Create stacks up to each of the counts in turn; Linux only, whose /proc tells what a process spends"""
    files = systems.write(folder, counts[-1])
    rows: list[Load] = []
    with local_aws(folder) as local:
        pid = _pid(local)
        for count in counts:
            before = rows[-1].stacks if rows else 0
            start = _cpu(pid)
            with _bystander(local.url) as waits:
                run(["-m", "pipectl", "--endpoint-url", local.url, "create", *files[before:count]], ACCOUNT)
            threading.Event().wait(IDLE_S)
            settled = _cpu(pid)
            threading.Event().wait(IDLE_S)
            idle = (_cpu(pid) - settled) / IDLE_S
            each = (settled - start) / (count - before)
            rows.append(Load(count, each, idle, _memory_mb(pid), max(waits)))
        local.reset()
    return rows


def over(rows: Sequence[Load]) -> Iterator[str]:
    """One line for each broken budget"""
    first = _first_hundred(rows)
    for row in rows:
        where = f"local AWS, {row.stacks} stacks"
        if row.stacks > HUNDRED and first and row.cpu_per_stack > budgets.STACK_CPU * first:
            ratio = row.cpu_per_stack / first
            yield f"{where}: {ratio:.2f} x the CPU of the first hundred, allowed {budgets.STACK_CPU} x"
        if row.idle > budgets.IDLE:
            yield f"{where}: {row.idle:.1%} of a core while idle, allowed {budgets.IDLE:.0%}"
        allowed = budgets.SERVER_MB + budgets.STACK_MB * row.stacks
        if row.memory_mb > allowed:
            yield f"{where}: {row.memory_mb:.0f} MB, allowed {allowed:.0f} MB"
        if row.longest_wait > budgets.WAIT_S:
            yield f"{where}: a request waited {row.longest_wait:.1f} s, allowed {budgets.WAIT_S} s"


def _first_hundred(rows: Sequence[Load]) -> float:
    """Seconds of CPU for each of the first hundred stacks; 0: fewer were made"""
    total, before = 0.0, 0
    for row in rows:
        total += row.cpu_per_stack * (row.stacks - before)
        before = row.stacks
        if before >= HUNDRED:
            return total / before
    return 0.0


def _pid(local: LocalAws) -> int:
    with urllib.request.urlopen(f"{local.url}/_pipectl/health") as answer:  # noqa: S310  our own server
        return int(json.load(answer)["pid"])


def _cpu(pid: int) -> float:
    """proc_pid_stat(5): utime and stime are the 14th and 15th field, in ticks"""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_mb(pid: int) -> float:
    """proc_pid_status(5): VmRSS, in kB"""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def _bystander(url: str) -> Iterator[list[float]]:
    """Somebody of another account who asks ECS and IAM five times a second; how long each answer took"""
    waits, ended = [0.0], threading.Event()
    session = boto3.Session(BYSTANDER, "local", region_name=systems.REGION)
    ecs, iam = session.client("ecs", endpoint_url=url), session.client("iam", endpoint_url=url)

    def ask() -> None:
        while not ended.wait(0.2):
            for call in (ecs.list_clusters, iam.list_roles):
                began = time.perf_counter()
                call()
                waits.append(time.perf_counter() - began)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


@click.command()
@click.option(
    "-n", "--stacks", "counts", type=int, multiple=True, default=COUNTS, help="How many stacks to measure at"
)
def main(counts: tuple[int, ...]) -> None:
    """Measure what the local AWS spends on so many stacks"""
    with tempfile.TemporaryDirectory() as name:
        rows = spend(Path(name), sorted(counts))
    click.echo(stacks_table(rows))
    broken = list(over(rows))
    click.echo("\n" + "\n".join(f"over budget: {line}" for line in broken) if broken else "\nwithin budget")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
