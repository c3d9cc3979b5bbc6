"""Targets that keep what they get: queues, topics, log groups, streams, buses, archives."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipectl.local.eventbridge import inputs
from pipectl.local.eventbridge.paths import MISSING, value_at
from pipectl.local.eventbridge.sending import NoTargetError

if TYPE_CHECKING:
    from pipectl.local.eventbridge.sending import Sending
    from pipectl.local.world import World

_OLDEST_MS, _NEWEST_MS = 14 * 24 * 3600 * 1000, 2 * 3600 * 1000


def to_queue(sending: Sending) -> None:
    """Send a message; a FIFO queue without content-based deduplication gets none (User guide)"""
    group = sending.target.get("SqsParameters", {}).get("MessageGroupId")
    queues = sending.moto("sqs")
    if group and queues.get_queue(sending.resource).content_based_deduplication is False:
        return  # User guide, "Troubleshooting": such a queue must have content-based deduplication
    queues.send_message(sending.resource, sending.text, group_id=group)


def to_topic(sending: Sending) -> None:
    """Publish to a topic."""
    sending.moto("sns").publish(sending.text, arn=sending.target["Arn"])


def to_log_group(sending: Sending) -> None:
    """Write one event into a stream of its own, at the event's time.

    Recorded in radkawar/stackd, testdata/aws/eventbridge/logs_destination.json: of a transformer's
    `timestamp` and `message` the message alone is written. Without them the text is written (inferred).
    """
    logs = sending.moto("logs")
    group = sending.resource.removeprefix("log-group:").removesuffix(":*")
    stream, moment, message = str(uuid.uuid4()), sending.event["time"], sending.text
    if "InputTransformer" in sending.target:
        made = json.loads(message)
        if isinstance(made, dict) and "message" in made:
            moment, message = made.get("timestamp", moment), made["message"]
    at = int(datetime.fromisoformat(moment).timestamp() * 1000) if isinstance(moment, str) else int(moment)
    now = int(sending.world.now().timestamp() * 1000)
    if not now - _OLDEST_MS <= at <= now + _NEWEST_MS:
        at = now  # Logs refuses such times (API reference, PutLogEvents); what EventBridge does is inferred
    logs.create_log_stream(group, stream)
    logs.put_log_events(group, stream, [{"timestamp": at, "message": str(message)}])


def to_stream(sending: Sending) -> None:
    """Put a record; its key is the JSON of a part of the event, or the event's ID and a suffix.

    Recorded in radkawar/stackd, testdata/aws/eventbridge/kinesis_targets.json.
    """
    path = sending.target.get("KinesisParameters", {}).get("PartitionKeyPath")
    found = value_at(sending.event, path) if path else MISSING
    key = "{}" if found is MISSING or found is None else inputs.compact(found)
    if not path:
        key = f"{sending.event['id']}_{uuid.uuid4()}"
    data = base64.b64encode(sending.text.encode()).decode()
    sending.moto("kinesis").put_record(sending.target["Arn"], None, key, None, data)


def to_delivery_stream(sending: Sending) -> None:
    """Put a record into a Firehose stream, which writes it to its bucket."""
    name = sending.resource.removeprefix("deliverystream/")
    sending.moto("firehose").put_record(name, {"Data": sending.text.encode()})


def to_bus(sending: Sending) -> None:
    """Forward an event, which keeps its account and Region (user guide, "Sending and receiving events")"""
    from pipectl.local.eventbridge import delivery

    if not sending.resource.startswith("event-bus/"):
        raise NoTargetError(f"the local AWS has no targets like {sending.target['Arn']}")
    bus = sending.resource.removeprefix("event-bus/")
    event = json.loads(sending.text)
    if sending.region != sending.rule.region_name:
        event["id"] = str(uuid.uuid4())  # recorded in radkawar/stackd, bus_forwarding.json
    delivery.deliver(sending.world, sending.account, sending.region, event, bus, forwarded=True)


def to_archives(world: World, rule: Any, event: dict[str, Any]) -> None:
    """Keep an event: an archive has a rule of its own on its bus, which moto makes"""
    backend = world.moto("events", rule.account_id, rule.region_name)
    for archive in backend.archives.values():
        if archive.rule is rule:
            archive.events.append(event)
