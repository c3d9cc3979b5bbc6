"""Targets that notifications cannot be sent to, and keys of topics that let nobody send."""

import re
from collections.abc import Iterator

from pipectl.facts.notifications import target_type
from pipectl.kinds.notification_block import SnsTopic
from pipectl.rules._tools import PlacedNotification, error, notifications
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "notification-target"
TOPIC = r"[A-Za-z0-9_-]{1,256}"
"""API reference of SNS, CreateTopic; FIFO topics take no notifications (inferred: no e-mail leaves them)."""
KINDS = "a topic, or `arn:aws:chatbot::ACCOUNT:chat-configuration/slack-channel/NAME`"


def check(spec: Spec) -> Iterator[Problem]:
    """Every target of every notification, and the keys of topics."""
    for notification in notifications(spec):
        yield from _targets(spec, notification)
    for name, block in spec.all(SnsTopic).items():
        if block.kms_key and block.kms_key.endswith("alias/aws/sns"):
            message = "AWS's own key of SNS lets no service send to the topic: its policy cannot be changed"
            hint = "use a key of your own whose policy allows codestar-notifications.amazonaws.com"
            yield error(spec, ("sns", name, "kms_key"), RULE, message, hint)


def _targets(spec: Spec, notification: PlacedNotification) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, target in notification.listed(spec, "to", notification.block.to):
        plain = target.rpartition(":")[2] if _is_own(spec, target) else target
        if plain in seen:
            yield error(spec, path, RULE, f"{shown(target)} is named twice", "take one of them out")
        seen.add(plain)
        yield from _target(spec, path, target)


def _is_own(spec: Spec, target: str) -> bool:
    parts = target.split(":")
    return parts[2:3] == ["sns"] and parts[4:5] == [spec.account]


def _target(spec: Spec, path: Path, target: str) -> Iterator[Problem]:
    if not target.startswith("arn:"):
        if "@" in target:
            hint = "name a topic, and its addresses below `sns:`: `TOPIC: {subscribe: [ADDRESS]}`"
            yield error(spec, path, RULE, f"{shown(target)} is an e-mail address, not a topic", hint)
        elif not re.fullmatch(TOPIC, target):
            message = f"a topic cannot be called {shown(target)}"
            yield error(spec, path, RULE, message, "its name has 1 to 256 letters, digits, `_` and `-`")
        return
    kind = target_type(target)
    if kind is None:
        yield error(spec, path, RULE, f"notifications cannot be sent to {shown(target)}", f"name {KINDS}")
    elif kind == "SNS":
        region = target.split(":")[3]
        if target.endswith(".fifo"):
            message = f"{shown(target)} is a FIFO topic, which takes no notifications"
            yield error(spec, path, RULE, message, "use a standard topic")
        elif spec.region and region != spec.region:
            message = f"this topic is in {region}, and its pipeline in {spec.region}"
            yield error(spec, path, RULE, message, "use a topic of the pipeline's Region")
