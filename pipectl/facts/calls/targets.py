"""What EventBridge calls in the name of a target's role (user guide, "Amazon EventBridge and AWS IAM")."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.facts.calls.call import Call, calls, of, pass_role
from pipectl.facts.place import Place

SOURCE = "EventBridge user guide, Using identity-based policies for Amazon EventBridge"

ACTIONS = {
    "batch": ("batch:SubmitJob",),
    "codebuild": ("codebuild:StartBuild",),
    "codepipeline": ("codepipeline:StartPipelineExecution",),
    "events": ("events:PutEvents",),
    "firehose": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "lambda": ("lambda:InvokeFunction",),
    "sns": ("sns:Publish",),
    "sqs": ("sqs:SendMessage",),
    "states": ("states:StartExecution",),
}
"""Service of a target's ARN -> what is called on it."""


def event_target_calls(target: Mapping[str, Any], place: Place) -> tuple[Call, ...]:
    """The calls of one target, as PutTargets takes it; one without a role relies on its own policy."""
    arn = str(target.get("Arn") or "")
    service, _, _, resource = (arn.split(":", 5)[2:6] + [""] * 4)[:4]
    if not target.get("RoleArn"):
        return ()
    if service == "ecs":
        return tuple(_task(target, arn, place))
    if service == "events" and resource.startswith("api-destination/"):
        return tuple(calls("SendEvents", ["events:InvokeApiDestination"], [arn], SOURCE))
    return tuple(calls(STATEMENTS.get(service, "SendEvents"), ACTIONS.get(service, ()), [arn], SOURCE))


STATEMENTS = {"codepipeline": "StartPipeline", "codebuild": "StartBuild"}


def _task(target: Mapping[str, Any], cluster: str, place: Place) -> Iterator[Call]:
    parameters = target.get("EcsParameters") or {}
    definition = str(parameters.get("TaskDefinitionArn") or place.arn("ecs", "task-definition/*"))
    yield from calls("RunTasks", ["ecs:RunTask"], [definition], SOURCE, (("ecs:cluster", cluster),))
    tasks = [place.arn("ecs", f"task/{cluster.rpartition('/')[2]}/*")]
    tags = of("ecs", "TagResource")
    yield from calls("TagTasks", tags, tasks, SOURCE, (("ecs:CreateAction", "RunTask"),), required=False)
    yield from pass_role("PassAnyTaskRole", [place.arn("iam", "role/*")], "ecs-tasks.amazonaws.com", SOURCE)
