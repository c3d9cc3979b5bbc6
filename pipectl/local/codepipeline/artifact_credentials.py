"""Temporary credentials for the artifacts of a job: the role of the pipeline, and no more than these objects.

API reference, PollForJobs; recorded of functions (docs/aws/codepipeline.md, 12).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.permissions.sessions import Credentials

    from .engine.job import Job
    from .records import Artifact

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_WRITE = ("s3:PutObject",)
_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")


def begin(job: Job) -> Credentials:
    """Take on the job's role, in a session named by the moment (recorded, as above)."""
    world = job.world
    session = str(int(world.now().timestamp() * 1000))
    return world.sessions.begin(world, job.role, session, job.region, json.dumps(_policy(job)))


def _policy(job: Job) -> dict[str, Any]:
    """Reading the inputs, writing the outputs; that keys of KMS may be used for both is inferred."""
    statements = [
        *_on(job, _READ, job.inputs),
        *_on(job, _WRITE, job.outputs),
        {"Effect": "Allow", "Action": list(_KEYS), "Resource": "*"},
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _on(job: Job, actions: tuple[str, ...], artifacts: Iterable[Artifact]) -> list[dict[str, Any]]:
    partition = job.world.partition(job.region)
    places = [
        f"arn:{partition}:s3:::{artifact.location.bucket}/{artifact.location.key}" for artifact in artifacts
    ]
    return [{"Effect": "Allow", "Action": list(actions), "Resource": places}] if places else []
