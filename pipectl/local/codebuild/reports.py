"""Report groups and reports, test cases and code coverage (API reference; user guide, "Test reports")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import report_trends
from pipectl.local.codebuild.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller
    from pipectl.local.world import World

_PAGE = 100
_ORDERS = {"CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
_COVERAGE_ORDERS = {"FILE_PATH": "filePath", "LINE_COVERAGE_PERCENTAGE": "lineCoveragePercentage"}


@dataclass
class Details:
    """What stands in a report beside its summary."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    coverages: list[dict[str, Any]] = field(default_factory=list)


class ReportOperations(Base):
    """Report groups can be made, changed and deleted; reports come from builds."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.groups: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.details: dict[str, Details] = {}

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
        self._existing_group(request["arn"])
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
            self.delete_report({"arn": report}, caller)
        self.groups.pop(arn, None)
        return {}

    def batch_get_report_groups(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        there, missing = _split(request["reportGroupArns"], self.groups)
        return {"reportGroups": there, "reportGroupsNotFound": missing}

    def list_report_groups(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List ARNs by name, or by a time, descending when stated"""
        by = _ORDERS.get(request.get("sortBy", ""), "name")
        ordered = sorted(self.groups.values(), key=lambda group: (group[by], group["arn"]))
        if request.get("sortOrder") == "DESCENDING":
            ordered.reverse()
        return self._arns("reportGroups", ordered, request)

    def batch_get_reports(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        there, missing = _split(request["reportArns"], self.reports)
        return {"reports": there, "reportsNotFound": missing}

    def list_reports(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List ARNs of reports, the newest first unless stated otherwise, of one status when stated"""
        return self._listed_reports(list(self.reports.values()), request)

    def list_reports_for_report_group(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List ARNs of the reports of one group"""
        self._existing_group(request["reportGroupArn"])
        group = request["reportGroupArn"]
        reports = [report for report in self.reports.values() if report["reportGroupArn"] == group]
        return self._listed_reports(reports, request)

    def describe_test_cases(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the test cases of a report

        API reference, TestCaseFilter: `status`, and a `keyword` in the name or the prefix.
        """
        arn = request["reportArn"]
        if arn not in self.reports:
            raise Refused("ResourceNotFoundException", f"Report cannot be found: {arn}")
        status, keyword = (request.get("filter", {}).get(name) for name in ("status", "keyword"))
        cases = [
            case
            for case in self.details[arn].cases
            if status in (None, case["status"])
            and (not keyword or keyword in case["name"] or keyword in case["prefix"])
        ]
        page, token = self.page(cases, request.get("nextToken"), request.get("maxResults", _PAGE))
        return {"testCases": page, "nextToken": token}

    def describe_code_coverages(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the source files of a coverage report

        A report that does not exist has none: the model knows no ResourceNotFoundException here (inferred).
        """
        details = self.details.get(request["reportArn"], Details())
        least = request.get("minLineCoveragePercentage", 0)
        most = request.get("maxLineCoveragePercentage", 100)
        found = [file for file in details.coverages if least <= file["lineCoveragePercentage"] <= most]
        by = _COVERAGE_ORDERS[request.get("sortBy", "FILE_PATH")]
        found.sort(key=lambda file: (file[by], file["filePath"]))
        if request.get("sortOrder") == "DESCENDING":
            found.reverse()
        page, token = self.page(found, request.get("nextToken"), request.get("maxResults", _PAGE))
        return {"codeCoverages": page, "nextToken": token}

    def get_report_group_trend(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Compare the last reports of a group in one number"""
        group = request["reportGroupArn"]
        self._existing_group(group)
        reports = [report for report in self.reports.values() if report["reportGroupArn"] == group]
        return report_trends.trend(reports, request["trendField"], request.get("numOfReports", _PAGE))

    def delete_report(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Delete a report; one that does not exist is no error"""
        self.reports.pop(request["arn"], None)
        self.details.pop(request["arn"], None)
        return {}

    def _existing_group(self, arn: str) -> None:
        if arn not in self.groups:
            raise Refused("ResourceNotFoundException", f"Report group cannot be found: {arn}")

    def _listed_reports(self, reports: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
        status = request.get("filter", {}).get("status")
        found = [report for report in reports if status in (None, report["status"])]
        if request.get("sortOrder") != "ASCENDING":
            found.reverse()
        return self._arns("reports", found, request)

    def _arns(self, name: str, found: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
        arns = [entry["arn"] for entry in found]
        page, token = self.page(arns, request.get("nextToken"), request.get("maxResults", _PAGE))
        return {name: page, "nextToken": token}


def _split(arns: list[str], kept: dict[str, dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    return [kept[arn] for arn in arns if arn in kept], [arn for arn in arns if arn not in kept]
