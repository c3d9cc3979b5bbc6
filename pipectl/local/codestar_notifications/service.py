"""The operations of CodeStar Notifications."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from pipectl.facts.notifications import (
    EVENT_TYPES,
    LINKED_ROLE,
    RULES_PER_ACCOUNT,
    RULES_PER_RESOURCE,
    SERVICE_PRINCIPAL,
    TARGETS_PER_RULE,
)
from pipectl.local.codestar_notifications import checks, matching, messages, targets
from pipectl.local.codestar_notifications.listing import Listing
from pipectl.local.codestar_notifications.records import NotificationRule
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller
    from pipectl.local.world import World

Shape = dict[str, Any]
_log = logging.getLogger(__name__)
_MOST_TAGS = 50  # User guide, "Tagging": as everywhere at AWS


class CodeStarNotifications(Listing):
    """Notification rules of one account and Region."""

    model_name: ClassVar[str] = "codestar-notifications"

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        world.on_event(self._hear)

    def create_notification_rule(self, request: Shape, caller: Caller) -> Shape:
        """API reference, CreateNotificationRule. The same token again answers the same rule"""
        token = request.get("ClientRequestToken")
        if token in self.tokens:
            return {"Arn": self.tokens[token]}
        checks.name(self.rules.values(), request["Name"])
        checks.resource(request["Resource"], self.region, self.account)
        checks.events(request["EventTypeIds"], request["Resource"])
        kept = checks.targets(request["Targets"], self.region)
        checks.tags(request.get("Tags", {}))
        self._check_limits(request["Resource"])
        self._make_linked_role()
        now = self.world.now()
        rule = NotificationRule(
            arn=self.arn(f"notificationrule/{secrets.token_hex(20)}"),
            name=request["Name"],
            resource=request["Resource"],
            events=list(dict.fromkeys(request["EventTypeIds"])),
            targets=kept,
            detail=request["DetailType"],
            status=request.get("Status", "ENABLED"),
            created_by=caller.arn,
            created=now,
            modified=now,
            tags=dict(request.get("Tags", {})),
        )
        self.rules[rule.arn] = rule
        self.targets.update(kept)
        if token:
            self.tokens[token] = rule.arn
        return {"Arn": rule.arn}

    def describe_notification_rule(self, request: Shape, caller: Caller) -> Shape:
        """API reference, DescribeNotificationRule; members as in the AWS CLI's example"""
        rule = self.rule(request["Arn"])
        return {
            "Arn": rule.arn,
            "Name": rule.name,
            "EventTypes": [checks.shown(EVENT_TYPES[event]) for event in rule.events],
            "Resource": rule.resource,
            "Targets": [self.target(address, kind) for address, kind in rule.targets.items()],
            "DetailType": rule.detail,
            "CreatedBy": rule.created_by,
            "Status": rule.status,
            "CreatedTimestamp": rule.created,
            "LastModifiedTimestamp": rule.modified,
            "Tags": rule.tags,
        }

    def update_notification_rule(self, request: Shape, caller: Caller) -> None:
        """API reference, UpdateNotificationRule: members that are not sent stay (inferred)"""
        rule = self.rule(request["Arn"])
        others = [found for found in self.rules.values() if found is not rule]
        if "Name" in request:
            checks.name(others, request["Name"])
        checks.events(request.get("EventTypeIds", rule.events), rule.resource)
        kept = checks.targets(request["Targets"], self.region) if "Targets" in request else rule.targets
        rule.name = request.get("Name", rule.name)
        rule.events = list(dict.fromkeys(request.get("EventTypeIds", rule.events)))
        rule.targets = kept
        rule.detail = request.get("DetailType", rule.detail)
        rule.status = request.get("Status", rule.status)
        rule.modified = self.world.now()
        self.targets.update(kept)

    def delete_notification_rule(self, request: Shape, caller: Caller) -> Shape:
        """API reference: it names no ResourceNotFoundException, so a missing rule is no error (inferred)"""
        self.rules.pop(request["Arn"], None)
        return {"Arn": request["Arn"]}

    def subscribe(self, request: Shape, caller: Caller) -> Shape:
        """API reference, Subscribe"""
        rule = self.rule(request["Arn"])
        kept = checks.targets([request["Target"]], self.region)
        if len(rule.targets | kept) > TARGETS_PER_RULE:
            raise Refused(
                "ConfigurationException", f"A notification rule can have at most {TARGETS_PER_RULE} targets."
            )
        rule.targets |= kept
        self.targets.update(kept)
        return {"Arn": rule.arn}

    def unsubscribe(self, request: Shape, caller: Caller) -> Shape:
        """API reference, Unsubscribe: neither a missing rule nor a missing target is an error (inferred)"""
        rule = self.rules.get(request["Arn"])
        if rule is not None:
            rule.targets.pop(request["TargetAddress"], None)
        return {"Arn": request["Arn"]}

    def delete_target(self, request: Shape, caller: Caller) -> None:
        """API reference, DeleteTarget; the sentence is the one that Terraform's provider waits for"""
        address = request["TargetAddress"]
        holders = [rule for rule in self.rules.values() if address in rule.targets]
        if holders and not request.get("ForceUnsubscribeAll"):
            raise Refused(
                "ValidationException",
                "The target cannot be deleted because it is subscribed to one or more notification rules.",
            )
        for rule in holders:
            del rule.targets[address]
        self.targets.pop(address, None)

    def tag_resource(self, request: Shape, caller: Caller) -> Shape:
        """API reference, TagResource"""
        rule = self.rule(request["Arn"])
        checks.tags(request["Tags"])
        if len(rule.tags | request["Tags"]) > _MOST_TAGS:
            raise Refused("LimitExceededException", f"A resource can have at most {_MOST_TAGS} tags.")
        rule.tags |= request["Tags"]
        return {"Tags": rule.tags}

    def untag_resource(self, request: Shape, caller: Caller) -> None:
        """API reference, UntagResource: keys that it does not have are no error (inferred)"""
        rule = self.rule(request["Arn"])
        for key in request["TagKeys"]:
            rule.tags.pop(key, None)

    def list_tags_for_resource(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListTagsForResource"""
        return {"Tags": self.rule(request["Arn"]).tags}

    def _check_limits(self, resource: str) -> None:
        """User guide, "Quotas for notifications"; the sentences are inferred"""
        of_resource = [rule for rule in self.rules.values() if rule.resource == resource]
        if len(of_resource) >= RULES_PER_RESOURCE:
            raise Refused(
                "LimitExceededException",
                f"A resource can have at most {RULES_PER_RESOURCE} notification rules: {resource}",
            )
        if len(self.rules) >= RULES_PER_ACCOUNT:
            raise Refused(
                "LimitExceededException",
                f"An account can have at most {RULES_PER_ACCOUNT} notification rules.",
            )

    def _make_linked_role(self) -> None:
        """User guide, "Using service-linked roles": the first rule makes it; here it is there at once"""
        iam = self.world.moto("iam", self.account, self.region)
        if all(role.name != LINKED_ROLE for role in iam.roles.values()):
            iam.create_service_linked_role(SERVICE_PRINCIPAL, "", "").name = LINKED_ROLE

    def _hear(self, account: str, region: str, event: Shape) -> None:
        """Send an event to the targets of the enabled rules that name its type and its resource"""
        if (account, region) != (self.account, self.region) or not self.rules:
            return
        with self.world.lock:
            types = set(matching.event_types(event))
            for rule in list(self.rules.values()) if types else ():
                is_meant = rule.status == "ENABLED" and not types.isdisjoint(rule.events)
                if is_meant and rule.resource == matching.resource(event):
                    self._send(rule, event)

    def _send(self, rule: NotificationRule, event: Shape) -> None:
        for address, kind in rule.targets.items():
            try:
                targets.send(self.world, rule.arn, address, kind, messages.message(self.world, rule, event))
            except Exception:  # noqa: BLE001  a message that is lost stops no pipeline
                _log.exception("a notification of rule %s could not be sent to %s", rule.name, address)
