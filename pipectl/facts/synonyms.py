"""Values that AWS answers under another name than the one that was sent."""

_ANSWERED = {
    ("ecs", "field", "host"): "instanceId",
}
"""API reference, PlacementStrategy, field: "instanceId (or host, which has the same effect)".

That AWS answers `instanceId` whatever was sent: hashicorp/terraform-provider-aws#938, and an answer of
CreateService in awsdocs/amazon-ecs-developer-guide#77.
"""


def answered(service: str, member: str, value: object) -> object:
    """Return a value of a member as the service answers it."""
    return _ANSWERED.get((service, member, value), value) if isinstance(value, str) else value
