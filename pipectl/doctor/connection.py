"""A connection to another Git host that nobody has completed."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.command import aws, complete_connection
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each

TITLE = "connection"


def check(case: Case) -> list[Finding]:
    """Every source at another host."""
    found = [action for action in case.actions() if action.provider == "CodeStarSourceConnection"]
    return each(found, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    arn = action.value("ConnectionArn")
    if not arn or arn.count(":") < 5:  # noqa: PLR2004  the fields of an ARN
        return
    service, region = arn.split(":")[2:4]
    if region != case.cloud.account.region:  # a connection works from other Regions too
        return
    missing = ["ResourceNotFoundException"]
    if service == "codestar-connections":
        answer = find(missing, case.cloud, "codestar-connections", "get_connection", ConnectionArn=arn)
    else:
        answer = find(missing, case.cloud, "codeconnections", "get_connection", ConnectionArn=arn)
    if answer is None:
        text = f"its connection {arn.rpartition('/')[2]} is not there"
        yield wrong(action.title, text, f"{aws('codeconnections list-connections')} lists those there are")
        return
    name, status = answer["Connection"]["ConnectionName"], answer["Connection"]["ConnectionStatus"]
    if status == "AVAILABLE":
        yield good(action.title, f"has the connection {name}, which is available")
    else:
        hint = complete_connection(arn, action.value("FullRepositoryId") or "")
        yield wrong(action.title, f"its connection {name} is {status}, so nothing is fetched", hint)
