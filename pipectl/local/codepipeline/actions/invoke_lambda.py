"""Invoke/Lambda: a function that reports by PutJobSuccessResult (user guide, Lambda action).

Functions in Python run on this machine, in a process of their own; other runtimes would need docker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.processes import end_group
from pipectl.local.codepipeline.jobs import function_data

from .action import ActionFailedError, Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job
    from pipectl.local.codepipeline.jobs import WorkerJob

    from .action import Done, Outcome

NO_ANSWER_S = 20 * 60  # User guide, limits: the timer for a function that does not report

BOOTSTRAP = """
import importlib, json, os, sys
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
handler = getattr(importlib.import_module(module.replace("/", ".")), name)
handler(json.load(sys.stdin), Context())
"""


def start(job: Job) -> Outcome:
    """Run the function with the job; then wait for its result."""
    name = job.configuration["FunctionName"]
    with job.world.lock:
        function = _function(job, name)
        worker = job.trip.engine.service.open_job(job, dispatched=True)
    # The function's name and its log group are shown (recorded: docs/aws/codepipeline.md, 12).
    console = f"https://console.aws.amazon.com/cloudwatch/home?region={job.region}"
    group = f"#logStream:group=%252Faws%252Flambda%252F{function.function_name}"
    job.tell(external_id=name, external_url=console + group)
    _run(job, function, _event(job, worker))
    look = partial(_look, job, function, worker)
    return Pending(look, NO_ANSWER_S, f"The AWS Lambda function {name} failed to return a result.")


def _event(job: Job, worker: WorkerJob) -> dict[str, Any]:
    with job.world.lock:
        data = function_data(worker)
    return {"CodePipeline.job": {"id": worker.id, "accountId": job.account, "data": data}}


def _look(job: Job, function: Any, worker: WorkerJob) -> Done | None:
    """How the job ended; one that goes on is handed to the function again after a while."""
    last = worker
    while last.after is not None:
        last = last.after
    if last.due is not None and not last.is_running and job.world.now() >= last.due:
        last.is_running = True
        job.trip.engine.crew.give(partial(_run_again, job, function, last))
    return worker.look()


def _run_again(job: Job, function: Any, worker: WorkerJob) -> None:
    try:
        _run(job, function, _event(job, worker))
    except ActionFailedError as failed:
        with job.world.lock:
            worker.failed = failed


def _function(job: Job, name: str) -> Any:
    kept = job.moto("lambda")
    try:
        function = kept.get_function(name)
    except Exception as error:
        message = f"The AWS Lambda function {name} does not exist."
        raise ActionFailedError(message, "ConfigurationError") from error
    if not str(function.run_time).startswith("python") or function.package_type != "Zip":
        raise ActionFailedError(
            f"The local AWS runs functions in Python only; {name} is {function.run_time or 'an image'}",
            "ConfigurationError",
        )
    if not job.world.options.builds:
        raise ActionFailedError(
            "Functions are switched off in this local AWS (--no-builds)", "ConfigurationError"
        )
    return function


def _run(job: Job, function: Any, event: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory(dir=job.world.folder) as folder:
        _unpack(function.code_bytes, Path(folder))
        process = subprocess.Popen(  # noqa: S603  our own interpreter and words
            [sys.executable, "-c", BOOTSTRAP],
            cwd=folder,
            env=_environment(job, function, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _, said = process.communicate(json.dumps(event).encode(), timeout=int(function.timeout))
        except subprocess.TimeoutExpired:
            raise ActionFailedError(f"Task timed out after {function.timeout}.00 seconds") from None
        finally:
            end_group(process)
    if process.returncode:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise ActionFailedError(f"The AWS Lambda function {function.function_name} failed: {last}")


def _unpack(code: bytes, folder: Path) -> None:
    """No member may lead out of the folder."""
    with zipfile.ZipFile(BytesIO(code)) as archive:
        for info in archive.infolist():
            target = (folder / info.filename).resolve()
            if target.is_relative_to(folder.resolve()):
                archive.extract(info, folder)


def _environment(job: Job, function: Any, folder: str) -> dict[str, str]:
    """Nothing of the user's own environment; the only AWS is the local one."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        **function.environment_vars,
        "AWS_ACCESS_KEY_ID": job.world.access_key(job.account),
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": job.world.url,
        "AWS_REGION": job.region,
        "AWS_DEFAULT_REGION": job.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "LOCAL_FUNCTION_ARN": function.function_arn,
        "LOCAL_REQUEST_ID": job.run.id,
        "LOCAL_TIMEOUT_MS": str(int(function.timeout) * 1000),
        "_HANDLER": function.handler,
    }
