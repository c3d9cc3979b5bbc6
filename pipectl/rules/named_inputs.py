"""Inputs that an action names one by one: the primary source of a build, the files of a deployment."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions, error, key_error
from pipectl.spec.problems import Problem, did_you_mean, few, shown
from pipectl.spec.spec import Spec

RULE = "named-input"
KEYS = {
    "CodeBuild": ("primary_source",),
    "CodeDeployToECS": ("task_definition_artifact", "appspec_artifact"),
}


def check(spec: Spec) -> Iterator[Problem]:
    """Every action (user guide, "action-reference-CodeBuild", "-CodeDeployToECS", "-CloudFormation")."""
    for each in actions(spec):
        yield from _primary_source(spec, each)
        for key in KEYS.get(each.action.provider, ()):
            name = getattr(each.action, key)
            if name is not None:
                yield from _among_inputs(spec, each, key, name)
        if each.action.provider == "CloudFormation":
            yield from _template(spec, each)


def _primary_source(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    action, inputs = each.action, each.wire.inputs
    said = action.primary_source is not None or "PrimarySource" in action.configuration
    if action.provider == "CodeBuild" and len(inputs) > 1 and not said:
        message = f"{each.name} has {len(inputs)} inputs and does not say which one has the buildspec"
        yield key_error(spec, each.path, RULE, message, f"write `primary_source: {inputs[0]}`")
    if action.combine_artifacts and not action.batch:
        message = "`combine_artifacts` joins the outputs of a batch, and this is none"
        yield key_error(spec, each.value_path("combine_artifacts"), RULE, message, "write `batch: true`")


def _template(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    for key in ("template", "template_configuration"):
        value = getattr(each.action, key)
        if value is None:
            continue
        name, separator, file = value.partition("::")
        if not separator or not file:
            message = f"`{key}` is written ARTIFACT::FILE, not {shown(value)}"
            hint = f"write `{each.wire.inputs[0]}::{value}`" if each.wire.inputs else None
            yield error(spec, each.value_path(key), RULE, message, hint)
        else:
            yield from _among_inputs(spec, each, key, name)


def _among_inputs(spec: Spec, each: PlacedAction, key: str, name: str) -> Iterator[Problem]:
    inputs = each.wire.inputs
    if name not in inputs and not each.wire.ambiguous:
        message = f"{shown(name)} is no input of {each.name}"
        listed = f"its inputs are {few(inputs)}" if inputs else "it has none"
        yield error(spec, each.value_path(key), RULE, message, did_you_mean(name, inputs) or listed)
