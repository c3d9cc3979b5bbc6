"""`python -m tests.bench` measures pipectl against its budgets; exit code 1 when one is broken."""

import sys
import tempfile
from itertools import product
from pathlib import Path

import click

from tests.bench.budgets import IAM_RATIO
from tests.bench.judge import WITH_DELAY, growth, names_over, over_budget
from tests.bench.measure import depths, offline, online, record
from tests.bench.names import names_only
from tests.bench.rehearsals import iam_ratio
from tests.bench.server import local_aws
from tests.bench.table import depth_table, names_table, table

COUNTS = (1, 10, 30)


@click.command()
@click.option("-n", "--systems", "counts", type=int, multiple=True, default=COUNTS, help="Systems in one run")
@click.option("--delay", "delays", type=int, multiple=True, default=(0, WITH_DELAY), help="ms for each call")
@click.option("--rounds", default=5, show_default=True, help="How often everything runs; medians count")
@click.option("--depth/--no-depth", default=True, help="Measure how deep the calls stand")
@click.option("--rehearse/--no-rehearse", default=True, help="Measure what permissions cost a rehearsal")
def main(counts: tuple[int, ...], delays: tuple[int, ...], rounds: int, depth: bool, rehearse: bool) -> None:
    """Measure calls, writes, depth, time and memory, beside a boto3 script that sends the same calls"""
    with tempfile.TemporaryDirectory() as name, local_aws(Path(name)) as local:
        folder = Path(name)
        click.echo("recording what is sent", err=True)
        for count in counts:
            record(local, folder, count)
        online(local, folder, counts[0], 0, 1)  # the first run of all compiles and warms the server
        rows = offline(folder, counts, rounds)
        click.echo(table(rows))
        for count, delay_ms in product(counts, delays):
            rows += (fresh := online(local, folder, count, delay_ms, rounds))
            click.echo(f"\n{table(fresh)}")
        names = names_only(local, folder, rounds)
        click.echo(f"\n{names_table(names)}")
        deep = depths(local, folder) if depth else {}
        slower = iam_ratio(folder, rounds) if rehearse else 0.0
    if deep:
        click.echo(f"\n{depth_table(deep)}")
    if grown := growth(rows):
        click.echo(f"\nten systems take {grown:.2f} x the time of one, second create at {WITH_DELAY} ms")
    broken = [*over_budget(rows, deep), *names_over(names)]
    if slower:
        click.echo(f"\na rehearsal takes {slower:.2f} x the time of one with --no-iam")
    if slower > IAM_RATIO:
        broken.append(f"a rehearsal: {slower:.2f} x the time of one with --no-iam, at most {IAM_RATIO}")
    click.echo("\n" + "\n".join(f"over budget: {line}" for line in broken) if broken else "\nwithin budget")
    sys.exit(bool(broken))


main()
