"""The gates of a pipeline's stages: how they are, and the way out of a stage."""

from collections.abc import Mapping
from typing import Any

from pipectl.aws.cloud import Cloud, find
from pipectl.errors import PipectlError
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline
from pipectl.spec.problems import choices


def gate(cloud: Cloud, pipeline: str, stage: str) -> Mapping[str, Any]:
    """The inbound transition of a stage, as AWS tells it. Raises PipectlError for an unknown name."""
    found = gates(cloud, pipeline)
    if stage not in found:
        raise no_such_stage(pipeline, stage, list(found))
    return found[stage]


def gates(cloud: Cloud, pipeline: str) -> dict[str, Mapping[str, Any]]:
    """The inbound transitions of all stages. Raises PipectlError for an unknown pipeline."""
    answer = find(NOT_THERE, cloud, "codepipeline", "get_pipeline_state", name=pipeline)
    if answer is None:
        raise no_such_pipeline(cloud, pipeline)
    states = answer.get("stageStates") or []
    return {each["stageName"]: dict(each.get("inboundTransitionState") or {}) for each in states}


def no_such_stage(pipeline: str, stage: str, names: list[str]) -> PipectlError:
    """The error for a stage that does not exist, with the nearest name and a few of all."""
    hint = choices(stage, names, "its stages are")
    return PipectlError(f"no stage `{stage}` in {pipeline}", hint=hint)


def words(found: Mapping[str, Any]) -> dict[str, Any]:
    """A TransitionState in our words; a missing one is enabled (user guide, "transitions")."""
    return {
        "enabled": found.get("enabled", True),
        "reason": found.get("disabledReason"),
        "changed_by": found.get("lastChangedBy"),
        "changed_at": found.get("lastChangedAt"),
    }


def turn_inbound(cloud: Cloud, pipeline: str, stage: str, reason: str | None) -> None:
    """Disable (with a reason) or enable the inbound transition of a stage."""
    _turn(cloud, pipeline, stage, "Inbound", reason)


def turn_outbound(cloud: Cloud, pipeline: str, stage: str, reason: str | None) -> None:
    """Close (with a reason) or open the way out of a stage.

    AWS never tells how it is (docs/aws/codepipeline.md, 3.3), so it is always sent.
    """
    gate(cloud, pipeline, stage)  # only to refuse a name that is not there
    _turn(cloud, pipeline, stage, "Outbound", reason)


def _turn(cloud: Cloud, pipeline: str, stage: str, kind: str, reason: str | None) -> None:
    params: dict[str, Any] = {"pipelineName": pipeline, "stageName": stage, "transitionType": kind}
    if reason is None:
        cloud.call("codepipeline", "enable_stage_transition", **params)
    else:
        cloud.call("codepipeline", "disable_stage_transition", **params, reason=reason)
