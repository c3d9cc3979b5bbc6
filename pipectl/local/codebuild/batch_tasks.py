"""What the builds of a batch are made of: project, environment and artifacts of each."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.environment import overridden

if TYPE_CHECKING:
    from pipectl.buildspec.batch import Task
    from pipectl.local.codebuild.batch_record import BuildBatch
    from pipectl.local.codebuild.record import PipelineWork


def environment(project: dict[str, Any], task: Task) -> dict[str, Any]:
    """The project's environment with the overrides of a task (user guide, batch/build-list/env)"""
    own = [{"name": name, "value": value} for name, value in task.variables.items()]
    variables = overridden(project["environment"]["environmentVariables"], own)
    stated: dict[str, Any] = project["environment"]
    return stated | task.environment | {"environmentVariables": variables}


def project(batch: BuildBatch, task: Task) -> dict[str, Any]:
    """The project as one build of the batch sees it; its source is of the version that was downloaded"""
    after = copy.deepcopy(batch.project)
    after["environment"] = environment(after, task)
    if task.buildspec:
        after["source"]["buildspec"] = task.buildspec
    if after["artifacts"]["type"] == "S3" and not batch.combines:
        # Inferred: a folder for each build, as all of them would overwrite each other
        path = after["artifacts"].get("path", "").strip("/")
        after["artifacts"]["path"] = f"{path}/{task.identifier}".lstrip("/")
    return after


def work(stated: PipelineWork | None, identifier: str, *, combines: bool) -> PipelineWork | None:
    """What a build of a pipeline's batch takes and gives

    User guide, "Batch build with individual artifacts": an output BUILD takes the primary artifact of a
    build, BUILD_ID its secondary artifact ID.
    """
    if stated is None:
        return None
    names = () if combines else tuple(_outputs(stated.outputs, identifier))
    identifiers = {name: name[len(identifier) :].removeprefix("_") for name in names}
    return replace(stated, inputs=dict(stated.inputs), outputs=names, identifiers=identifiers)


def _outputs(names: tuple[str, ...], identifier: str) -> list[str]:
    return [name for name in names if name == identifier or name.startswith(f"{identifier}_")]
