"""aws_codestarnotifications_notification_rule."""

from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Body, Expression
from pipectl.export.terraform.values import Entry, Names
from pipectl.kinds import notification

TYPE = "aws_codestarnotifications_notification_rule"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The rule. An import needs its ARN, whose id only AWS knows: it is a variable."""
    label = names.of(resource)
    settings = notification.settings(resource)
    body = {
        "name": settings["Name"],
        "resource": resource.stated["pipeline"],
        "event_type_ids": settings["EventTypeIds"],
        "detail_type": settings["DetailType"],
        "status": settings["Status"],
        "target": [
            Body(address=target["TargetAddress"], type=target["TargetType"]) for target in settings["Targets"]
        ],
        **names.tags(resource),
    }
    variable = f"{label}_notification_rule"
    asked = f"the ARN of notification rule {resource.name} (codestar-notifications list-notification-rules)"
    yield Entry(TYPE, label, resource, body, Expression(f"var.{variable}"), variables={variable: asked})
