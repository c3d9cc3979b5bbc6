"""Messages of repository triggers to SNS topics.

The JSON document and the subject are those of recorded messages: help.gitkraken.com, "AWS CodeCommit Webhook
Events"; the members `created`, `deleted` and the event `TriggerEventTest`: AWS Lambda developer guide, "Using
Lambda with AWS CodeCommit".
"""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipectl.local.codecommit.records import Repository
    from pipectl.local.codecommit.store import Move
    from pipectl.local.world import World

_log = logging.getLogger(__name__)

CHANGES = "ReferenceChanges"
TEST = "TriggerEventTest"


def notify(
    world: World, repository: Repository, repository_arn: str, moves: Iterable[Move], caller_arn: str
) -> None:
    """Send the reference changes of one push or API call to the triggers whose filters match

    One message for each trigger, with all its references (inferred: the record has a list).
    """
    moves = list(moves)
    for trigger in repository.triggers:
        references = [reference(move) for move in moves if matches(trigger, move)]
        if not references:
            continue
        record = record_of(trigger, repository, repository_arn, caller_arn, world.now(), references)
        failure = send(world, trigger, repository, record)
        if failure:
            _log.warning("trigger %s of repository %s: %s", trigger["name"], repository.name, failure)


def matches(trigger: dict[str, Any], move: Move) -> bool:
    """Whether the trigger's events and branches include a change

    API reference, RepositoryTrigger: an empty list of branches means all. A tag passes only then (inferred).
    """
    events, branches = trigger["events"], trigger.get("branches")
    if "all" not in events and _event(move) not in events:
        return False
    return not branches or move.reference in {store.BRANCHES + branch for branch in branches}


def reference(move: Move) -> dict[str, Any]:
    """One entry of `references`; a deleted one names its last commit (inferred)"""
    entry: dict[str, Any] = {"commit": move.after or move.before, "ref": move.reference}
    if move.before is None:
        entry["created"] = True
    if move.after is None:
        entry["deleted"] = True
    return entry


def record_of(
    trigger: dict[str, Any],
    repository: Repository,
    repository_arn: str,
    caller_arn: str,
    now: datetime,
    references: list[dict[str, Any]],
    *,
    name: str = CHANGES,
) -> dict[str, Any]:
    """The single record of a message"""
    return {
        "awsRegion": repository_arn.split(":")[3],
        "codecommit": {"references": references},
        "customData": trigger.get("customData"),
        "eventId": str(uuid.uuid4()),
        "eventName": name,
        "eventPartNumber": 1,
        "eventSource": "aws:codecommit",
        "eventSourceARN": repository_arn,
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}+0000",
        "eventTotalParts": 1,
        "eventTriggerConfigId": repository.triggers_id,
        "eventTriggerName": trigger["name"],
        "eventVersion": "1.0",
        "userIdentityARN": caller_arn,
    }


def send(world: World, trigger: dict[str, Any], repository: Repository, record: dict[str, Any]) -> str | None:
    """Publish a record to the trigger's topic; why it was not sent, or None (words inferred)"""
    arn = trigger["destinationArn"]
    _, _, service, region, account, _ = arn.split(":", 5)
    if service == "lambda":
        return f"The local AWS does not invoke Lambda functions for repository triggers: {arn}"
    sns = world.moto("sns", account, region)
    if arn not in sns.topics:
        return f"The Amazon SNS topic {arn} does not exist"
    message = json.dumps({"Records": [record]}, separators=(",", ":"))
    subject = f"UPDATE: AWS CodeCommit {record['awsRegion']} push: {repository.name}"
    sns.publish(message, arn=arn, subject=subject[:100])
    return None


def _event(move: Move) -> str:
    if move.after is None:
        return "deleteReference"
    return "updateReference" if move.before else "createReference"
