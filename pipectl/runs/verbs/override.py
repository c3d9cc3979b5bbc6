"""`override`: let an execution go on in spite of a stage's condition."""

from pipectl.aws.cloud import Cloud
from pipectl.command import aws
from pipectl.runs.values import Condition, StageState
from pipectl.runs.verbs.act import Act, Senseless, short
from pipectl.runs.verbs.scene import Scene, scene

HOLDING = ("Failed", "Errored", "InProgress")
OVERRIDABLE = ("BEFORE_ENTRY", "ON_SUCCESS")
"""Those that OverrideStageCondition takes (API reference)."""


def override(cloud: Cloud, pipeline: str, stage: str, *, named: str | None = None) -> Act:
    """Override the condition that holds the stage, or has failed it."""
    found = scene(cloud, pipeline, named)
    state = found.stage(stage)
    condition = _condition(found, state)
    execution = found.execution(state.execution or "")
    cloud.call(
        "codepipeline",
        "override_stage_condition",
        pipelineName=pipeline,
        stageName=stage,
        pipelineExecutionId=execution.id,
        conditionType=condition.type,
    )
    details = {"condition": condition.type, "summary": condition.summary}
    return Act("override", pipeline, execution, stage, details=details, before=found.stages)


def _condition(found: Scene, state: StageState) -> Condition:
    name = state.name
    if found.parallel:
        raise Senseless(
            f"AWS does not tell which condition holds an execution of {found.pipeline}: "
            "they run side by side",
            hint=f"{aws('codepipeline override-stage-condition', 'help')} explains how to name the condition",
        )
    declared = [each for each in state.conditions if each.type in OVERRIDABLE]
    if not declared:
        raise Senseless(f"{name} has no condition that could be overridden")
    if found.named and state.execution not in {each.id for each in found.executions}:
        last = f"{short(state.execution)} was the last to enter it" if state.execution else "it has never run"
        raise Senseless(f"execution {short(found.executions[0].id)} is not held by {name}: {last}")
    holding = [each for each in declared if each.status in HOLDING]
    if not holding or state.execution is None:
        raise Senseless(f"no condition holds {name}: {_stands(declared, state)}")
    return holding[-1]


def _stands(declared: list[Condition], state: StageState) -> str:
    if state.execution is None or all(each.status is None for each in declared):
        return "none was asked yet"
    last = [each for each in declared if each.status][-1]
    word = {"Succeeded": "met it", "Overridden": "was let through already"}.get(str(last.status))
    return f"execution {short(state.execution)} {word or f'met one that is {str(last.status).lower()}'}"
