"""The reports of a build: read from its files, stored in report groups, exported to Amazon S3.

User guide, "Test reports": a group that is named without ARN belongs to the project as PROJECT-NAME.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.buildspec.values import Files
from pipectl.buildspec.words import COVERAGE_FORMATS, TEST_FORMATS
from pipectl.local.codebuild import artifacts, case_results, coverage_results
from pipectl.local.codebuild.locations import bucket as named_bucket
from pipectl.local.codebuild.phases import PhaseError
from pipectl.local.codebuild.record import Stored
from pipectl.local.codebuild.reports import Details

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pipectl.buildspec.values import Report
    from pipectl.local.codebuild.authority import Authority
    from pipectl.local.codebuild.record import Build
    from pipectl.local.codebuild.reports import ReportOperations

_LARGEST = 64 * 1024 * 1024
_KEPT_DAYS = 30  # user guide, "Test reports": "Test reports expire 30 days after they are created"


@dataclass
class _Read:
    """A report before it has an ARN: its summary, and what stands in it."""

    summary: dict[str, Any]
    details: Details
    status: str


def collect(
    authority: Authority,
    build: Build,
    reports: Iterable[Report],
    source: Path,
    say: Callable[[str], None],
    expand: Callable[[str], str],
) -> None:
    """Store the reports of a build; what cannot be read, or is not there, is only logged (inferred)"""
    service: ReportOperations = authority.role.world.service("codebuild", authority.account, authority.region)
    for stated in reports:
        report = replace(stated, group=expand(stated.group))
        if report.format not in (*TEST_FORMATS, *COVERAGE_FORMATS):
            say(f"Unknown file format {report.format} of report {report.group}")
            continue
        try:
            found = artifacts.collect(Files(report.files, report.base), source, lambda _: None, expand)
        except artifacts.ArtifactError:
            say(f"No matching report paths found: {report.group}")
            continue
        try:
            read = _read({name: _content(path) for name, path in found.items()}, report.format)
        except case_results.ResultsError as error:
            say(f"Error while parsing report {report.group}: {error}")
            continue
        puts = "BatchPutCodeCoverages" if report.format in COVERAGE_FORMATS else "BatchPutTestCases"
        authority.report(_group_arn(service, build, report), puts)
        arn = _store(service, build, report, read)
        _export(service, authority, arn, found, say)


def _content(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(_LARGEST)


def _read(files: dict[str, bytes], kind: str) -> _Read:
    if kind in COVERAGE_FORMATS:
        sources = [file for data in files.values() for file in coverage_results.read(data, kind)]
        coverages = [{"filePath": file.path, **file.shown()} for file in sources]
        summary = coverage_results.total(sources).shown()
        return _Read({"codeCoverageSummary": summary}, Details(coverages=coverages), "SUCCEEDED")
    pairs = [(name, case) for name, data in files.items() for case in case_results.read(data, kind)]
    cases = [
        {
            "testRawDataPath": name,
            "prefix": case.prefix,
            "name": case.name,
            "status": case.status,
            "durationInNanoSeconds": case.nanoseconds,
            "message": case.message,
            **({"testSuiteName": case.suite} if case.suite else {}),
        }
        for name, case in pairs
    ]
    summary = case_results.summary([case for _, case in pairs])
    has_failed = summary["statusCounts"]["FAILED"] or summary["statusCounts"]["ERROR"]
    return _Read({"testSummary": summary}, Details(cases=cases), "FAILED" if has_failed else "SUCCEEDED")


def _store(service: ReportOperations, build: Build, report: Report, read: _Read) -> str:
    """Keep a report, make its group when it does not exist; members as in the AWS CLI's examples"""
    with service.world.lock:
        group = _group_arn(service, build, report)
        kind = "CODE_COVERAGE" if report.format in COVERAGE_FORMATS else "TEST"
        if group not in service.groups:
            service.group(group, kind, {"exportConfigType": "NO_EXPORT"}, [])
        arn = f"{group.replace(':report-group/', ':report/')}:{uuid.uuid4()}"
        now = service.world.now()
        expired = (now + timedelta(days=_KEPT_DAYS)).replace(microsecond=0)
        service.reports[arn] = {
            "arn": arn,
            "type": kind,
            "name": service.groups[group]["name"],
            "reportGroupArn": group,
            "executionId": build.shown["arn"],
            "status": read.status,
            "created": now,
            "expired": expired,
            "exportConfig": service.groups[group]["exportConfig"],
            "truncated": False,
            **read.summary,
        }
        service.details[arn] = Details(
            [{"reportArn": arn, **case, "expired": expired} for case in read.details.cases],
            [
                {"id": str(uuid.uuid4()), "reportARN": arn, **file, "expired": expired}
                for file in read.details.coverages
            ],
        )
        build.shown.setdefault("reportArns", []).append(arn)
        return arn


def _export(
    service: ReportOperations,
    authority: Authority,
    arn: str,
    files: dict[str, Path],
    say: Callable[[str], None],
) -> None:
    """The raw files into the bucket of the group (API reference, S3ReportExportConfig)

    Inferred: they lie below PATH/GROUP/UUID, and a bucket without access does not fail the build.
    """
    config = service.reports[arn]["exportConfig"]
    if config["exportConfigType"] != "S3":
        return
    target = config["s3Destination"]
    bucket = named_bucket({"location": target["bucket"]})
    group, _, number = arn.partition(":report/")[2].rpartition(":")
    folder = "/".join(part.strip("/") for part in (target.get("path"), group, number) if part)
    objects = {f"{folder}/{name}": path.read_bytes() for name, path in files.items()}
    if target.get("packaging") == "ZIP":
        objects = {f"{folder}.zip": _zipped(files)}
    try:
        authority.hand_on([Stored(bucket, key) for key in objects])
    except PhaseError as error:
        say(f"Report {arn} was not exported: {error}")
        return
    with service.world.lock:
        backend = service.world.moto("s3", service.account, service.region)
        if bucket not in backend.buckets:
            say(f"Report {arn} was not exported: NoSuchBucket: {bucket}")
            return
        for key, data in objects.items():
            backend.put_object(bucket, key, data)


def _zipped(files: dict[str, Path]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name, path in sorted(files.items()):
            archive.write(path, name)
    return target.getvalue()


def _group_arn(service: ReportOperations, build: Build, report: Report) -> str:
    if report.group.startswith("arn:"):
        return report.group
    return service.arn(f"report-group/{build.shown['projectName']}-{report.group}")
