"""A build that failed and asks to be tried again (user guide, on-failure: RETRY), or whose project does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.codebuild.builds import BuildOperations
    from pipectl.local.codebuild.record import Build

_RETRY = re.compile(r"RETRY(?:-(?P<count>\d{1,3}))?(?:-(?P<expression>.+))?", re.DOTALL)
_DEFAULT_RETRIES = 3  # user guide: "up to 3 times"


def try_again(service: BuildOperations, build: Build, rule: str) -> None:
    """RETRY, RETRY-count, RETRY-regex, RETRY-count-regex; pipelines and batches have retries of their own"""
    found = _RETRY.fullmatch(rule)
    if found is None or build.pipeline or build.batch or not _matches(build, found["expression"]):
        return
    limit = int(found["count"] or _DEFAULT_RETRIES)
    before = build.shown.get("autoRetryConfig") or {"autoRetryLimit": limit, "autoRetryNumber": 0}
    if before["autoRetryNumber"] >= limit:
        return
    _begin_again(service, build, before, limit)


def config(project: dict[str, Any]) -> dict[str, Any] | None:
    """`autoRetryConfig` of a new build of a project with a limit, also of 0

    Recorded in radkawar/stackd, testdata/aws/codebuild/stackd-buildowner-cb-2c8f66f66e07-resume-850793.
    """
    limit = project.get("autoRetryLimit")
    return None if limit is None else {"autoRetryLimit": limit, "autoRetryNumber": 0}


def retry_by_limit(service: BuildOperations, build: Build) -> None:
    """API reference, autoRetryLimit: so many automatic retries after a build that failed"""
    before = build.shown.get("autoRetryConfig")
    if before is None or build.pipeline or build.batch or build.shown["buildStatus"] != "FAILED":
        return
    if before["autoRetryNumber"] < before["autoRetryLimit"]:
        _begin_again(service, build, before, before["autoRetryLimit"])


def _begin_again(service: BuildOperations, build: Build, before: dict[str, Any], limit: int) -> None:
    with service.world.lock:
        after = {
            "autoRetryLimit": limit,
            "autoRetryNumber": before["autoRetryNumber"] + 1,
            "previousAutoRetry": build.shown["arn"],
        }
        again = service.begin(build.project, build.request, initiator=build.shown["initiator"], retries=after)
        build.shown["autoRetryConfig"] = before | {"nextAutoRetry": again.shown["arn"]}


def _matches(build: Build, expression: str | None) -> bool:
    messages = [context["message"] for phase in build.phases for context in phase.get("contexts") or []]
    try:
        return any(re.search(expression or "", message) for message in messages)
    except re.error:
        return False
