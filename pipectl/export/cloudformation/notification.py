"""AWS::CodeStarNotifications::NotificationRule."""

from collections.abc import Iterator

from pipectl.engine.values import OWNER_TAG, Resource
from pipectl.export.cloudformation.values import Entry, Names
from pipectl.kinds import notification

TYPE = "AWS::CodeStarNotifications::NotificationRule"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The rule, with its tags as a mapping. An import names it by its ARN, whose id only AWS knows."""
    tags = {
        key: text
        for key, text in sorted(resource.stated["tags"].items())
        if not (names.is_set and key == OWNER_TAG)
    }
    properties = {
        **notification.settings(resource),
        "Resource": resource.stated["pipeline"],
        **({"Tags": tags} if tags else {}),
    }
    yield Entry(names.of(resource), TYPE, resource, properties, {"Arn": None})
