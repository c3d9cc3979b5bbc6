"""Invoke/Lambda: a function that reports by PutJobSuccessResult (user guide, Lambda action)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipectl.local import functions
from pipectl.local.codepipeline.jobs import function_data

from .action import ActionFailedError, Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job
    from pipectl.local.codepipeline.jobs import WorkerJob

    from .action import Done, Outcome

NO_ANSWER_S = 20 * 60  # User guide, limits: the timer for a function that does not report


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
    if reason := functions.refusal(job.world, function):
        raise ActionFailedError(reason, "ConfigurationError")
    return function


def _run(job: Job, function: Any, event: dict[str, Any]) -> None:
    try:
        functions.run(functions.Call(job.world, job.account, job.region, function, job.run.id), event)
    except functions.FunctionFailedError as failed:
        raise ActionFailedError(str(failed)) from None
