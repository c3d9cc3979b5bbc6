"""What the doctor has found, as a screen and as data: the good in one line, the rest with the way out."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pipectl.doctor import Finding, Standing
from pipectl.render.marks import Look, Mark
from pipectl.render.text import cut, pad, plain, width, wrapped

MARKS = {
    Standing.GOOD: Mark.DONE,
    Standing.DOUBT: Mark.ASKS,
    Standing.WRONG: Mark.FAILED,
    Standing.UNSEEN: Mark.ASKS,
}
WORDS = {
    Standing.GOOD: "good",
    Standing.DOUBT: "to look at",
    Standing.WRONG: "wrong",
    Standing.UNSEEN: "not checked",
}
TITLE = 17
"""Cells of a check's title and the space behind it."""

INDENT = 6


def doctor_text(findings: Sequence[Finding], look: Look, headline: Sequence[str]) -> str:
    """All findings, check by check, and how many stand how."""
    lines = [line for _, group in groupby(findings, lambda each: each.check) for line in _check(group, look)]
    return "\n".join([look.dot.join(map(look.bold, headline)), "", *lines, "", count(findings)])


def _check(group: Iterator[Finding], look: Look) -> Iterator[str]:
    findings = list(group)
    found = [each for each in findings if each.standing is Standing.GOOD]
    if found and not look.verbose and len(found) > 1:
        subjects = list(dict.fromkeys(each.subject for each in found))
        yield _line(Standing.GOOD, found[0].check, _listed(subjects, look), look)
        found = []
    for each in found:
        yield from _good(each, look)
    for each in findings:
        if each.standing is not Standing.GOOD:
            yield _line(each.standing, each.check, each.subject, look)
            for text in filter(None, (each.text, each.hint)):
                yield from _below(text, look)


def _listed(subjects: Sequence[str], look: Look) -> str:
    """As many as there is room for; the first one is whole in a pipe, however long it is."""
    cells = look.width - TITLE - 4
    for shown in range(len(subjects), 0, -1):
        rest = f" and {len(subjects) - shown} more" if shown < len(subjects) else ""
        text = ", ".join(subjects[:shown]) + rest
        if width(text) <= cells:
            return text
    rest = f" and {len(subjects) - 1} more"
    return cut(subjects[0], look.limit(cells - len(rest))) + rest


def _good(finding: Finding, look: Look) -> Iterator[str]:
    """Its text stands behind it where there is room."""
    whole = f"{finding.subject}  {finding.text}" if finding.text else finding.subject
    if width(whole) <= look.width - TITLE - 4:
        yield _line(finding.standing, finding.check, whole, look)
    else:
        yield _line(finding.standing, finding.check, finding.subject, look)
        yield from _below(finding.text, look)


def _below(text: str, look: Look) -> Iterator[str]:
    return (" " * INDENT + line for line in wrapped(plain(text), look.width - INDENT))


def _line(standing: Standing, check: str, subject: str, look: Look) -> str:
    said = cut(plain(subject), look.limit(look.width - TITLE - 4))
    return f"  {look.mark(MARKS[standing])} {pad(check, TITLE)}{said}".rstrip()


def count(findings: Sequence[Finding]) -> str:
    """`9 good, 1 to look at, 2 wrong`."""
    numbers = [
        (sum(each.standing is standing for each in findings), word) for standing, word in WORDS.items()
    ]
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def doctor_data(findings: Sequence[Finding], account: str | None, region: str | None) -> dict[str, Any]:
    """Every finding; `permission` is what the caller lacks for a check that could not be done."""
    keys = ("check", "subject", "standing", "text", "hint", "permission")
    return {
        "account": account,
        "region": region,
        "summary": {
            str(standing): sum(each.standing is standing for each in findings) for standing in Standing
        },
        "findings": [{key: getattr(each, key) for key in keys} for each in findings],
    }
