"""A bucket as source: it must keep versions, and tell of its objects where a rule waits for them."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.command import aws
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._rules import polls
from pipectl.doctor._tools import each

TITLE = "source bucket"


def check(case: Case) -> list[Finding]:
    """Every source in S3."""
    found = [
        action for action in case.actions() if (action.category, action.provider) == ("Source", "S3")
    ]  # fmt: skip
    return each(found, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    name = action.value("S3Bucket")
    if not name:
        return
    versions = find(["NoSuchBucket"], case.cloud, "s3", "get_bucket_versioning", Bucket=name)
    if versions is None:
        yield wrong(action.title, f"its bucket {name} is not there", aws("s3 mb", f"s3://{name}"))
    elif versions.get("Status") != "Enabled":
        text = f"its bucket {name} keeps no versions, so nothing can be fetched"
        yield wrong(action.title, text, "turn on versioning in the bucket's properties")
    elif not polls(action) and not _tells(case, name):
        text = f"its bucket {name} sends no events to EventBridge, so no rule hears of changes"
        yield wrong(action.title, text, "turn on Amazon EventBridge in the bucket's properties")
    else:
        yield good(action.title, f"reads the bucket {name}")


def _tells(case: Case, name: str) -> bool:
    found = case.cloud.call("s3", "get_bucket_notification_configuration", Bucket=name)
    return "EventBridgeConfiguration" in found
