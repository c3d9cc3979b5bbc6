"""An approval whose topic reaches nobody."""

from collections.abc import Iterator
from functools import partial

from pipectl.command import aws
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, wrong
from pipectl.doctor._tools import each, reach, subscriptions

TITLE = "approval topic"


def check(case: Case) -> list[Finding]:
    """Every approval that is announced."""
    asked = [each for each in case.actions() if each.provider == "Manual" and each.value("NotificationArn")]
    return each(asked, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    arn = action.value("NotificationArn") or ""
    found, name = subscriptions(case.cloud, arn), arn.rpartition(":")[2]
    if found is None:
        text = f"its topic {name} does not exist, so nobody is told"
        yield wrong(action.title, text, f"{aws('sns create-topic', '--name', name)}, and subscribe somebody")
    else:
        yield reach(action.title, name, found)
