"""Functions of the local Lambda: those in Python run on this machine, in a process of their own.

Other runtimes would need docker. What a function prints stands in its log group, between the lines that
Lambda adds (Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs").
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import uuid
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl.local import permissions
from pipectl.local.codebuild.processes import Watch, end_group

if TYPE_CHECKING:
    from pipectl.local.world import World

_log = logging.getLogger(__name__)

BOOTSTRAP = """
import importlib, json, os, sys, traceback
sys.path.insert(0, os.getcwd())
class Context:
    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = "$LATEST"
    invoked_function_arn = os.environ["LOCAL_FUNCTION_ARN"]
    memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    aws_request_id = os.environ["LOCAL_REQUEST_ID"]
    log_group_name = "/aws/lambda/" + function_name
    log_stream_name = "local"
    def get_remaining_time_in_millis(self):
        return int(os.environ["LOCAL_TIMEOUT_MS"])
module, _, name = os.environ["_HANDLER"].rpartition(".")
def result():
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    return handler(json.load(sys.stdin), Context())
def tell(text):
    with open(os.environ["LOCAL_RESULT"], "w") as file:
        file.write(text)
try:
    tell(json.dumps(result()))
except Exception as error:
    lines = traceback.format_tb(error.__traceback__)
    tell(json.dumps({"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": lines}))
    raise
"""


class FunctionFailedError(Exception):
    """A function that raised, or ran too long."""


@dataclass(frozen=True)
class Call:
    """One invocation of a function, as moto keeps it."""

    world: World
    account: str
    region: str
    function: Any
    request_id: str


def refusal(world: World, function: Any) -> str | None:
    """Return why the local AWS cannot run a function, or None."""
    if not str(function.run_time).startswith("python") or function.package_type != "Zip":
        kind = function.run_time or "an image"
        return f"The local AWS runs functions in Python only; {function.function_name} is {kind}"
    if not world.options.builds:
        return "Functions are switched off in this local AWS (--no-builds)"
    return None


@dataclass(frozen=True)
class Result:
    """What an invocation gave: the payload in JSON, what was printed, and why it failed ("": it did not)."""

    payload: bytes
    printed: bytes
    error: str = ""


def run(call: Call, event: Any) -> None:
    """Run a function to its end, and log what it prints; raises FunctionFailedError."""
    result = invoke(call, event)
    if result.error:
        raise FunctionFailedError(result.error)


def invoke(call: Call, event: Any) -> Result:
    """Run a function to its end, and log what it prints.

    What is told of errors: Lambda developer guide, "Lambda function errors in Python" and "Troubleshoot
    execution issues in Lambda" (timeouts).
    """
    printed = b""
    try:
        with tempfile.TemporaryDirectory(dir=call.world.folder) as base:
            folder, told = Path(base) / "task", Path(base) / "result.json"
            _unpack(call.function.code_bytes, folder)
            status, printed = _run(call, event, folder, told)
            payload = told.read_bytes() if told.exists() else b""
    finally:
        lines = printed.decode(errors="replace").splitlines()
        _write_log(call, lines)
    if status is None:
        late = f"Task timed out after {call.function.timeout}.00 seconds"
        return Result(
            _failure("Sandbox.Timedout", f"RequestId: {call.request_id} Error: {late}"), printed, late
        )
    if status:
        last = lines[-1].strip() if lines else ""
        error = f"The AWS Lambda function {call.function.function_name} failed: {last}"
        ended = f"RequestId: {call.request_id} Error: Runtime exited with error: exit status {status}"
        return Result(payload or _failure("Runtime.ExitError", ended), printed, error)
    return Result(payload, printed)


def _failure(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def run_unseen(call: Call, event: Any) -> None:
    """Run a function for nobody who waits: a failure stands in the server's log."""
    try:
        run(call, event)
    except FunctionFailedError as failed:
        _log.warning("%s", failed)


def _run(call: Call, event: Any, folder: Path, told: Path) -> tuple[int | None, bytes]:
    """Exit status (None: too long) and what was printed"""
    with subprocess.Popen(  # noqa: S603  our own interpreter and words
        [sys.executable, "-u", "-c", BOOTSTRAP],
        cwd=folder,
        env={**_environment(call, str(folder)), "LOCAL_RESULT": str(told)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        watch = Watch(process.pid)
        try:
            printed, _ = process.communicate(json.dumps(event).encode(), timeout=int(call.function.timeout))
        except subprocess.TimeoutExpired as late:
            return None, late.stdout or b""
        finally:
            end_group(process)
            watch.close()
    return process.returncode, printed


def _unpack(code: bytes, folder: Path) -> None:
    """No member may lead out of the folder."""
    folder.mkdir()
    with zipfile.ZipFile(BytesIO(code)) as archive:
        for info in archive.infolist():
            target = (folder / info.filename).resolve()
            if target.is_relative_to(folder.resolve()):
                archive.extract(info, folder)


def _environment(call: Call, folder: str) -> dict[str, str]:
    """Nothing of the user's own environment; the only AWS is the local one."""
    function = call.function
    return {
        "PATH": os.defpath,
        "HOME": folder,
        **function.environment_vars,
        "AWS_ACCESS_KEY_ID": call.world.access_key(call.account),
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": call.world.url,
        "AWS_REGION": call.region,
        "AWS_DEFAULT_REGION": call.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "LOCAL_FUNCTION_ARN": function.function_arn,
        "LOCAL_REQUEST_ID": call.request_id,
        "LOCAL_TIMEOUT_MS": str(int(function.timeout) * 1000),
        "_HANDLER": function.handler,
    }


def _write_log(call: Call, lines: list[str]) -> None:
    """Write with the function's role, if it may (Lambda developer guide, "Lambda execution role")"""
    world, name = call.world, call.function.function_name
    partition = world.partition(call.region)
    arn = f"arn:{partition}:logs:{call.region}:{call.account}:log-group:/aws/lambda/{name}:*"
    with world.lock:
        role = permissions.Caller(world, call.function.role, name)
        if not role.may("logs:PutLogEvents", arn):
            return
        logs, group = world.moto("logs", call.account, call.region), f"/aws/lambda/{name}"
        if group not in logs.groups:
            logs.create_log_group(group, {})
        now = world.now()
        stream = f"{now:%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        logs.create_log_stream(group, stream)
        whole = [
            f"START RequestId: {call.request_id} Version: $LATEST",
            *lines,
            f"END RequestId: {call.request_id}",
            f"REPORT RequestId: {call.request_id}\tMemory Size: {call.function.memory_size} MB",
        ]
        at = int(now.timestamp() * 1000)
        logs.put_log_events(group, stream, [{"timestamp": at, "message": f"{line}\n"} for line in whole])
