"""What only pipelines of type V2 have, and what does not go with executions in parallel."""

from collections.abc import Iterator

from pipectl.kinds.pipeline_block import Pipeline
from pipectl.rules._tools import actions_of, error, key_error, pipelines
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "pipeline-type"
V2_PROVIDERS = ("Commands", "ECRBuildAndPublish", "EC2", "EKS", "InspectorScan", "CodePipeline")
"""User guide, "pipeline-types-planning"; the live service (docs/aws/codepipeline.md, 2.4, 2.5)."""
HINT = "leave `pipeline_type` out: V2 is what pipectl makes"


def check(spec: Spec) -> Iterator[Problem]:
    """Every pipeline."""
    for name, block in pipelines(spec):
        if block.pipeline_type == "V1":
            for path, what in _features(name, block):
                yield key_error(spec, path, RULE, f"{what} only with pipelines of type V2", HINT)
        if block.execution_mode == "PARALLEL":
            yield from _rollbacks(spec, name, block)


def _features(name: str, block: Pipeline) -> Iterator[tuple[Path, str]]:
    path = ("codepipeline", name)
    if block.execution_mode != "SUPERSEDED":
        yield (*path, "execution_mode"), f"execution mode {block.execution_mode} works"
    if block.variables:
        yield (*path, "variables"), "`variables` work"
    if block.triggers:
        yield (*path, "triggers"), "`triggers` work"
    for number, stage in enumerate(block.stages):
        for key in ("before_entry", "on_success", "on_failure"):
            if getattr(stage, key) is not None:
                yield (*path, "stages", number, key), f"`{key}` works"
    for each in actions_of(name, block):
        if each.action.provider in V2_PROVIDERS:
            yield each.value_path("provider"), f"{each.action.provider} works"


def _rollbacks(spec: Spec, name: str, block: Pipeline) -> Iterator[Problem]:
    for number, stage in enumerate(block.stages):
        for key in ("on_success", "on_failure"):
            condition = getattr(stage, key)
            if condition is not None and condition.result == "ROLLBACK":
                path = ("codepipeline", name, "stages", number, key, "result")
                message = f"stage `{stage.name}` cannot roll back: executions run in PARALLEL"
                hint = "take it out, or use another `execution_mode`"
                yield error(spec, path, RULE, message, hint)
