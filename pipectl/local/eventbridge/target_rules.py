"""What PutTargets refuses of a target, in AWS's words.

Recorded in radkawar/stackd, testdata/aws/eventbridge/{inputs,ecs_targets,logs_destination}.json and
bus_forwarding.json there, and in localstack/localstack, tests/aws/services/events/
test_events_inputs.snapshot.json.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.eventbridge import inputs, paths

if TYPE_CHECKING:
    from collections.abc import Iterator

Shape = dict[str, Any]
_KEY = re.compile(r'"(?:\\.|[^"\\])*<[A-Za-z0-9_\-.]+>(?:\\.|[^"\\])*"\s*:')


NEEDS_ROLE = ("codebuild", "codepipeline", "ecs", "events", "firehose", "kinesis", "states")
"""Services that are called with a role (API reference, PutTargets); buses: recorded (bus_forwarding.json)."""
_MOST_TASKS = 10
_FARGATE = "FARGATE"


def refusal(target: Shape, bus: str) -> str | None:
    """Return why PutTargets does not take a target for a rule of a bus (its ARN), or None."""
    return next(_refusals(target, bus), None)


def service_of(target: Shape) -> str:
    """Return the service that an ARN names."""
    return [*str(target["Arn"]).split(":"), "", "", ""][2]


def _refusals(target: Shape, bus: str) -> Iterator[str]:
    service = service_of(target)
    yield from _role_refusals(target, service)
    if service == "ecs":
        yield from _task_refusals(target)
    if service == "logs":
        yield from _log_refusals(target)
    if ":event-bus/" in target["Arn"]:
        yield from _bus_refusals(target, bus)
    yield from _input_refusals(target)


def _role_refusals(target: Shape, service: str) -> Iterator[str]:
    arn, role = target["Arn"], target.get("RoleArn")
    if role is None and service in NEEDS_ROLE:
        yield f"RoleArn is required for target {arn}."
    if role is not None and service == "logs":
        yield f"RoleArn is not supported for target {arn}."
    if role is not None and not role.startswith("arn:"):
        yield f"Parameter {role} is not valid. Reason: Provided Arn is not in correct format."


def _task_refusals(target: Shape) -> Iterator[str]:
    """A target of ECS without parameters: the words are inferred from those of queues"""
    name, parameters = target["Id"], target.get("EcsParameters")
    if parameters is None:
        yield f"Parameter(s) EcsParameters must be specified for target: {name}."
        return
    if ":task-definition/" not in parameters["TaskDefinitionArn"]:
        yield f"Parameter(s) TaskDefinitionArn not valid for target: {name}."
    if parameters.get("TaskCount", 1) > _MOST_TASKS:
        yield f"Parameter(s) TaskCount not valid for target: {name}."
    network = (parameters.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
    if parameters.get("LaunchType") == _FARGATE and network is None:
        yield (
            f"Parameter NetworkConfiguration must be specified for target {name} "
            f"when launch type is {_FARGATE}"
        )
    if network is not None and not 1 <= len(network["Subnets"]) <= 16:  # noqa: PLR2004  the sentence says it
        yield "Parameter Subnets is not valid. Reason: size must be in between 1 and 16."


def _log_refusals(target: Shape) -> Iterator[str]:
    if ":log-stream:" in target["Arn"]:
        yield f"Parameter {target['Arn']} is not valid. Reason: Provided Arn is not in correct format."
    if "Input" in target or "InputPath" in target:
        yield (
            f"Input and InputPath are not valid forms of input for target {target['Id']}. "
            "The only valid form of input is InputTransformer."
        )


def _bus_refusals(target: Shape, bus: str) -> Iterator[str]:
    if target["Arn"] == bus:
        yield "Source EventBus and Target EventBus must not be the same."
    if any(member in target for member in ("Input", "InputPath", "InputTransformer")):
        yield f"Modifying the input for target {target['Id']} is not supported."
    if "RetryPolicy" in target:
        yield "Retry policy is not supported for Event bus targets."


def _input_refusals(target: Shape) -> Iterator[str]:
    name = target["Id"]
    if sum(member in target for member in ("Input", "InputPath", "InputTransformer")) > 1:
        yield f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
    fault = inputs.first_fault(target.get("Input", ""))
    if fault is not None:
        yield f"JSON syntax error in input for target {name}: {_source(target['Input'], fault)}"
    transformer = target.get("InputTransformer", {})
    map_of_paths = transformer.get("InputPathsMap", {})
    taken = [target["InputPath"]] if target.get("InputPath") else []
    if not all(map(paths.is_valid, (*taken, *map_of_paths.values()))):
        yield f"InputPath for target {name} is invalid."
    if transformer:
        yield from _template_refusals(name, transformer["InputTemplate"], map_of_paths)


def _template_refusals(name: str, template: str, map_of_paths: Shape) -> Iterator[str]:
    """Unknown placeholders are refused only beside a map of paths; without one they stay as they are"""
    is_object = inputs.is_json_template(template)
    placeholders = inputs.PLACEHOLDER.findall(template)
    if is_object and _KEY.search(template):
        yield f"InputTemplate placeholder present as a JSON object key for target {name}."
    if not is_object and inputs.WHOLE_EVENT in placeholders:
        yield (
            f"InputTemplate for target {name} contains placeholder {inputs.WHOLE_EVENT} "
            "valid only for JSON template."
        )
    defined = {*map_of_paths, *inputs.PREDEFINED}
    unknown = [placeholder for placeholder in placeholders if placeholder not in defined]
    if map_of_paths and unknown:
        yield f"InputTemplate for target {name} contains invalid placeholder {unknown[0]}."
    sample = inputs.PLACEHOLDER.sub("null", template)
    fault = inputs.first_fault(sample)
    if fault is not None:
        yield f"Invalid InputTemplate for target {name} : {_source(sample, fault)}."


def _source(text: str, position: int) -> str:
    """Where a JSON parser stopped"""
    before = text[:position]
    column = position - before.rfind("\n")
    return f'[Source: (String)"{text}"; line: {before.count(chr(10)) + 1}, column: {column}]'
