"""Test results in the formats that CodeBuild reads (user guide, "Work with test reports").

Which outcome becomes which status: NUnit's as counted in the AWS CLI's example of batch-get-reports (28 tests
of NUnit's own mock assembly: NotRunnable and Inconclusive are ERROR); the others are inferred.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import xml_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.codebuild.xml_tree import Element

STATUSES = ("SUCCEEDED", "FAILED", "ERROR", "SKIPPED", "UNKNOWN")
_NANO = 1_000_000_000
_CLOCK = re.compile(r"(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)")


class ResultsError(Exception):
    """A file that is not of its format."""


@dataclass(frozen=True)
class Case:
    """One test (API reference, TestCase)."""

    prefix: str
    name: str
    status: str
    nanoseconds: int = 0
    message: str = ""
    suite: str = ""


def read(data: bytes, kind: str) -> list[Case]:
    """All tests of a file; ResultsError when it is not of the format"""
    try:
        if kind == "CUCUMBERJSON":
            return list(_cucumber(json.loads(data)))
        return list(_READERS[kind](xml_tree.parse(data)))
    except (xml_tree.XmlError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(str(error)) from error


def summary(cases: list[Case]) -> dict[str, Any]:
    """TestReportSummary (API reference)"""
    counts = dict.fromkeys(STATUSES, 0)
    for case in cases:
        counts[case.status] += 1
    nanoseconds = sum(case.nanoseconds for case in cases)
    return {"total": len(cases), "statusCounts": counts, "durationInNanoSeconds": nanoseconds}


def _junit(root: Element) -> Iterator[Case]:
    suites = [root, *root.all("testsuite")]
    for suite in suites:
        for test in suite.children:
            if test.tag == "testcase":
                found = test.child("failure", "error", "skipped")
                status = {"failure": "FAILED", "error": "ERROR", "skipped": "SKIPPED"}
                yield Case(
                    test.get("classname"),
                    test.get("name"),
                    status[found.tag] if found else "SUCCEEDED",
                    int(test.number("time") * _NANO),
                    _message(found),
                    suite.get("name"),
                )


_NUNIT = {
    "Success": "SUCCEEDED",
    "Passed": "SUCCEEDED",
    "Warning": "SUCCEEDED",
    "Failure": "FAILED",
    "Failed": "FAILED",
    "Error": "ERROR",
    "NotRunnable": "ERROR",
    "Invalid": "ERROR",
    "Inconclusive": "ERROR",
    "Cancelled": "ERROR",
    "Ignored": "SKIPPED",
    "Skipped": "SKIPPED",
}


def _nunit(root: Element) -> Iterator[Case]:
    """Both versions: attributes `time` and `duration` in seconds, `label` says more than `result`"""
    for test in root.all("test-case"):
        result = test.get("label") if test.get("label") in _NUNIT else test.get("result")
        default = "SKIPPED" if test.get("executed") == "False" else "UNKNOWN"
        name = test.get("fullname") or test.get("name")
        seconds = test.number("duration") or test.number("time")
        reason = test.child("failure", "reason")
        yield Case(
            test.get("classname") or name.partition("(")[0].rpartition(".")[0],
            name,
            _NUNIT.get(result, default),
            int(seconds * _NANO),
            _message(reason.child("message") if reason else None),
        )


def _testng(root: Element) -> Iterator[Case]:
    statuses = {"PASS": "SUCCEEDED", "FAIL": "FAILED", "SKIP": "SKIPPED"}
    for suite in root.all("suite"):
        for group in suite.all("class"):
            for test in group.children:
                if test.tag == "test-method" and test.get("is-config") != "true":
                    failure = test.child("exception")
                    yield Case(
                        group.get("name"),
                        test.get("name"),
                        statuses.get(test.get("status"), "UNKNOWN"),
                        int(test.number("duration-ms") * _NANO / 1000),
                        _message(failure.child("message") or failure if failure else None),
                        suite.get("name"),
                    )


_TRX = {
    "Passed": "SUCCEEDED",
    "PassedButRunAborted": "SUCCEEDED",
    "Warning": "SUCCEEDED",
    "Failed": "FAILED",
    "Error": "ERROR",
    "Timeout": "ERROR",
    "Aborted": "ERROR",
    "Inconclusive": "ERROR",
    "NotRunnable": "ERROR",
    "NotExecuted": "SKIPPED",
    "Disconnected": "ERROR",
}


def _trx(root: Element) -> Iterator[Case]:
    classes = {
        test.get("id"): method.get("className")
        for test in root.all("UnitTest")
        if (method := test.child("TestMethod"))
    }
    for result in root.all("UnitTestResult"):
        message = next(result.all("Message"), None)
        yield Case(
            classes.get(result.get("testId"), "").partition(",")[0],
            result.get("testName"),
            _TRX.get(result.get("outcome"), "UNKNOWN"),
            _clock(result.get("duration")),
            _message(message),
        )


def _cucumber(features: list[dict[str, Any]]) -> Iterator[Case]:
    """One case for each scenario; a step's duration is in nanoseconds"""
    for feature in features:
        for scenario in feature.get("elements", []):
            if scenario.get("type") == "background":
                continue
            results = [step.get("result", {}) for step in scenario.get("steps", [])]
            yield Case(
                str(feature.get("name", "")),
                str(scenario.get("name", "")),
                _scenario({str(result.get("status", "")) for result in results}),
                sum(int(result.get("duration", 0)) for result in results),
                "\n".join(str(result["error_message"]) for result in results if "error_message" in result),
                str(feature.get("uri", "")),
            )


def _scenario(statuses: set[str]) -> str:
    if "failed" in statuses:
        return "FAILED"
    if statuses & {"undefined", "ambiguous"}:
        return "ERROR"
    if statuses & {"skipped", "pending"}:
        return "SKIPPED"
    return "SUCCEEDED" if statuses <= {"passed"} else "UNKNOWN"


def _message(element: Element | None) -> str:
    if element is None:
        return ""
    return element.get("message") or element.text.strip()


def _clock(text: str) -> int:
    """`[d.]hh:mm:ss.fffffff` in nanoseconds"""
    found = _CLOCK.fullmatch(text)
    if not found:
        return 0
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return int((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * _NANO)


_READERS: dict[str, Callable[[Element], Iterator[Case]]] = {
    "JUNITXML": _junit,
    "NUNITXML": _nunit,
    "NUNIT3XML": _nunit,
    "TESTNGXML": _testng,
    "VISUALSTUDIOTRX": _trx,
}
