"""Deploy/CloudFormation: stacks of moto (user guide, CloudFormation action).

moto makes a stack at once and knows some resource types only; its own limits fail the action.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from pipectl.local import stacks
from pipectl.local.gaps import cloudformation
from pipectl.local.service import Refused

from . import zips
from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

Shape = dict[str, Any]
BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED")


def start(job: Job) -> Outcome:
    """Do what ActionMode says."""
    from moto.core.exceptions import ServiceException

    mode = job.configuration["ActionMode"]
    if mode not in MODES:
        raise _wrong(f"Unknown ActionMode {mode}")
    with job.world.lock, stacks.of(job.world):
        try:
            MODES[mode](job)
        except (HTTPException, ServiceException) as refused:
            message = getattr(refused, "message", None) or getattr(refused, "description", refused)
            raise ActionFailedError(str(message)) from None
        outputs = _outputs(job)
    if job.outputs:
        file = job.configuration.get("OutputFileName", "outputs.json")
        job.write(job.outputs[0], zips.packed({file: json.dumps(outputs).encode()}))
    return Done(f"{mode} of stack {job.configuration['StackName']} succeeded", outputs)


def _create_or_update(job: Job) -> None:
    stack = _stack(job)
    backend, name = job.moto("cloudformation"), job.configuration["StackName"]
    template, parameters, tags = _template(job), _parameters(job), _settings(job).get("Tags", {})
    role = job.configuration.get("RoleArn")
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        backend.create_stack(name, template, parameters, tags=tags, role_arn=role)
        return
    listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    backend.update_stack(name, template, role, listed, tags)


def _replace_on_failure(job: Job) -> None:
    stack = _stack(job)
    if stack is not None and stack.status in BROKEN:
        job.moto("cloudformation").delete_stack(stack.stack_id)
    _create_or_update(job)


def _delete(job: Job) -> None:
    stack = _stack(job)
    if stack is not None:
        job.moto("cloudformation").delete_stack(stack.stack_id)


def _replace_change_set(job: Job) -> None:
    backend, name = job.moto("cloudformation"), job.configuration["StackName"]
    change_set = _change_set_name(job)
    for key, each in list(backend.change_sets.items()):
        if each.change_set_name == change_set and each.stack.name == name:
            del backend.change_sets[key]
    kind = "UPDATE" if _stack(job) is not None else "CREATE"
    tags, role = _settings(job).get("Tags", {}), job.configuration.get("RoleArn")
    backend.create_change_set(name, change_set, _template(job), _parameters(job), "", kind, [], tags, role)


def _execute_change_set(job: Job) -> None:
    job.moto("cloudformation").execute_change_set(_change_set_name(job), job.configuration["StackName"])


def _change_set_name(job: Job) -> str:
    if "ChangeSetName" not in job.configuration:
        raise _wrong(
            f"Action configuration for action '{job.name}' is missing required configuration 'ChangeSetName'"
        )
    return job.configuration["ChangeSetName"]


MODES: dict[str, Callable[[Job], None]] = {
    "CREATE_UPDATE": _create_or_update,
    "REPLACE_ON_FAILURE": _replace_on_failure,
    "DELETE_ONLY": _delete,
    "CHANGE_SET_REPLACE": _replace_change_set,
    "CHANGE_SET_EXECUTE": _execute_change_set,
}


def _stack(job: Job) -> Any | None:
    stacks = job.moto("cloudformation").stacks.values()
    return next((stack for stack in stacks if stack.name == job.configuration["StackName"]), None)


def _outputs(job: Job) -> dict[str, str]:
    """User guide, variables: the stack's outputs; a change set that waits has none."""
    stack = _stack(job)
    made = stack is not None and stack.status.endswith("_COMPLETE")
    outputs = (stack.outputs if stack is not None and made else None) or []
    return {each["OutputKey"]: str(each["OutputValue"]) for each in outputs}


def _template(job: Job) -> str:
    if "TemplatePath" not in job.configuration:
        raise _wrong(
            f"Action configuration for action '{job.name}' is missing required configuration 'TemplatePath'"
        )
    template = _file(job, job.configuration["TemplatePath"]).decode(errors="replace")
    try:
        cloudformation.check(template)
    except Refused as refused:
        raise _wrong(refused.message) from None
    return template


def _file(job: Job, path: str) -> bytes:
    """`artifact::file` (user guide, CloudFormation action)."""
    artifact, _, file = path.partition("::")
    content = zips.member(job.read(job.input(artifact)), file)
    if content is None:
        raise _wrong(f"File [{file}] does not exist in artifact [{artifact}]")
    return content


def _settings(job: Job) -> Shape:
    """The template configuration file: Parameters, Tags, StackPolicy."""
    path = job.configuration.get("TemplateConfiguration")
    return _object(_file(job, path).decode(errors="replace")) if path else {}


def _parameters(job: Job) -> dict[str, str]:
    """The configuration file's parameters below the overrides (user guide, parameter overrides)."""
    overrides = _object(job.configuration.get("ParameterOverrides", "{}"))
    given = {**_settings(job).get("Parameters", {}), **overrides}
    return {key: _value(job, value) for key, value in given.items()}


def _value(job: Job, value: Any) -> str:
    """Fn::GetArtifactAtt and Fn::GetParam look into artifacts."""
    if isinstance(value, dict) and "Fn::GetArtifactAtt" in value:
        name, attribute = value["Fn::GetArtifactAtt"]
        location = job.input(name).location
        url = f"https://{location.bucket}.s3.{job.region}.amazonaws.com/{location.key}"
        return {"BucketName": location.bucket, "ObjectKey": location.key, "URL": url}[attribute]
    if isinstance(value, dict) and "Fn::GetParam" in value:
        name, file, key = value["Fn::GetParam"]
        return str(_object(_file(job, f"{name}::{file}").decode(errors="replace"))[key])
    return str(value)


def _object(text: str) -> Shape:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise _wrong("A configuration of the action is not a JSON object")
    return value


def _wrong(message: str) -> ActionFailedError:
    return ActionFailedError(message, "ConfigurationError")
