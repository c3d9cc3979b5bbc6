"""An approval whose topic reaches nobody."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import Cloud
from pipectl.command import aws
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import all_of, each
from pipectl.errors import AwsError

TITLE = "approval topic"
MISSING = ("NotFound", "NotFoundException")
UNCONFIRMED = "PendingConfirmation"
"""What stands for the ARN of a subscription that nobody has confirmed (API reference, Subscription)."""


def check(case: Case) -> list[Finding]:
    """Every approval that is announced."""
    asked = [each for each in case.actions() if each.provider == "Manual" and each.value("NotificationArn")]
    return each(asked, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    arn = action.value("NotificationArn") or ""
    found = _subscriptions(case.cloud, arn)
    if found is None:
        name = arn.rpartition(":")[2]
        text = f"its topic {name} is not there, so nobody is told"
        yield wrong(action.title, text, f"{aws('sns create-topic', '--name', name)}, and subscribe somebody")
        return
    confirmed = [each for each in found if each != UNCONFIRMED]
    if confirmed:
        yield good(action.title, f"has {_counted(len(confirmed))}")
        return
    topic = arn.rpartition(":")[2]
    subscribe = "subscribe an address in the console of SNS"
    if found:
        text = f"nobody has confirmed a subscription to its topic {topic}, so nobody is told"
        yield wrong(action.title, text, "open the link in the e-mail that AWS has sent to each address")
    else:
        yield wrong(action.title, f"its topic {topic} has no subscribers, so nobody is told", subscribe)


def _counted(number: int) -> str:
    return f"{number} confirmed {'subscriber' if number == 1 else 'subscribers'}"


def _subscriptions(cloud: Cloud, arn: str) -> list[str] | None:
    """The ARNs of a topic's subscriptions; None without the topic."""
    ask = partial(cloud.call, "sns", "list_subscriptions_by_topic", TopicArn=arn)
    try:
        return [each["SubscriptionArn"] for each in all_of(ask, "Subscriptions")]
    except AwsError as error:
        if error.code in MISSING:
            return None
        raise
