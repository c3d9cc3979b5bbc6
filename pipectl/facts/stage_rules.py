"""Rules of stage conditions: which can skip a stage, and what the cron of a deployment window may say."""

from collections.abc import Sequence

SKIPPING = ("LambdaInvoke", "VariableCheck")
"""The only providers of a condition with the result SKIP (user guide, "Configure conditions for a stage")."""

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""Names of months and days in cron expressions of AWS, of deployment windows and of EventBridge."""
_FIELDS: Sequence[tuple[str, int, int, tuple[str, ...]]] = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of the week", 1, 7, DAYS),
    ("year", 1970, 2199, ()),
)
_WITH_SECONDS = 7


def cron_problem(expression: str) -> str | None:
    """What is wrong with the cron of a DeploymentWindow; None for one that can be read.

    Seven fields, or six: without the year, or without the seconds (user guide, "DeploymentWindow"; example:
    hashicorp/terraform-provider-aws#39284). Marks of days as `L`, `15W` and `6#3` are taken as they are.
    """
    fields = expression.strip().removeprefix("cron(").removesuffix(")").split()
    if len(fields) not in (_WITH_SECONDS - 1, _WITH_SECONDS):
        return f"it has {len(fields)} fields, and a cron has six or seven"
    layouts = [_FIELDS] if len(fields) == _WITH_SECONDS else [_FIELDS[1:], _FIELDS[:-1]]
    problems = [_first_problem(fields, layout) for layout in layouts]
    return None if None in problems else problems[0]


def _first_problem(
    fields: Sequence[str], layout: Sequence[tuple[str, int, int, tuple[str, ...]]]
) -> str | None:
    for text, (title, least, most, names) in zip(fields, layout, strict=True):
        days = title.startswith("day")
        if not all(_is_part(part, least, most, names, days=days) for part in text.split(",")):
            return f"`{text}` is no {title}"
    return None


def _is_part(part: str, least: int, most: int, names: tuple[str, ...], *, days: bool) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step)):
        return False
    if days and (
        span in ("L", "LW", "W") or (span.rstrip("LW").isdecimal() and not span.isdecimal()) or "#" in span
    ):
        return True
    if span in ("*", "?"):
        return span == "*" or days
    ends = span.split("-")
    return len(ends) <= 2 and all(_is_value(end, least, most, names) for end in ends)  # noqa: PLR2004  a range


def _is_value(text: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    return text.upper() in names or (text.isdecimal() and least <= int(text) <= most)
