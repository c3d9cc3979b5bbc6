"""The inbound transition of one stage: open, or closed with a reason. Not stated means hands off."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find
from pipectl.aws.permissions import Need, Purpose, needs
from pipectl.engine.values import Resource, State, Step
from pipectl.kinds.kind import Kind, Wanted
from pipectl.kinds.pipeline import DEFAULT_REASON
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.spec.spec import Spec

NAME = "transition"

OPEN: State = {"enabled": True, "reason": None}
"""Every transition is enabled at first (user guide, "transitions"), so one that is not there yet is open."""


def transition(pipeline: str, stage: str, *, enabled: bool, reason: str | None = None) -> Resource:
    """The gate in front of a stage, as it should be. Without a reason, whose hold it is does not matter."""
    stated: dict[str, Any] = {"enabled": enabled}
    if reason:
        stated["reason"] = reason
    return Resource(NAME, f"{pipeline}/{stage}", stated)


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each transition that the spec states."""
    for name, block in spec.all(Pipeline).items():
        for stage in block.stages:
            if block.managed and stage.transition:
                gate = stage.transition
                yield transition(name, stage.name, enabled=gate.enabled, reason=gate.reason)


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """The gates by `pipeline/stage`: one GetPipelineState for each pipeline."""
    pipelines = sorted({name.partition("/")[0] for name in wanted})
    found = {gate: state for gates in by_name(_gates, cloud, pipelines).values() for gate, state in gates}
    return {name: found.get(name, OPEN) for name in wanted}


def _gates(cloud: Cloud, pipeline: str) -> list[tuple[str, State]]:
    answer = find(("PipelineNotFoundException",), cloud, "codepipeline", "get_pipeline_state", name=pipeline)
    stages = answer["stageStates"] if answer else []
    return [
        (f"{pipeline}/{stage['stageName']}", words(stage.get("inboundTransitionState") or {}))
        for stage in stages
    ]


def words(gate: Mapping[str, Any]) -> dict[str, Any]:
    """A transition state in our words; a missing one is open (docs/aws/codepipeline.md, 4)."""
    return {
        "enabled": gate.get("enabled", True),
        "reason": gate.get("disabledReason"),
        "changed_by": gate.get("lastChangedBy"),
        "changed_at": gate.get("lastChangedAt"),
    }


def create(cloud: Cloud, resource: Resource) -> None:
    """Never needed: a transition exists with its stage, and `read` says so."""
    _set(cloud, resource)


def update(cloud: Cloud, step: Step) -> None:
    """Set the gate, unless it is already as wanted: the pipeline's creation closes its holds itself."""
    before = read(cloud, {step.resource.name: step.resource.stated})[step.resource.name]
    if any(before.get(key) != value for key, value in step.resource.stated.items()):
        _set(cloud, step.resource)


def _set(cloud: Cloud, resource: Resource) -> None:
    pipeline, _, stage = resource.name.partition("/")
    gate = {"pipelineName": pipeline, "stageName": stage, "transitionType": "Inbound"}
    if resource.stated["enabled"]:
        cloud.call("codepipeline", "enable_stage_transition", **gate)
    else:
        reason = resource.stated.get("reason") or DEFAULT_REASON
        cloud.call("codepipeline", "disable_stage_transition", **gate, reason=reason)


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, AWS CodePipeline: a gate is its stage's."""
    stage = account.arn("codepipeline", resource.name)
    yield from needs(Purpose.PLAN, [stage.rpartition("/")[0]], "codepipeline:GetPipelineState")
    gates = ("codepipeline:EnableStageTransition", "codepipeline:DisableStageTransition")
    yield from needs(Purpose.CREATE, [stage], *gates)


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    permissions=permissions,
    events=("EnableStageTransition", "DisableStageTransition"),
)
