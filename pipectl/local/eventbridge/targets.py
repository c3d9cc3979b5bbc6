"""The targets of rules: an event is handed to each kind of target in its own way (API reference, Target)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pipectl.facts.calls.targets import event_target_calls
from pipectl.facts.place import Place
from pipectl.local import permissions
from pipectl.local.eventbridge import computing, messaging
from pipectl.local.eventbridge.dead_letters import UndeliverableError
from pipectl.local.eventbridge.sending import NoTargetError, Sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World

__all__ = ["NoTargetError", "send"]

Shape = dict[str, Any]
_PRINCIPAL = "events.amazonaws.com"
_SENDERS: dict[str, Callable[[Sending], None]] = {
    "codebuild": computing.start_build,
    "ecs": computing.run_tasks,
    "events": messaging.to_bus,
    "firehose": messaging.to_delivery_stream,
    "kinesis": messaging.to_stream,
    "lambda": computing.invoke,
    "logs": messaging.to_log_group,
    "sns": messaging.to_topic,
    "sqs": messaging.to_queue,
    "states": computing.start_machine,
}


def send(world: World, rule: Any, target: Shape, event: Shape, text: str) -> None:
    """Hand an event to one target; raises what the target's service raises, and NoTargetError."""
    _, _, service, region, account, resource = target["Arn"].split(":", 5)
    if service == "events" and not resource.strip(":"):
        messaging.to_archives(world, rule, event)
        return
    if service == "codepipeline":
        pipelines = world.service("codepipeline", account, region)
        pipelines.start_by_rule(resource, rule.arn, target, event, text)
        return
    if service not in _SENDERS:
        raise NoTargetError(f"the local AWS has no targets of {service}")
    if resource.startswith("api-destination/"):
        raise NoTargetError("the local AWS calls no API destinations: nothing leaves this machine")
    _require(world, target)
    _SENDERS[service](Sending(world, rule, target, event, text))


def _require(world: World, target: Shape) -> None:
    """Whether the target's role may be taken on, and may call the target's service.

    Codes: radkawar/stackd, docs/eventbridge.md, "Execution roles" (a bus says NO_PERMISSIONS for both).
    """
    role, (_, partition, service, region, account, _) = target.get("RoleArn"), target["Arn"].split(":", 5)
    if not role:
        return
    if not world.role_usable(role, _PRINCIPAL):
        code = "NO_PERMISSIONS" if service == "events" else "FAILED_TO_ASSUME_ROLE"
        raise UndeliverableError(code, f"EventBridge cannot assume {role}")
    session = permissions.Caller(world, role, uuid.uuid4().hex)  # the name is inferred
    try:
        for call in event_target_calls(target, Place(partition, region, account)):
            if call.required:
                session.require(call.action, call.resource, call.context)
    except permissions.DeniedError as denied:
        raise UndeliverableError("NO_PERMISSIONS", str(denied)) from None
