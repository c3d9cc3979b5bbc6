"""The executions of a pipeline: the newest first, page by page, and the one that a person means."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.aws.cloud import Cloud
from pipectl.command import pipectl
from pipectl.errors import AwsError, PipectlError, WrongUsage
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline
from pipectl.runs.values import Execution, Revision
from pipectl.spec.problems import shown

PAGE = 100
"""Executions that one ListPipelineExecutions answers at most (API reference)."""
SHORTEST = 4
"""Characters of a prefix; fewer fit nearly everything."""
TELLING = 7
"""Characters from which on (as git shortens commits) the page that has a prefix is the last that is read."""
NEAR = 3
"""How many executions an error names."""


def recent(
    cloud: Cloud, pipeline: str, *, most: int | None = None, succeeded_in: str | None = None
) -> Iterator[Execution]:
    """The executions, newest first; a page is asked for when it is needed. At most `most`.

    With `succeeded_in` only those that a stage can be rolled back to (API reference, SucceededInStageFilter).
    Raises PipectlError for a pipeline that is not there.
    """
    params: dict[str, Any] = {"pipelineName": pipeline, "maxResults": min(most or PAGE, PAGE)}
    if succeeded_in is not None:
        params["filter"] = {"succeededInStage": {"stageName": succeeded_in}}
    left = most
    while left is None or left > 0:
        answer = _page(cloud, params)
        for summary in (answer.get("pipelineExecutionSummaries") or [])[:left]:
            yield execution(summary)
            left = None if left is None else left - 1
        if not answer.get("nextToken"):
            return
        params["nextToken"] = answer["nextToken"]


def find(cloud: Cloud, pipeline: str, prefix: str) -> Execution:
    """The execution whose id, or whose commit (image digest, object version), begins with `prefix`.

    Of several executions of one commit it is the newest. Raises WrongUsage for a prefix that is too short or
    fits several, and PipectlError when none begins so; both name what is near.
    """
    return matches(cloud, pipeline, prefix)[0]


def matches(cloud: Cloud, pipeline: str, prefix: str) -> list[Execution]:
    """As `find`, with every execution of that commit that was met, newest first; at least one."""
    wanted = prefix.strip()
    if len(wanted.removeprefix("sha256:")) < SHORTEST:
        raise WrongUsage(
            f"{shown(prefix)} is too short to name an execution",
            hint=f"at least {SHORTEST} characters of an execution's id or of a commit",
        )
    found: list[Execution] = []
    newest: list[Execution] = []
    for number, each in enumerate(recent(cloud, pipeline), 1):
        if begins(each, wanted):
            found.append(each)
        if len(newest) < NEAR:
            newest.append(each)
        if found and len(wanted) >= TELLING and number % PAGE == 0:
            break
    if not found:
        raise PipectlError(
            f"no execution of {pipeline} begins with {shown(prefix)}, and none has such a commit",
            hint=f"the newest {_are(newest)}; {pipectl('history')} lists all"
            if newest
            else "it has never run",
        )
    return of_one_name(found, wanted)


def begins(execution: Execution, prefix: str) -> bool:
    """Whether the execution's id, or one of its source revisions, begins so. Case does not matter for hex."""
    if execution.id.startswith(prefix.lower()):
        return True
    return any(begins_so(each.id, prefix) for each in execution.revisions.values())


def begins_so(revision: str, prefix: str) -> bool:
    """Whether a revision begins so.

    A commit or a digest is hex, with or without its `sha256:`; an object version is case-sensitive.
    """
    bare = revision.removeprefix("sha256:")
    if re.fullmatch(r"[0-9a-f]+", bare):
        return bare.startswith(prefix.lower().removeprefix("sha256:"))
    return bare.startswith(prefix)


def of_one_name(found: list[Execution], prefix: str) -> list[Execution]:
    """Those that share one id or one revision; raises WrongUsage when the prefix fits several names."""
    by_id = [each for each in found if each.id.startswith(prefix.lower())]
    revisions = dict.fromkeys(
        revision.id
        for each in found
        if each not in by_id
        for revision in each.revisions.values()
        if begins_so(revision.id, prefix)
    )
    if len(by_id) + len(revisions) > 1:
        raise WrongUsage(
            f"{shown(prefix)} fits {len(by_id) + len(revisions)} executions or commits",
            hint=f"write more of it: the newest {_are(found[:NEAR])}",
        )
    return found


def _are(executions: list[Execution]) -> str:
    told = ", ".join(_named(each) for each in executions)
    return f"is {told}" if len(executions) == 1 else f"are {told}"


def _named(execution: Execution) -> str:
    revision = f" ({execution.revision.removeprefix('sha256:')[:7]})" if execution.revision else ""
    return f"{execution.id[:8]}{revision}"


def _page(cloud: Cloud, params: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return cloud.call("codepipeline", "list_pipeline_executions", **params)
    except AwsError as error:
        if error.code in NOT_THERE:
            raise no_such_pipeline(cloud, params["pipelineName"]) from error
        raise


def execution(summary: Mapping[str, Any]) -> Execution:
    """One of ListPipelineExecutions' summaries as a value (docs/aws/codepipeline.md, 4)."""
    revisions = {
        each["actionName"]: Revision(
            id=each.get("revisionId") or "",
            summary=message(each.get("revisionSummary")),
            url=each.get("revisionUrl"),
        )
        for each in summary.get("sourceRevisions") or []
    }
    source = next(iter(revisions.values()), Revision(""))
    trigger: Mapping[str, str] = summary.get("trigger") or {}
    rollback: Mapping[str, str] = summary.get("rollbackMetadata") or {}
    return Execution(
        id=summary["pipelineExecutionId"],
        status=summary.get("status"),
        revision=source.id or None,
        message=source.summary,
        started=summary.get("startTime"),
        updated=summary.get("lastUpdateTime"),
        trigger=trigger.get("triggerType"),
        trigger_detail=_detail(trigger.get("triggerDetail")),
        revisions=revisions,
        mode=summary.get("executionMode") or "SUPERSEDED",
        type=summary.get("executionType") or "STANDARD",
        stop_reason=(summary.get("stopTrigger") or {}).get("reason"),
        rollback_target=rollback.get("rollbackTargetPipelineExecutionId"),
        status_summary=summary.get("statusSummary"),
    )


def _detail(told: str | None) -> str | None:
    """Who or what started it; a rollback's detail is JSON around the ARN (docs/aws/codepipeline.md, 3.7)."""
    if told is not None and told.startswith("{"):
        with contextlib.suppress(ValueError):
            return str(json.loads(told).get("AwsUserArn") or told)
    return told


def message(summary: str | None) -> str | None:
    """The first line; a connection's summary is JSON around it (seen in public examples; inferred)."""
    if not summary or not summary.strip():
        return None
    if summary.startswith("{"):
        with contextlib.suppress(ValueError):
            summary = str(json.loads(summary).get("CommitMessage") or summary)
    return summary.strip().splitlines()[0]
