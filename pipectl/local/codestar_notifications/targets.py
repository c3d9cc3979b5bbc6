"""Targets of notification rules: whether they can be reached, and sending to them."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from pipectl.facts.notifications import SERVICE_PRINCIPAL
from pipectl.local.permissions import decision, principals

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
SENT = "notifications sent"
_log = logging.getLogger(__name__)


def status(world: World, address: str, kind: str) -> str:
    """ACTIVE, or UNREACHABLE for a topic that is not there or lets the service not publish.

    User guide, "Configure Amazon SNS topics for notifications" and "Troubleshooting": the topic's policy must
    allow the service. A chat channel counts as reachable (inferred: there is no chat here).
    """
    return "ACTIVE" if kind != "SNS" or _may_publish(world, address) else "UNREACHABLE"


def send(world: World, rule_arn: str, address: str, kind: str, message: Shape) -> None:
    """Publish a message to a topic; what goes to a chat channel is only kept and said in the server's log"""
    _, _, _, region, account, _ = address.split(":", 5)
    if kind != "SNS":
        kept = world.beside(SENT, rule_arn.split(":")[4], rule_arn.split(":")[3])
        kept.setdefault(address, []).append(message)
        _log.warning("the local AWS has no chat: a notification for %s (rule %s) was kept", address, rule_arn)
        return
    if not _may_publish(world, address):
        _log.warning("a notification of rule %s did not reach %s: UNREACHABLE", rule_arn, address)
        return
    world.moto("sns", account, region).publish(json.dumps(message), arn=address)


def _may_publish(world: World, address: str) -> bool:
    """Whether a topic is there and its policy allows the service; the account is sent (inferred)"""
    _, _, _, region, account, _ = address.split(":", 5)
    topic = world.moto("sns", account, region).topics.get(address)
    if topic is None:
        return False
    if not world.options.iam:
        return True
    service = principals.service(SERVICE_PRINCIPAL, account)
    context = (("aws:SourceAccount", account), ("aws:PrincipalIsAWSService", "true"))
    asked: list[tuple[str, str | None]] = [("sns:Publish", address)]
    if topic.kms_master_key_id:
        key = _key(world, account, region, topic.kms_master_key_id)
        asked += [(action, key) for action in ("kms:GenerateDataKey", "kms:Decrypt")]
    return all(
        resource is not None and decision.decide(world, service, action, resource, context).allowed
        for action, resource in asked
    )


def _key(world: World, account: str, region: str, name: str) -> str | None:
    """The ARN of an encrypted topic's key, whose policy must name the service; None: there is none

    SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted topics".
    """
    kms = world.moto("kms", account, region)
    if "alias/" in name and kms.get_key_id_from_alias(name) is None:
        return None
    key = kms.keys.get(kms.any_id_to_key_id(name))
    return None if key is None else str(key.arn)
