"""Functions that clients, topics, queues, buckets, filters of logs and rotations of secrets invoke.

moto would need docker for each of them; here they run as `functions` runs them.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import deque
from typing import TYPE_CHECKING, Any

from pipectl.local import functions

if TYPE_CHECKING:
    from pipectl.local.world import World

_log = logging.getLogger(__name__)
_lines: dict[str, deque[tuple[functions.Call, Any]]] = {}
"""What waits for a function, by its ARN; the first one runs."""
_lock = threading.Lock()


def call(world: World, function: Any) -> functions.Call:
    """One invocation of a function of moto's."""
    return functions.Call(world, function.account_id, function.region, function, str(uuid.uuid4()))


def install(world: World) -> None:
    """Let SNS, SQS, S3, Logs and Secrets Manager of moto invoke functions here; they do not wait."""
    from moto.awslambda.models import LambdaFunction

    def invoked(function: Any, event: Any = None) -> tuple[str, bool, str]:
        if reason := functions.refusal(world, function):
            _log.warning("%s", reason)
            return reason, True, reason
        later(call(world, function), event if event != "{}" else {})
        return "", False, ""

    setattr(LambdaFunction, "_invoke_lambda", invoked)  # noqa: B010  mypy allows no assignment


def later(invocation: functions.Call, event: Any) -> None:
    """Run a function beside the server, one event after the other.

    AWS runs what is asynchronous side by side; the steps of a rotation come one by one (Secrets Manager user
    guide, "Rotation by Lambda function"). That other events keep their order too is inferred.
    """
    arn = str(invocation.function.function_arn)
    with _lock:
        line = _lines.setdefault(arn, deque())
        line.append((invocation, event))
        if len(line) > 1:
            return
    threading.Thread(target=_work, args=(arn, line), name="local Lambda", daemon=True).start()


def _work(arn: str, line: deque[tuple[functions.Call, Any]]) -> None:
    while True:
        try:
            functions.run_unseen(*line[0])
        except Exception:  # noqa: BLE001  whatever one event does, the next one is handled
            _log.exception("%s could not run", arn)
        with _lock:
            line.popleft()
            if not line:
                del _lines[arn]
                return
