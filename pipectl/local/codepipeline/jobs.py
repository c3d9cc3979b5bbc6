"""Jobs: how job workers do custom actions and Lambda functions report (user guide, custom actions)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from . import artifact_credentials
from .action_types import identity_of
from .actions.action import ActionFailedError, Done
from .providers import BY_IDENTITY
from .records import Revision, new_id
from .store import Store

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.permissions.sessions import Credentials
    from pipectl.local.service import Caller

    from .engine.job import Job
    from .records import Artifact

Shape = dict[str, Any]
CONTINUE_S = 30  # until a function that goes on is invoked again (28 seconds were seen once)
LARGEST_VARIABLES = 122880  # User guide, limits
CREDENTIALS_LAST = timedelta(minutes=15)  # of a function (recorded: docs/aws/codepipeline.md, 12)


@dataclass
class WorkerJob:
    """One action or rule that somebody else does."""

    job: Job
    id: str = field(default_factory=new_id)
    nonce: str = field(default_factory=lambda: str(secrets.randbelow(1000)))
    status: str = "Queued"
    dispatched: bool = False  # handed to a function, not to a worker
    continuation: str | None = None
    reported: Shape | None = None  # the result that it was given
    after: WorkerJob | None = None  # the job with which it goes on
    due: datetime | None = None  # when the function is invoked again
    is_running: bool = False
    credentials: Credentials | None = None  # of the artifacts, once somebody got them
    done: Done | None = None
    failed: ActionFailedError | None = None

    def look(self) -> Done | None:
        """How it ended, if it has ended."""
        if self.after is not None:
            return self.after.look()
        if self.failed is not None:
            raise self.failed
        return self.done


class Jobs(Store):
    """The operations of job workers."""

    def open_job(self, job: Job, *, dispatched: bool = False) -> WorkerJob:
        """Put an action up for a worker; one that is handed over directly is already in progress."""
        made = WorkerJob(job, status="InProgress" if dispatched else "Queued", dispatched=dispatched)
        self.worker_jobs[made.id] = made
        return made

    def poll_for_jobs(self, request: Shape, caller: Caller) -> Shape:
        """API reference, PollForJobs: custom actions only; a job is handed out once."""
        key = identity_of(request["actionTypeId"])
        if key not in self.custom_types:
            raise _no_action_type(request["actionTypeId"])
        waiting = [
            each
            for each in self.worker_jobs.values()
            if each.status == "Queued"
            and _is_of(each, key)
            and _asked_for(each, request.get("queryParam") or {})
        ]
        taken = waiting[: request.get("maxBatchSize") or 1]
        for each in taken:
            each.status = "Dispatched"
        return {"jobs": [{**self.job_details(each), "nonce": each.nonce} for each in taken]}

    def acknowledge_job(self, request: Shape, caller: Caller) -> Shape:
        """API reference, AcknowledgeJob."""
        found = self._job(request["jobId"])
        if request["nonce"] != found.nonce:
            raise Refused("InvalidNonceException", "The nonce is not valid")
        if found.status == "Dispatched":
            found.status = "InProgress"
        return {"status": found.status}

    def get_job_details(self, request: Shape, caller: Caller) -> Shape:
        """API reference, GetJobDetails."""
        return {"jobDetails": self.job_details(self._job(request["jobId"]))}

    def put_job_success_result(self, request: Shape, caller: Caller) -> None:
        """API reference, PutJobSuccessResult: with a continuation token the job is not yet done.

        Then it goes on under a new id (docs/aws/codepipeline.md, 12: recorded).
        """
        found = self._job(request["jobId"])
        variables = request.get("outputVariables") or {}
        token = request.get("continuationToken")
        if token and variables:
            raise Refused(
                "ValidationException", "A job can not contain both a continuation token and output variables."
            )
        if sum(len(key) + len(value) for key, value in variables.items()) > LARGEST_VARIABLES:
            raise Refused(
                "OutputVariablesSizeExceededException", "Exceeded the total size limit for all variables"
            )
        if not _is_new(found, "Succeeded", request):
            return
        details = request.get("executionDetails") or {}
        if not found.dispatched:  # what a function says of itself is not shown (recorded, as above)
            _tell(found, details)
        if token:
            self._continue(found, token)
            return
        revision = _revision(found, request.get("currentRevision"))
        found.done = Done(None if found.dispatched else details.get("summary"), variables, revision)

    def _continue(self, found: WorkerJob, token: str) -> None:
        after = self.open_job(found.job, dispatched=found.dispatched)
        after.continuation = token
        after.due = found.job.world.now() + timedelta(seconds=CONTINUE_S)
        found.after = after

    def put_job_failure_result(self, request: Shape, caller: Caller) -> None:
        """API reference, PutJobFailureResult."""
        found = self._job(request["jobId"])
        if not _is_new(found, "Failed", request):
            return
        details = request["failureDetails"]
        if not found.dispatched:
            _tell(found, details)
        found.failed = ActionFailedError(details["message"], details["type"])

    def poll_for_third_party_jobs(self, request: Shape, caller: Caller) -> Shape:
        """API reference, PollForThirdPartyJobs: no third-party action runs here, so there is never a job."""
        key = identity_of(request["actionTypeId"])
        if key[1] != "ThirdParty" or key not in BY_IDENTITY:
            raise _no_action_type(request["actionTypeId"])
        return {"jobs": []}

    def acknowledge_third_party_job(self, request: Shape, caller: Caller) -> Shape:
        """Refused: there is no third-party job."""
        raise _no_job(request["jobId"])

    def get_third_party_job_details(self, request: Shape, caller: Caller) -> Shape:
        """Refused: there is no third-party job."""
        raise _no_job(request["jobId"])

    def put_third_party_job_success_result(self, request: Shape, caller: Caller) -> None:
        """Refused: there is no third-party job."""
        raise _no_job(request["jobId"])

    def put_third_party_job_failure_result(self, request: Shape, caller: Caller) -> None:
        """Refused: there is no third-party job."""
        raise _no_job(request["jobId"])

    def _job(self, identity: str) -> WorkerJob:
        if identity not in self.worker_jobs:
            raise _no_job(identity)
        return self.worker_jobs[identity]

    def job_details(self, found: WorkerJob) -> Shape:
        """What a worker or a function gets to see."""
        return {"id": found.id, "accountId": self.account, "data": job_data(found)}


def _is_new(found: WorkerJob, status: str, request: Shape) -> bool:
    """Take a result; False for the very same one again, a refusal for another (recorded, as above)."""
    result = {key: value for key, value in request.items() if key != "jobId"}
    if found.reported is None:
        if found.status != "InProgress":
            raise Refused("InvalidJobStateException", f"The job is in the state {found.status}")
        found.status, found.reported = status, result
        return True
    if found.status != status:
        raise Refused("InvalidJobStateException", f"Job with id {found.id} has already terminated")
    if found.reported != result:
        raise Refused(
            "InvalidJobStateException",
            f"The status of job with id {found.id} is already set to the desired value. It cannot be updated "
            "with the same status, but different result or output variables.",
        )
    return False


def _tell(found: WorkerJob, details: Shape) -> None:
    told = {
        "external_id": details.get("externalExecutionId"),
        "percent": details.get("percentComplete"),
        "summary": details.get("summary"),
    }
    if found.job.run.status == "InProgress":
        found.job.tell(**{fact: value for fact, value in told.items() if value is not None})


def job_data(found: WorkerJob) -> Shape:
    """What a worker is told (API reference, JobData)."""
    job, run = found.job, found.job.run
    trip = job.trip
    return {
        "actionTypeId": run.declaration.get("actionTypeId"),
        "actionConfiguration": {"configuration": run.resolved},
        "pipelineContext": {
            "pipelineName": trip.pipeline.name,
            "stage": {"name": run.stage},
            "action": {"name": job.name, "actionExecutionId": run.id},
            "pipelineArn": trip.pipeline.arn,
            "pipelineExecutionId": trip.execution.id,
        },
        "inputArtifacts": [_artifact(each) for each in job.inputs],
        "outputArtifacts": [_artifact(each) for each in job.outputs],
        "artifactCredentials": _credentials(found) if job.inputs or job.outputs else None,
        "continuationToken": found.continuation,
        "encryptionKey": (trip.execution.declaration.get("artifactStore") or {}).get("encryptionKey"),
    }


def function_data(found: WorkerJob) -> Shape:
    """What a function is told: less than a worker, and how long its credentials hold (recorded, as above)."""
    data = {key: value for key, value in job_data(found).items() if value is not None}
    expires = found.job.world.now() + CREDENTIALS_LAST
    return {
        "actionConfiguration": data["actionConfiguration"],
        "inputArtifacts": data["inputArtifacts"],
        "outputArtifacts": data["outputArtifacts"],
        "artifactCredentials": {**_credentials(found), "expirationTime": int(expires.timestamp() * 1000)},
        **{key: data[key] for key in ("continuationToken", "encryptionKey") if key in data},
    }


def _credentials(found: WorkerJob) -> Shape:
    if found.credentials is None:
        found.credentials = artifact_credentials.begin(found.job)
    given = found.credentials
    return {
        "accessKeyId": given.access_key,
        "secretAccessKey": given.secret_key,
        "sessionToken": given.token,
    }


def _artifact(artifact: Artifact) -> Shape:
    location = artifact.location
    return {
        "name": artifact.name,
        "revision": artifact.revision.id if artifact.revision else None,
        "location": {"type": "S3", "s3Location": {"bucketName": location.bucket, "objectKey": location.key}},
    }


def _is_of(found: WorkerJob, key: tuple[str, str, str, str]) -> bool:
    identity = found.job.run.declaration.get("actionTypeId")
    return identity is not None and identity_of(identity) == key


def _asked_for(found: WorkerJob, query: dict[str, str]) -> bool:
    return all(found.job.configuration.get(key) == value for key, value in query.items())


def _revision(found: WorkerJob, given: Shape | None) -> Revision | None:
    if given is None:
        return None
    now = found.job.world.now()
    return Revision(given["revision"], now, given.get("revisionSummary"), None, given["changeIdentifier"])


def _no_job(identity: str) -> Refused:
    return Refused("JobNotFoundException", f"Job with id '{identity}' does not exist")


def _no_action_type(identity: Shape) -> Refused:
    name = "/".join(identity_of(identity))
    return Refused("ActionTypeNotFoundException", f"The action type {name} was not found")
