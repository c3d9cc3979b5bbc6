"""`python -m tests.bench.record URL ACCOUNT FOLDER N`: let pipectl work once, and write down what it sent.

It runs each verb for one system and for N, and writes FOLDER/VERB.N.json, which reference.py sends again. The
waves are those of one system: no call waits for a free thread there, so one that stands in a later wave has
waited for an answer. With more systems a call stands in the waves where its operation stood before.
"""

import json
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import systems
from tests.bench.recording import Recording, Sent, create, status

DELAY_MS = 300
"""So long that no call is answered before the last one of its wave went out."""

Waves = Mapping[tuple[str, str], Sequence[int]]
"""Operation -> the wave of each time that it was sent."""


def main(url: str, account: str, folder: Path, count: int) -> None:
    """Record every verb, for one system first"""
    told: dict[str, Waves] = {}
    for systems_of_run in sorted({1, count}):
        _tell(url, "reset", {})
        _tell(url, "delay", {"delay_ms": DELAY_MS if systems_of_run == 1 else 0})
        for verb, do, files in _verbs(folder, systems_of_run):
            connection = Recording(url, account)
            do(connection, files)
            if systems_of_run == 1:
                told[verb] = _waves(connection.sent)
            _write(folder / f"{verb}.{systems_of_run}.json", connection.sent, told[verb])


def _verbs(folder: Path, count: int) -> list[tuple[str, Callable[..., None], list[str]]]:
    specs = systems.write(folder, count)
    changed = systems.write(folder, count, branch="main")
    return [
        ("create, empty account", create, specs),
        ("create, second time", create, specs),
        ("create, branch changed", create, changed),
        ("status", status, changed),
    ]


def _tell(url: str, door: str, order: Mapping[str, Any]) -> None:
    """Order something of the local AWS (pipectl/local/control.py)"""
    urllib.request.urlopen(f"{url}/_pipectl/{door}", data=json.dumps(order).encode()).close()  # noqa: S310


def _waves(sent: Sequence[Sent]) -> Waves:
    numbered: list[tuple[int, Sent]] = []
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for call in sorted(sent, key=lambda each: each.asked):
        wave = 1 + max((number for number, each in numbered if each.answered <= call.asked), default=-1)
        numbered.append((wave, call))
        found[call.service, call.operation].append(wave)
    return found


def _write(file: Path, sent: Sequence[Sent], waves: Waves) -> None:
    written: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    alike: defaultdict[tuple[str, str], list[Sent]] = defaultdict(list)
    for call in sorted(sent, key=lambda each: each.asked):
        alike[call.service, call.operation].append(call)
    for key, calls in alike.items():
        known = waves.get(key, [0])
        for number, call in enumerate(calls):
            wave = known[number * len(known) // len(calls)]
            written[wave].append(
                {
                    "service": call.service,
                    "operation": call.operation,
                    "params": call.params,
                    "code": call.code,
                }
            )
    told = {"region": systems.REGION, "waves": [written[wave] for wave in sorted(written)]}
    file.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
