"""The message of a notification: the processed event.

CodePipeline user guide, "Monitoring CodePipeline events" ("Processed event"): `detail-type` becomes
`detailType`, `version` and `id` are gone, the rule's ARN and additional attributes are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codestar_notifications import matching
from pipectl.local.wire import Caller

if TYPE_CHECKING:
    from pipectl.local.codestar_notifications.records import NotificationRule
    from pipectl.local.world import World

Shape = dict[str, Any]
_MOST = 100  # API reference, ListActionExecutions: maxResults


def message(world: World, rule: NotificationRule, event: Shape) -> Shape:
    """What a target gets.

    BASIC has "only the contents of the event" (API reference, CreateNotificationRule); that its additional
    attributes are empty rather than absent is inferred.
    """
    is_full = rule.detail == "FULL" and event["source"] == "aws.codepipeline"
    return {
        "account": event["account"],
        "detailType": event["detail-type"],
        "region": event["region"],
        "source": event["source"],
        "time": event["time"],
        "notificationRuleArn": rule.arn,
        "detail": event["detail"],
        "resources": event["resources"],
        "additionalAttributes": _attributes(world, event) if is_full else {},
    }


def _attributes(world: World, event: Shape) -> Shape:
    """User guide, as above: the examples of a failed pipeline, a started stage and a failed action"""
    kind, detail = event["detail-type"], event["detail"]
    if kind.startswith("CodePipeline Action"):
        return _of_action(world, event)
    if kind.startswith("CodePipeline Pipeline") and detail["state"] == "FAILED":
        return _of_failure(_actions(world, event))
    if kind.startswith("CodePipeline Stage") and detail["state"] == "STARTED":
        return _of_stage(_actions(world, event))
    return {}


def _of_action(world: World, event: Shape) -> Shape:
    """What an approval asks is told when it is needed (inferred; members as in its own SNS message)"""
    detail = event["detail"]
    if matching.is_approval(event) and detail["state"] == "STARTED":
        pipeline = world.service("codepipeline", event["account"], event["region"]).pipeline(
            detail["pipeline"]
        )
        asked = _configuration(pipeline.declaration, detail["stage"], detail["action"])
        members = {
            "externalEntityLink": asked.get("ExternalEntityLink"),
            "customData": asked.get("CustomData"),
        }
        return {name: value for name, value in members.items() if value}
    summary = detail.get("execution-result", {}).get("external-execution-summary")
    return {"additionalInformation": summary} if detail["state"] == "FAILED" and summary else {}


def _configuration(declaration: Shape, stage: str, action: str) -> Shape:
    for declared in declaration["stages"]:
        for found in declared["actions"]:
            if (declared["name"], found["name"]) == (stage, action):
                return dict(found.get("configuration") or {})
    return {}


def _of_failure(actions: list[Shape]) -> Shape:
    failed = [action for action in actions if action["status"] == "Failed"]
    if not failed:
        return {}
    return {
        "failedActionCount": len(failed),
        "failedActions": [
            {"action": action["actionName"], "additionalInformation": _summary(action)} for action in failed
        ],
        "failedStage": failed[0]["stageName"],
    }


def _summary(action: Shape) -> str:
    result = action.get("output", {}).get("executionResult", {})
    return str(result.get("externalExecutionSummary") or "")


def _of_stage(actions: list[Shape]) -> Shape:
    sources = [
        {
            "sourceActionName": action["actionName"],
            "sourceActionProvider": action["input"]["actionTypeId"]["provider"],
            "sourceActionVariables": action["output"]["outputVariables"],
        }
        for action in actions
        if action["input"]["actionTypeId"]["category"] == "Source"
        and action.get("output", {}).get("outputVariables")
    ]
    return {"sourceActions": sources} if sources else {}


def _actions(world: World, event: Shape) -> list[Shape]:
    """The action executions of the event's execution, the first ones first"""
    account, region, detail = event["account"], event["region"], event["detail"]
    asked = {
        "pipelineName": detail["pipeline"],
        "filter": {"pipelineExecutionId": detail["execution-id"]},
        "maxResults": _MOST,
    }
    pipelines = world.service("codepipeline", account, region)
    answered = pipelines.list_action_executions(asked, Caller(account, region, ""))
    return list(reversed(answered["actionExecutionDetails"]))
