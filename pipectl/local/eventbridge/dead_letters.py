"""Dead-letter queues of targets: what could not be delivered, with the reason in message attributes.

User guide of EventBridge, "Using dead-letter queues to process undelivered events". Codes and words are
recorded in radkawar/stackd, testdata/aws/eventbridge/{inputs,delivery,ecs_targets}.json: a failure that is
final has no attributes about retries. The local AWS does not try again: here every failure is final.
"""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
_log = logging.getLogger(__name__)
_MISSING = ("NotFound", "NonExistent", "DoesNotExist", "NotExist")
_SERVICES = {"sqs": "AmazonSQS", "sns": "AmazonSNS", "ecs": "AmazonECS", "kinesis": "AmazonKinesis"}
"""Names of services in the sentences of AWS's SDK for Java; of others the name in the ARN stands there."""


class UndeliverableError(Exception):
    """A delivery that failed for good, with the code that the dead-letter queue is told."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def bury(world: World, rule: Any, target: Shape, text: str, failure: UndeliverableError) -> None:
    """Send a text that did not arrive to the target's dead-letter queue, if it has one."""
    arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    _log.warning("an event of rule %s did not reach %s: %s", rule.name, target["Arn"], failure)
    if not arn:
        return
    values = {
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure.message,
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
    _, _, _, region, account, name = arn.split(":", 5)
    try:
        world.moto("sqs", account, region).send_message(name, text, message_attributes=attributes)
    except Exception:  # noqa: BLE001  AWS drops what its dead-letter queue does not take
        _log.exception("the dead-letter queue %s took nothing", arn)


def failure(service: str, error: Exception) -> UndeliverableError:
    """Return what a target's service said, as the dead-letter queue is told it."""
    if isinstance(error, UndeliverableError):
        return error
    codes = (getattr(error, "error_type", None), getattr(error, "code", None), type(error).__name__)
    code = next(code for code in codes if isinstance(code, str) and code)
    message = str(getattr(error, "message", None) or error)
    said = (
        f"{message} (Service: {_SERVICES.get(service, service)}; Status Code: 400; Error Code: {code}; "
        f"Request ID: {uuid.uuid4()}; Proxy: null)"
    )
    return UndeliverableError(_kind(code, error), said)


def _kind(code: str, error: Exception) -> str:
    """Which services call what is missing how is inferred, but for queues"""
    if any(part in code for part in _MISSING):
        return "NO_RESOURCE"
    if "AccessDenied" in code:
        return "NO_PERMISSIONS"
    return "INVALID_PARAMETER" if isinstance(error, Refused) else "ERROR_FROM_TARGET"
