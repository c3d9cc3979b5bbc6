"""The log of a build as an object of Amazon S3 (user guide, "Build logs": `s3Logs`)."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from pipectl.local.codebuild import log_places
from pipectl.local.codebuild.phases import PhaseError
from pipectl.local.codebuild.record import Stored

if TYPE_CHECKING:
    from pipectl.local.codebuild.authority import Authority
    from pipectl.local.codebuild.logs import Log
    from pipectl.local.codebuild.record import Build
    from pipectl.local.world import World


def store(world: World, build: Build, log: Log, authority: Authority) -> None:
    """Put the log into the bucket of `s3Logs`; nothing without it

    A bucket that does not exist, or a role that may not write there, does not fail the build (inferred).
    """
    place = log_places.place_in_s3(build)
    if place is None:
        return
    bucket, key = place
    try:
        authority.hand_on([Stored(bucket, key)])
    except PhaseError:
        return
    with world.lock:
        backend = world.moto("s3", authority.account, authority.region)
        if bucket in backend.buckets:
            backend.put_object(bucket, key, gzip.compress(log.text()))
