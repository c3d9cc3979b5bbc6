"""Runs every verb in turn with the script that sends the same calls."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import systems
from tests.bench.budgets import VERBS
from tests.bench.processes import ROOT, Pairs, Ran, run
from tests.bench.server import Asked, LocalAws

OURS, THEIRS = "111111111111", "222222222222"
"""The accounts of pipectl and of the script: both begin empty in every round."""

IMPORTS = ["-c", "import click, yaml"]
REFERENCE = str(Path(__file__).with_name("reference.py").relative_to(ROOT))
SLOW, SLOWER = 200, 400
"""The two delays that the depth is read from, in ms."""


@dataclass(frozen=True)
class Row:
    """What one verb took for so many systems, with so many ms added to each call"""

    verb: str
    systems: int
    delay_ms: int
    pairs: Pairs
    asked: Asked | None = None


def record(local: LocalAws, folder: Path, count: int) -> None:
    """Write down what pipectl sends (record.py), for the script to send again"""
    run(["-m", "tests.bench.record", local.url, OURS, str(folder), str(count)], OURS)


def online(local: LocalAws, folder: Path, count: int, delay_ms: int, rounds: int) -> list[Row]:
    """Every verb that talks to AWS, so many rounds, each in accounts that begin empty"""
    ours: defaultdict[str, list[Ran]] = defaultdict(list)
    theirs: defaultdict[str, list[Ran]] = defaultdict(list)
    asked: dict[str, Asked] = {}
    for _ in range(rounds):
        local.reset(delay_ms)
        for verb, words in _commands(local.url, folder, count).items():
            ours[verb].append(run(words, OURS))
            asked[verb] = local.taken()
            theirs[verb].append(run(_reference(local.url, folder, verb, count), THEIRS))
            _require_same(verb, asked[verb], local.taken())
    return [
        Row(verb, count, delay_ms, Pairs(tuple(ours[verb]), tuple(theirs[verb])), asked[verb])
        for verb in VERBS
    ]


def _require_same(verb: str, ours: Asked, theirs: Asked) -> None:
    if ours.calls != theirs.calls:
        more, fewer = ours.calls - theirs.calls, theirs.calls - ours.calls
        raise SystemExit(f"{verb}: pipectl sent {dict(more)}, the script {dict(fewer)}")


def offline(folder: Path, counts: Sequence[int], rounds: int) -> list[Row]:
    """`--help` beside the imports that it cannot do without, and `validate`"""
    told: list[tuple[Ran, Ran]] = [
        (run(["-m", "pipectl", "--help"], OURS), run(IMPORTS, OURS)) for _ in range(2 * rounds + 1)
    ]
    rows = [Row("--help", 0, 0, Pairs(*zip(*told, strict=True)))]
    for count in counts:
        words = ["-m", "pipectl", "validate", *systems.write(folder, count)]
        rows.append(Row("validate", count, 0, Pairs(tuple(run(words, OURS) for _ in range(rounds)))))
    return rows


def depths(local: LocalAws, folder: Path, rounds: int = 3) -> dict[str, float]:
    """The longest chain of calls of each verb, for one system: what one ms more for each call adds in all.

    From the first question to the last answer: the start and the end of a process only add noise.
    """
    took: dict[int, dict[str, list[float]]] = {}
    for delay_ms in (SLOW, SLOWER):
        took[delay_ms] = defaultdict(list)
        for _ in range(rounds):
            local.reset(delay_ms)
            for verb, words in _commands(local.url, folder, 1).items():
                run(words, OURS)
                took[delay_ms][verb].append(local.taken().seconds)
    return {
        verb: 1000 * (median(took[SLOWER][verb]) - median(took[SLOW][verb])) / (SLOWER - SLOW)
        for verb in VERBS
    }


def _commands(url: str, folder: Path, count: int) -> Mapping[str, list[str]]:
    pipectl = ["-m", "pipectl", "--endpoint-url", url]
    specs = systems.write(folder, count)
    changed = systems.write(folder, count, branch="main")
    words = {
        "create, empty account": ["create", *specs],
        "create, second time": ["create", *specs],
        "plan": ["plan", *specs],
        "create, branch changed": ["create", "--yes", *changed],
        "status": ["status", *changed],
    }
    return {verb: [*pipectl, *words[verb]] for verb in VERBS}


def _reference(url: str, folder: Path, verb: str, count: int) -> list[str]:
    recorded = "create, second time" if verb == "plan" else verb
    return [REFERENCE, str(folder / f"{recorded}.{count}.json"), url, THEIRS, OURS]
