"""The targets of rules: an event is handed to each kind of target in its own way (API reference, Target)."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from pipectl.facts.calls.targets import event_target_calls
from pipectl.facts.place import Place
from pipectl.local import permissions
from pipectl.local.eventbridge import inputs
from pipectl.local.model import operation_model
from pipectl.local.validation import accept
from pipectl.local.wire import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World

Shape = dict[str, Any]
_PRINCIPAL = "events.amazonaws.com"


class NotAllowedError(Exception):
    """The role of a target may not do what the target needs: nothing starts, and nobody is told."""


class NoTargetError(Exception):
    """The target is of a kind that needs something to run which the local AWS does not have."""


def send(world: World, rule: Any, target: Shape, event: Shape) -> None:
    """Hand an event to one target; raises what the target's service raises."""
    _, _, service, region, account, resource = target["Arn"].split(":", 5)
    if service == "events" and not resource.strip(":"):
        _to_archives(world, rule, event)
        return
    text = inputs.body(target, event, rule.arn)
    if text is None:
        return
    if service == "codepipeline":
        pipelines = world.service("codepipeline", account, region)
        pipelines.start_by_rule(resource, rule.arn, target, event, text)
        return
    _require(world, target)
    if service not in _SENDERS:
        raise NoTargetError(f"the local AWS has no targets of {service}")
    _SENDERS[service](world, target, text)


def _require(world: World, target: Shape) -> None:
    """Whether the target's role may be taken on, and may call the target's service"""
    role, (_, partition, _, region, account, _) = target.get("RoleArn"), target["Arn"].split(":", 5)
    if not role:
        return
    if not world.role_usable(role, _PRINCIPAL):
        raise NotAllowedError(f"EventBridge cannot assume {role}")
    session = permissions.Caller(world, role, uuid.uuid4().hex)  # the name is inferred
    try:
        for call in event_target_calls(target, Place(partition, region, account)):
            if call.required:
                session.require(call.action, call.resource, call.context)
    except permissions.DeniedError as denied:
        raise NotAllowedError(str(denied)) from None


def _to_queue(world: World, target: Shape, text: str) -> None:
    _, _, _, region, account, name = target["Arn"].split(":", 5)
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    queues = world.moto("sqs", account, region)
    if group and queues.get_queue(name).content_based_deduplication is False:
        return  # User guide, "Troubleshooting": such a queue must have content-based deduplication
    queues.send_message(name, text, group_id=group)


def _to_topic(world: World, target: Shape, text: str) -> None:
    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    world.moto("sns", account, region).publish(text, arn=target["Arn"])


def _to_log_group(world: World, target: Shape, text: str) -> None:
    """One stream for each event; its name is inferred"""
    _, _, _, region, account, resource = target["Arn"].split(":", 5)
    logs, group = world.moto("logs", account, region), resource.removeprefix("log-group:").removesuffix(":*")
    stream = str(uuid.uuid4())
    logs.create_log_stream(group, stream)
    logs.put_log_events(group, stream, [{"timestamp": int(world.now().timestamp() * 1000), "message": text}])


def _to_bus(world: World, target: Shape, text: str) -> None:
    """An event keeps its account and Region on its way (user guide, "Sending and receiving events")"""
    from pipectl.local.eventbridge import delivery

    _, _, _, region, account, resource = target["Arn"].split(":", 5)
    if resource.startswith("event-bus/"):
        delivery.deliver(world, account, region, json.loads(text), resource.removeprefix("event-bus/"))
    elif not resource.startswith("api-destination/"):  # nothing leaves this machine
        raise NoTargetError(f"the local AWS has no targets like {target['Arn']}")


def _to_project(world: World, target: Shape, text: str) -> None:
    """User guide of CodeBuild, "Build notifications": the input is that of StartBuild, or an event"""
    _, _, _, region, account, resource = target["Arn"].split(":", 5)
    asked = json.loads(text)
    settings = {} if not isinstance(asked, dict) or "detail-type" in asked else asked
    builds = world.service("codebuild", account, region)
    model = operation_model("codebuild", "StartBuild")
    request = {**settings, "projectName": resource.removeprefix("project/")}
    accepted = accept(model.input_shape if model else None, request, builds.validation_code)
    caller = Caller(account, region, f"{target.get('RoleArn', '')}/events")
    getattr(builds, xform_name("StartBuild"))(accepted, caller)


def _to_machine(world: World, target: Shape, text: str) -> None:
    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    world.moto("stepfunctions", account, region).start_execution(target["Arn"], str(uuid.uuid4()), text)


def _to_stream(world: World, target: Shape, text: str) -> None:
    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    path = target.get("KinesisParameters", {}).get("PartitionKeyPath")
    key = str(inputs.at(json.loads(text), path)) if path else str(uuid.uuid4())
    world.moto("kinesis", account, region).put_record(target["Arn"], None, key, None, text)


_SENDERS: dict[str, Callable[[World, Shape, str], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "logs": _to_log_group,
    "events": _to_bus,
    "codebuild": _to_project,
    "states": _to_machine,
    "kinesis": _to_stream,
}


def _to_archives(world: World, rule: Any, event: Shape) -> None:
    """An archive has a rule of its own on its bus, which moto makes"""
    backend = world.moto("events", rule.account_id, rule.region_name)
    for archive in backend.archives.values():
        if archive.rule is rule:
            archive.events.append(event)
