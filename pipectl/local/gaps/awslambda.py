"""Lambda: functions in Python run when they are invoked; moto would need docker.

Invoke is answered without the world's lock: a function calls the local AWS while its caller waits.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from pipectl.local import functions, invocations
from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

_LOG_TAIL = 4096
"""Bytes of the log that Invoke gives back (API reference, Invoke: LogResult)."""


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Run what is invoked; moto keeps the functions"""
    if request.operation != "Invoke":
        invocations.install(world)
        return forward(request)
    with world.lock:
        function = _function(world, request)
    kind = request.environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
    if kind == "DryRun":
        return Answer(204, {}, b"")
    if reason := functions.refusal(world, function):
        raise Refused("InvalidRuntimeException", reason, 400)
    invocation, event = invocations.call(world, function), _event(request)
    if kind == "Event":
        invocations.later(invocation, event)
        return Answer(202, {}, b"")
    return _told(request, function, functions.invoke(invocation, event))


def _function(world: World, request: Request) -> Any:
    """API reference, Invoke: a name, an ARN or part of one, with or without a qualifier"""
    name = unquote(request.path.rstrip("/").split("/")[-2])
    (qualifier, *_) = parse_qs(request.query).get("Qualifier", [None])
    if not name.startswith("arn:"):
        name, _, inner = name.rpartition("function:")[2].partition(":")
        qualifier = qualifier or inner or None
    try:
        return world.moto("lambda", request.account, request.region).get_function(name, qualifier)
    except Exception:  # noqa: BLE001  moto has an error for each part of a name
        arn = (
            f"arn:{world.partition(request.region)}:lambda:{request.region}:{request.account}:function:{name}"
        )
        shown = name if name.startswith("arn:") else f"{arn}:{qualifier}" if qualifier else arn
        raise Refused("ResourceNotFoundException", f"Function not found: {shown}", 404) from None


def _event(request: Request) -> Any:
    """An absent payload is an empty object (inferred)"""
    try:
        return json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refused(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from None


def _told(request: Request, function: Any, result: functions.Result) -> Answer:
    headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": str(function.version)}
    if result.error:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if request.environ.get("HTTP_X_AMZ_LOG_TYPE") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(result.printed[-_LOG_TAIL:]).decode()
    return Answer(200, headers, result.payload)
