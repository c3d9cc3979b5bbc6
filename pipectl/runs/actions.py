"""The actions of an execution as they ran: every attempt, with what it left behind in other services."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipectl.aws.cloud import Cloud
from pipectl.runs.declared import Declared, declared
from pipectl.runs.executions import message

PAGE = 100
"""Rows that one ListActionExecutions answers at most (API reference)."""

RUNNING = "InProgress"


@dataclass(frozen=True)
class ActionRun:
    """One attempt of one action. Statuses are AWS' own words; `declared` says what it worked on."""

    id: str
    execution: str
    declared: Declared
    status: str
    started: datetime
    updated: datetime
    region: str
    updated_by: str | None = None
    external_id: str | None = None
    url: str | None = None
    summary: str | None = None
    error: str | None = None
    log_stream: str | None = None
    configuration: Mapping[str, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """The name of its stage."""
        return self.declared.stage

    @property
    def name(self) -> str:
        """The action's name."""
        return self.declared.action

    @property
    def provider(self) -> str:
        """Who does it, as `CodeBuild`."""
        return self.declared.provider

    @property
    def runs(self) -> bool:
        """Whether it is still at work."""
        return self.status == RUNNING

    @property
    def seconds(self) -> float:
        """How long it took, as far as AWS knows."""
        return (self.updated - self.started).total_seconds()


def of_execution(cloud: Cloud, pipeline: str, execution: str) -> list[ActionRun]:
    """Every attempt in one execution, in the order in which they started; actions that never did are not."""
    newest_first = list(_rows(cloud, pipeline, filter={"pipelineExecutionId": execution}))
    oldest_first = reversed(newest_first)
    return sorted(oldest_first, key=lambda row: row.started)  # stable: two may start at one moment


def recent(cloud: Cloud, pipeline: str) -> Iterator[ActionRun]:
    """The attempts in all executions, the newest start first; a page is asked for when it is needed."""
    return _rows(cloud, pipeline)


def _rows(cloud: Cloud, pipeline: str, **params: Any) -> Iterator[ActionRun]:
    token: dict[str, str] = {}
    while True:
        answer = cloud.call(
            "codepipeline",
            "list_action_executions",
            pipelineName=pipeline,
            maxResults=PAGE,
            **params,
            **token,
        )
        yield from (
            _run(detail, cloud.account.region) for detail in answer.get("actionExecutionDetails") or []
        )
        if not answer.get("nextToken"):
            return
        token = {"nextToken": answer["nextToken"]}


def _run(detail: Mapping[str, Any], region: str) -> ActionRun:
    """One row as a value (docs/aws/codepipeline.md, 4); the configuration is the resolved one."""
    given: Mapping[str, Any] = detail.get("input") or {}
    result: Mapping[str, Any] = (detail.get("output") or {}).get("executionResult") or {}
    configuration = given.get("resolvedConfiguration") or given.get("configuration") or {}
    return ActionRun(
        id=detail["actionExecutionId"],
        execution=detail["pipelineExecutionId"],
        declared=_declared(detail, given, configuration, region),
        status=detail.get("status") or RUNNING,
        started=detail["startTime"],
        updated=detail.get("lastUpdateTime") or detail["startTime"],
        region=given.get("region") or region,
        updated_by=detail.get("updatedBy"),
        external_id=result.get("externalExecutionId"),
        url=result.get("externalExecutionUrl"),
        summary=message(result.get("externalExecutionSummary")),
        error=_error(result),
        log_stream=result.get("logStreamARN"),
        configuration=configuration,
    )


def _error(result: Mapping[str, Any]) -> str | None:
    """Code and message of a failure; AWS puts the message into the summary (docs/aws/codepipeline.md, 4)."""
    failed: Mapping[str, str] = result.get("errorDetails") or {}
    told = (failed.get("code"), failed.get("message") or result.get("externalExecutionSummary"))
    return ": ".join(each for each in told if each) or None if failed else None


def _declared(
    detail: Mapping[str, Any], given: Mapping[str, Any], configuration: Mapping[str, str], region: str
) -> Declared:
    kind = given.get("actionTypeId") or {"provider": ""}
    action = {
        "name": detail["actionName"],
        "actionTypeId": kind,
        "configuration": configuration,
        "region": given.get("region"),
    }
    return declared(detail["stageName"], action, region)
