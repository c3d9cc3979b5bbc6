"""The artifacts of all builds of a batch in one place (COMBINE_ARTIFACTS).

User guide, "Batch build with combined artifacts": "CodeBuild will combine the primary artifacts of all the
builds into one single ZIP file". That the files keep their paths, and a later build's win, is inferred.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from pipectl.local import permissions
from pipectl.local.codebuild import locations
from pipectl.local.codebuild.sums import of_zip

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.codebuild.batch_record import BuildBatch
    from pipectl.local.codebuild.builds import BuildOperations


def combine(service: BuildOperations, batch: BuildBatch) -> None:
    """Put the files of all builds into one artifact: the pipeline's, or the project's in S3"""
    merged = _merged(batch)
    if batch.work:
        batch.outputs = dict.fromkeys(batch.work.outputs[:1], merged)
    elif batch.project["artifacts"]["type"] == "S3":
        _store(service, batch, merged)


def _merged(batch: BuildBatch) -> Path:
    batch.folder.mkdir(parents=True, exist_ok=True)
    target = batch.folder / "combined.zip"
    members: dict[str, tuple[zipfile.ZipInfo, bytes]] = {}
    for group in batch.groups:
        packed = group.build.outputs.get("") if group.build else None
        if packed is not None:
            with zipfile.ZipFile(packed) as archive:
                members |= {info.filename: (info, archive.read(info)) for info in archive.infolist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(*members[name])
    return target


def _store(service: BuildOperations, batch: BuildBatch, merged: Path) -> None:
    """In the name of the project's role, at the place of a single build's artifacts"""
    target = batch.project["artifacts"]
    bucket = locations.bucket(target)
    uuid = batch.identity.partition(":")[2]
    key = locations.key(target, batch.project["name"], uuid)
    role = permissions.Caller(service.world, batch.project["serviceRole"], "AWSCodeBuildBatch")
    objects = {key: merged.read_bytes()}
    if target.get("packaging") != "ZIP":
        with zipfile.ZipFile(merged) as archive:
            objects = {f"{key}/{name}".lstrip("/"): archive.read(name) for name in archive.namelist()}
    with service.world.lock:
        backend = service.world.moto("s3", service.account, service.region)
        for name, data in objects.items():
            role.require("s3:PutObject", f"arn:{service.partition}:s3:::{bucket}/{name}")
            backend.put_object(bucket, name, data)
        shown = locations.shown(target, bucket, key)
        batch.shown["artifacts"] = shown | (of_zip(objects[key]) if target.get("packaging") == "ZIP" else {})
