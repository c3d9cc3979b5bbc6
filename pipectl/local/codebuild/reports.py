"""Report groups and reports: stored as they are stated, with the counts of JUnit files.

User guide, "Test reports": a group that is named without ARN belongs to the project as PROJECT-NAME.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipectl.buildspec.values import Files
from pipectl.buildspec.words import COVERAGE_FORMATS, TEST_FORMATS
from pipectl.local.codebuild import artifacts, junit
from pipectl.local.codebuild.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pipectl.buildspec.values import Report
    from pipectl.local.codebuild.authority import Authority
    from pipectl.local.codebuild.record import Build
    from pipectl.local.service import Caller
    from pipectl.local.world import World

_PAGE = 100


class ReportOperations(Base):
    """Report groups can be made, changed and deleted; reports come from builds."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.groups: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, dict[str, Any]] = {}

    def create_report_group(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        arn = self.arn(f"report-group/{request['name']}")
        if arn in self.groups:
            raise Refused("ResourceAlreadyExistsException", f"Report group already exists: {arn}")
        return {
            "reportGroup": self.group(arn, request["type"], request["exportConfig"], request.get("tags", []))
        }

    def group(
        self, arn: str, kind: str, export: dict[str, Any], tags: list[dict[str, str]]
    ) -> dict[str, Any]:
        now = self.world.now()
        self.groups[arn] = {
            "arn": arn,
            "name": arn.rpartition("/")[2],
            "type": kind,
            "exportConfig": export,
            "created": now,
            "lastModified": now,
            "tags": tags,
            "status": "ACTIVE",
        }
        return self.groups[arn]

    def update_report_group(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        if request["arn"] not in self.groups:
            raise Refused("ResourceNotFoundException", f"Report group cannot be found: {request['arn']}")
        changed = {name: request[name] for name in ("exportConfig", "tags") if name in request}
        self.groups[request["arn"]] |= changed | {"lastModified": self.world.now()}
        return {"reportGroup": self.groups[request["arn"]]}

    def delete_report_group(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: a group with reports is deleted only when that is asked for"""
        arn = request["arn"]
        inside = [report for report, kept in self.reports.items() if kept["reportGroupArn"] == arn]
        if inside and not request.get("deleteReports"):
            raise Refused("InvalidInputException", "The report group holds reports; delete them first")
        for report in inside:
            del self.reports[report]
        self.groups.pop(arn, None)
        return {}

    def batch_get_report_groups(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        there, missing = _split(request["reportGroupArns"], self.groups)
        return {"reportGroups": there, "reportGroupsNotFound": missing}

    def list_report_groups(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        size = request.get("maxResults", _PAGE)
        arns, token = self.page(sorted(self.groups), request.get("nextToken"), size)
        return {"reportGroups": arns, "nextToken": token}

    def batch_get_reports(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        there, missing = _split(request["reportArns"], self.reports)
        return {"reports": there, "reportsNotFound": missing}

    def list_reports(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        arns, token = self.page(
            list(self.reports), request.get("nextToken"), request.get("maxResults", _PAGE)
        )
        return {"reports": arns, "nextToken": token}

    def list_reports_for_report_group(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        arns = [
            arn for arn, kept in self.reports.items() if kept["reportGroupArn"] == request["reportGroupArn"]
        ]
        shown, token = self.page(arns, request.get("nextToken"), request.get("maxResults", _PAGE))
        return {"reports": shown, "nextToken": token}

    def delete_report(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        self.reports.pop(request["arn"], None)
        return {}


def collect(
    authority: Authority,
    build: Build,
    reports: Iterable[Report],
    source: Path,
    say: Callable[[str], None],
    expand: Callable[[str], str],
) -> None:
    """Store the reports of a build; a pattern that finds nothing, or an unknown format, is only said"""
    world = authority.role.world
    service: ReportOperations = world.service("codebuild", authority.account, authority.region)
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
        puts = "BatchPutCodeCoverages" if report.format in COVERAGE_FORMATS else "BatchPutTestCases"
        authority.report(_group_arn(service, build, report), puts)
        summary = junit.summary(list(found.values())) if report.format == "JUNITXML" else None
        with world.lock:
            _store(service, build, report, summary)


def _store(service: ReportOperations, build: Build, report: Report, summary: dict[str, Any] | None) -> None:
    group = _group_arn(service, build, report)
    kind = "CODECOVERAGE_FORMATS" if report.format in COVERAGE_FORMATS else "TEST"
    if group not in service.groups:
        service.group(group, kind, {"exportConfigType": "NO_EXPORT"}, [])
    arn = f"{group.replace(':report-group/', ':report/')}:{uuid.uuid4()}"
    failed = bool(summary and (summary["statusCounts"]["FAILED"] or summary["statusCounts"]["ERROR"]))
    service.reports[arn] = {
        "arn": arn,
        "type": kind,
        "name": arn.rpartition("/")[2],
        "reportGroupArn": group,
        "executionId": build.shown["arn"],
        "status": "FAILED" if failed else "SUCCEEDED",
        "created": service.world.now(),
        "exportConfig": service.groups[group]["exportConfig"],
        "truncated": False,
        "testSummary": summary,
    }
    build.shown["reportArns"].append(arn)


def _group_arn(service: ReportOperations, build: Build, report: Report) -> str:
    if report.group.startswith("arn:"):
        return report.group
    return service.arn(f"report-group/{build.shown['projectName']}-{report.group}")


def _split(arns: list[str], kept: dict[str, dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    return [kept[arn] for arn in arns if arn in kept], [arn for arn in arns if arn not in kept]
