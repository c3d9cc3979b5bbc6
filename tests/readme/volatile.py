"""What may differ between README's output and another run's, and nothing else.

Every pattern says what it stands for. A line `[...]` in README stands for any lines that are left out there.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

LEFT_OUT = "[...]"

PATTERNS = (
    (r"(?<=//127\.0\.0\.1:)\d+", "PORT"),  # the local AWS takes another port when its own is taken
    (r"(?<=process )\d+", "PID"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "MOMENT"),
    (r"\b\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+", "MOMENT"),  # as CodeBuild writes it
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d:\d\d", "CLOCK"),
    (r"\bjust now|\b\d+ (s|min) ago", "AGO"),
    (r"\b(\d+ min )?\d+(\.\d)? s\b|(?<=\()\d+ min(?=\))", "SECONDS"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b(?=[a-f]*\d)[0-9a-f]{40}\b", "COMMIT"),
    (r"\b(?=[a-f]*\d)[0-9a-f]{7,8}\b", "SHORT"),  # a commit or an execution, as screens shorten it
    (r"\b(?=[a-f]*\d)[0-9a-f]{64}\b", "DIGEST"),
    (r"(?<=Successfully built )[0-9a-f]{12}", "IMAGE"),
    (r"(?<=\bv)\d{10}\b", "SECOND"),  # the tutorial's tags are seconds since 1970
    (r"(?<=\S) {2,}", "  "),  # columns move with the width of what is above
    (r"\S*/pipectl/local/server\.log", "LOG"),
    # A service whose image is not there yet: the circuit breaker opens after some seconds of failed tasks.
    (r"rollout (in progress|failed: ECS deployment circuit breaker: tasks failed to start\.)", "ROLLOUT"),
)

_RUNNING = re.compile(r"^  … ")
"""A step that began. On a terminal its line gives way to the step's result, so README shows only that."""
_SETTLED = re.compile(r"^  [✓✗] ")
"""Steps of a wave run side by side and end in any order."""


def steady(lines: Iterable[str]) -> list[str]:
    """The lines with everything volatile replaced by its name."""
    kept = [_steady(line) for line in lines if not _RUNNING.match(line)]
    result: list[str] = []
    for settled, group in groupby(kept, lambda line: bool(_SETTLED.match(line))):
        steps = list(group)
        result += sorted(steps) if settled else steps
    return _without_blanks_around(result)


def _steady(line: str) -> str:
    for pattern, name in PATTERNS:
        line = re.sub(pattern, name, line)
    return line.rstrip()


def _without_blanks_around(lines: list[str]) -> list[str]:
    """Blank lines at the ends only set the output apart from the prompt."""
    filled = [number for number, line in enumerate(lines) if line]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def same(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether what was printed is what README shows; a sentence may be wrapped where a time is longer."""
    return agree(steady(shown), steady(printed)) or _flowing(shown) == _flowing(printed)


def _flowing(lines: Iterable[str]) -> str:
    return _steady(" ".join(word for line in lines for word in line.split()))


def agree(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether the lines are the same, both steady; LEFT_OUT stands for any lines."""
    if LEFT_OUT not in shown:
        return list(shown) == list(printed)
    cut = list(shown).index(LEFT_OUT)
    head, tail = shown[:cut], shown[cut + 1 :]
    if list(printed[:cut]) != list(head):
        return False
    rest = printed[cut:]
    return any(agree(tail, rest[start:]) for start in range(len(rest) + 1))
