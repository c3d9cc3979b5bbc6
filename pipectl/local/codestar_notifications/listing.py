"""Lists of rules, targets and event types, with their filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.facts.notifications import EVENT_TYPES
from pipectl.local.codestar_notifications import checks
from pipectl.local.codestar_notifications.targets import status
from pipectl.local.paging import BadToken, page
from pipectl.local.service import Refused, Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipectl.local.codestar_notifications.records import NotificationRule
    from pipectl.local.service import Caller
    from pipectl.local.world import World

Shape = dict[str, Any]
_PAGE = 50  # API reference, ListEventTypes: "The default number is 50"; for the others it is inferred


class Listing(Service):
    """The lists, over what the service keeps."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.rules: dict[str, NotificationRule] = {}
        self.targets: dict[str, str] = {}  # they outlive their rules (API reference, DeleteTarget)
        self.tokens: dict[str, str] = {}

    def rule(self, arn: str) -> NotificationRule:
        """Find a rule (API reference: ResourceNotFoundException; the words are inferred)"""
        if arn not in self.rules:
            raise Refused("ResourceNotFoundException", f"The notification rule does not exist: {arn}")
        return self.rules[arn]

    def target(self, address: str, kind: str) -> Shape:
        """A target with its status, which is looked up whenever it is asked for"""
        return {
            "TargetAddress": address,
            "TargetType": kind,
            "TargetStatus": status(self.world, address, kind),
        }

    def list_notification_rules(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListNotificationRules"""
        fitting = [
            {"Id": rule.id, "Arn": rule.arn}
            for rule in self.rules.values()
            if _fits(request, {
                "EVENT_TYPE_ID": rule.events,
                "CREATED_BY": [rule.created_by],
                "RESOURCE": [rule.resource],
                "TARGET_ADDRESS": list(rule.targets),
            })
        ]  # fmt: skip
        return _paged("NotificationRules", fitting, request)

    def list_targets(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListTargets: all that rules name or named, until they are deleted"""
        known = [self.target(address, kind) for address, kind in self.targets.items()]
        fitting = [
            target
            for target in known
            if _fits(request, {
                "TARGET_TYPE": [target["TargetType"]],
                "TARGET_ADDRESS": [target["TargetAddress"]],
                "TARGET_STATUS": [target["TargetStatus"]],
            })
        ]  # fmt: skip
        return _paged("Targets", fitting, request)

    def list_event_types(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListEventTypes; those of CodeDeploy are not known here"""
        fitting = [
            checks.shown(event)
            for event in EVENT_TYPES.values()
            if _fits(request, {"RESOURCE_TYPE": [event.resource], "SERVICE_NAME": [event.service]})
        ]
        return _paged("EventTypes", fitting, request)


def _fits(request: Shape, values: Mapping[str, Sequence[str]]) -> bool:
    """Filters of one name are joined by OR, those of different names by AND (ListNotificationRules)

    Values are compared without regard to case: `pipeline` finds `Pipeline` (ListEventTypesFilter).
    """
    wanted: dict[str, set[str]] = {}
    for given in request.get("Filters", ()):
        wanted.setdefault(given["Name"], set()).add(given["Value"].lower())
    return all(
        not accepted.isdisjoint(value.lower() for value in values[filter_name])
        for filter_name, accepted in wanted.items()
    )


def _paged(member: str, items: Sequence[Shape], request: Shape) -> Shape:
    try:
        shown, token = page(items, request.get("NextToken"), request.get("MaxResults") or _PAGE, member)
    except BadToken:
        raise Refused("InvalidNextTokenException", "The value for the next token is not valid.") from None
    return {member: shown, **({"NextToken": token} if token else {})}
