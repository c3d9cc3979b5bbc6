"""Targets that run something: builds, tasks, functions, state machines."""

from __future__ import annotations

import json
import threading
import uuid
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from pipectl.local import functions, validation
from pipectl.local.eventbridge.dead_letters import UndeliverableError
from pipectl.local.eventbridge.sending import NoTargetError
from pipectl.local.model import operation_model
from pipectl.local.wire import Caller

if TYPE_CHECKING:
    from pipectl.local.eventbridge.sending import Sending

Shape = dict[str, Any]


def start_build(sending: Sending) -> None:
    """User guide of CodeBuild, "Build notifications": the input is that of StartBuild, or an event"""
    made = json.loads(sending.text)
    settings = {} if not isinstance(made, dict) or "detail-type" in made else made
    request = {**settings, "projectName": sending.resource.removeprefix("project/")}
    _call(sending, "codebuild", "StartBuild", request)


def run_tasks(sending: Sending) -> None:
    """RunTask with the target's parameters; a constant input or a template has the overrides.

    Recorded in radkawar/stackd, testdata/aws/eventbridge/ecs_targets.json: `startedBy`, what is no
    override in an object is ignored. That an event as it is overrides nothing follows from the same.
    """
    overrides = json.loads(sending.text)
    if not isinstance(overrides, dict):
        raise UndeliverableError("INVALID_PARAMETER", "The overrides of a task are an object")
    parameters = sending.target["EcsParameters"]
    request = {
        **{_lower(name): value for name, value in parameters.items() if name != "TaskDefinitionArn"},
        "cluster": sending.target["Arn"],
        "taskDefinition": parameters["TaskDefinitionArn"],
        "startedBy": f"events-rule/{sending.rule.name}"[:128],
        "overrides": _overrides(overrides) if "detail-type" not in overrides else {},
    }
    request["count"] = request.pop("taskCount", 1)
    if "networkConfiguration" in request:
        inner = request["networkConfiguration"].get("awsvpcConfiguration", {})
        lowered = {_lower(name): value for name, value in inner.items()}
        request["networkConfiguration"] = {"awsvpcConfiguration": lowered}
    request["tags"] = [
        {_lower(name): part for name, part in tag.items()} for tag in parameters.get("Tags", ())
    ]
    _call(sending, "ecs", "RunTask", request)


def _overrides(made: Shape) -> Shape:
    model = operation_model("ecs", "RunTask")
    members = model.input_shape.members if model and model.input_shape else {}
    known: Shape = validation.known(members["overrides"], made)
    return known


def _lower(name: str) -> str:
    """ECS's spelling of a member of EcsParameters"""
    return "enableECSManagedTags" if name == "EnableECSManagedTags" else name[:1].lower() + name[1:]


def start_machine(sending: Sending) -> None:
    """Start an execution of a state machine."""
    machines = sending.moto("stepfunctions")
    machines.start_execution(sending.target["Arn"], str(uuid.uuid4()), sending.text)


def invoke(sending: Sending) -> None:
    """Run a function beside the server; EventBridge does not wait for it (User guide, Lambda targets)"""
    name, _, qualifier = sending.resource.removeprefix("function:").partition(":")
    function = sending.moto("lambda").get_function(name, qualifier or None)
    if reason := functions.refusal(sending.world, function):
        raise NoTargetError(reason)
    call = functions.Call(sending.world, sending.account, sending.region, function, str(uuid.uuid4()))
    event = json.loads(sending.text)
    threading.Thread(
        target=functions.run_unseen, args=(call, event), name="local Lambda", daemon=True
    ).start()


def _call(sending: Sending, service: str, operation: str, request: Shape) -> None:
    """Call one of our own services in the name of the target's role"""
    called = sending.service(service)
    model = operation_model(service, operation)
    accepted = validation.accept(model.input_shape if model else None, request, called.validation_code)
    caller = Caller(sending.account, sending.region, f"{sending.target.get('RoleArn', '')}/events")
    getattr(called, xform_name(operation))(accepted, caller)
