"""Commands that need only the names in a spec, beside the same with all of it loaded."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tests.bench import systems
from tests.bench.processes import Pairs, Ran, run
from tests.bench.server import LocalAws

ACCOUNT = "111111111111"
UNPLAIN = "\ntags: {since: 2026-01-01}\n"
"""A date without quotes: only the whole load takes it for the text that it is (pipectl/spec/outline.py)."""


def names_only(local: LocalAws, folder: Path, rounds: int) -> Mapping[str, Pairs]:
    """By command: the processes that read names only, and those that load everything, in turn"""
    local.reset()
    (plain,) = systems.write(folder, 1)
    whole = folder / "whole.yaml"
    whole.write_text(Path(plain).read_text(encoding="utf-8") + UNPLAIN, encoding="utf-8")
    _run(local, "create", plain)
    took: defaultdict[str, list[tuple[Ran, Ran]]] = defaultdict(list)
    for _ in range(rounds + 1):
        for verb, words in COMMANDS.items():
            took[verb].append((_run(local, *words, plain), _run(local, *words, str(whole))))
    return {verb: Pairs(*zip(*pairs[1:], strict=True)) for verb, pairs in took.items()}  # the first one warms


COMMANDS = {
    "status": ("status",),
    "disable-transition": ("disable-transition", "Deploy", "--reason", "measured", "-f"),
    "history": ("history", "-f"),
}


def _run(local: LocalAws, *words: str) -> Ran:
    return run(["-m", "pipectl", "--endpoint-url", local.url, *words], ACCOUNT)
