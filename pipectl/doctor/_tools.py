"""What checks share: looking at several things, of which one may be closed to the caller."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from pipectl.aws.cloud import Cloud, for_each
from pipectl.aws.denial import denial_in
from pipectl.doctor._finding import Finding, good, unseen, wrong
from pipectl.errors import AccessDenied, AwsError
from pipectl.kinds.topic import MISSING

T = TypeVar("T")

DENIED = ("AuthorizationError",)
"""How SNS says it (API reference, common errors)."""

SPELLED = {
    "s3 head_bucket": "s3:ListBucket",
    "s3 get_bucket_versioning": "s3:GetBucketVersioning",
    "s3 get_bucket_notification_configuration": "s3:GetBucketNotification",
}
"""Where the permission is not called like the operation (service authorization reference)."""


def each(
    things: Iterable[T], title: Callable[[T], str], look: Callable[[T], Iterable[Finding]]
) -> list[Finding]:
    """What is found of every thing, side by side; a thing that cannot be looked at hides no other."""

    def one(thing: T) -> list[Finding]:
        try:
            return list(look(thing))
        except AwsError as error:
            return [refused(title(thing), error)]

    return [finding for findings in for_each(one, things) for finding in findings]


def all_of(ask: Callable[..., Mapping[str, Any]], items: str) -> list[Any]:
    """All items of a paged read whose token is called `NextToken`."""
    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        answer = ask(**token)
        found += answer.get(items) or []
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


UNCONFIRMED = "PendingConfirmation"
"""What stands for the ARN of a subscription that nobody has confirmed (API reference, Subscription)."""


def subscriptions(cloud: Cloud, topic: str) -> list[str] | None:
    """The ARNs of a topic's subscriptions; None without the topic."""
    ask = partial(cloud.call, "sns", "list_subscriptions_by_topic", TopicArn=topic)
    try:
        return [found["SubscriptionArn"] for found in all_of(ask, "Subscriptions")]
    except AwsError as error:
        if error.code in MISSING:
            return None
        raise


def reach(subject: str, topic: str, found: list[str]) -> Finding:
    """Whether the subscriptions of a topic reach somebody."""
    confirmed = sum(arn != UNCONFIRMED for arn in found)
    if confirmed:
        return good(subject, f"has {confirmed} confirmed {'subscriber' if confirmed == 1 else 'subscribers'}")
    if found:
        text = f"nobody has confirmed a subscription to its topic {topic}, so nobody is told"
        return wrong(subject, text, "open the link in the e-mail that AWS has sent to each address")
    text = f"its topic {topic} has no subscribers, so nobody is told"
    return wrong(subject, text, "subscribe an address in the console of SNS")


def refused(subject: str, error: AwsError) -> Finding:
    """A look that AWS did not allow, and the permission that it needs."""
    if not isinstance(error, AccessDenied) and error.code not in DENIED:
        return unseen(subject, f"not checked: {error.message}")
    permission = permission_of(error)
    return unseen(subject, f"not checked: AWS denies {permission}", f"allow {permission} to look", permission)


def permission_of(error: AwsError) -> str:
    """The permission that a refused call needs: as AWS names it, else as the operation is called."""
    if denial := denial_in(error.said):
        return denial.permission
    operation = "".join(word.capitalize() for word in error.operation.split("_"))
    return SPELLED.get(f"{error.service} {error.operation}", f"{error.service}:{operation}")
