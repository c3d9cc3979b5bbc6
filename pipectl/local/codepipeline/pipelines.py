"""CreatePipeline, GetPipeline, UpdatePipeline, DeletePipeline, ListPipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from . import tags
from .checks import refuse_mistakes
from .declaration import completed, masked, with_secrets
from .listening import is_polled
from .records import Pipeline, Version
from .triggers import Triggers

if TYPE_CHECKING:
    from pipectl.local.service import Caller

Shape = dict[str, Any]
MAXIMUM_PIPELINES = 1000  # User guide, limits (a soft one on AWS)


class Pipelines(Triggers):
    """Pipelines as declarations."""

    def create_pipeline(self, request: Shape, caller: Caller) -> Shape:
        """API reference, CreatePipeline: a run starts at once, whatever it will find.

        Where sources are polled, polling starts it (docs/aws/codepipeline.md, 3.11: recorded).
        """
        wanted = request["pipeline"]
        name = wanted["name"]
        if name in self.pipelines:
            raise Refused(
                "PipelineNameInUseException",
                f"A pipeline with the name '{name}' already exists in account '{self.account}'",
            )
        if len(self.pipelines) >= MAXIMUM_PIPELINES:
            raise Refused(
                "LimitExceededException", "The number of pipelines associated with the account is exceeded"
            )
        chosen = tags.merged(self.arn(name), {}, request.get("tags") or [])
        declaration = self._accepted(wanted, 1, None)
        pipeline = Pipeline(self.arn(name), [Version(declaration, self.world.now())], chosen)
        self.pipelines[name] = pipeline
        self.listen(pipeline)
        if not is_polled(pipeline):
            self.engine.start(pipeline, "CreatePipeline", caller.arn)
        return {"pipeline": masked(declaration, self.context()), "tags": tags.shown(chosen) or None}

    def update_pipeline(self, request: Shape, caller: Caller) -> Shape:
        """API reference, UpdatePipeline: the version rises by one; the request replaces everything.

        The model has no not-found code for it; this one is what moto answers (docs/aws/codepipeline.md, 2.3).
        """
        wanted = request["pipeline"]
        pipeline = self.pipelines.get(wanted["name"])
        if pipeline is None:
            raise Refused(
                "ResourceNotFoundException",
                f"The account with id '{self.account}' does not include a pipeline with the name "
                f"'{wanted['name']}'",
            )
        version = int(pipeline.declaration["version"]) + 1
        declaration = self._accepted(wanted, version, pipeline.declaration)
        pipeline.versions.append(Version(declaration, self.world.now()))
        kept = {stage["name"] for stage in declaration["stages"]}
        # Transitions stay closed per stage name as long as the stage stays (inferred).
        pipeline.gates = {key: gate for key, gate in pipeline.gates.items() if key[0] in kept}
        pipeline.latest = {stage: run for stage, run in pipeline.latest.items() if stage in kept}
        self.engine.updated(pipeline)
        self.listen(pipeline)
        return {"pipeline": masked(declaration, self.context())}

    def _accepted(self, wanted: Shape, version: int, previous: Shape | None) -> Shape:
        context = self.context()
        declaration = completed(wanted, version, context)
        refuse_mistakes(declaration, context)
        return with_secrets(declaration, previous, context)

    def get_pipeline(self, request: Shape, caller: Caller) -> Shape:
        """API reference, GetPipeline: also older structures by version."""
        pipeline = self.pipeline(request["name"])
        number = request.get("version") or pipeline.declaration["version"]
        version = next((each for each in pipeline.versions if each.declaration["version"] == number), None)
        if version is None:
            raise Refused(
                "PipelineVersionNotFoundException",
                f"Pipeline '{pipeline.name}' does not have a version {number}",
            )
        return {
            "pipeline": masked(version.declaration, self.context()),
            "metadata": {
                "pipelineArn": pipeline.arn,
                "created": pipeline.versions[0].at,
                "updated": version.at,
                "pollingDisabledAt": pipeline.polling_disabled,
            },
        }

    def delete_pipeline(self, request: Shape, caller: Caller) -> None:
        """API reference, DeletePipeline; an unknown name succeeds (as moto answers)."""
        pipeline = self.pipelines.pop(request["name"], None)
        if pipeline is not None:
            self.engine.deleted(pipeline)

    def list_pipelines(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListPipelines; the order by name is inferred."""
        pipelines = [self.pipelines[name] for name in sorted(self.pipelines)]
        found, token = self.page(pipelines, request, MAXIMUM_PIPELINES)
        return {"pipelines": [_summary(pipeline) for pipeline in found], "nextToken": token}


def _summary(pipeline: Pipeline) -> Shape:
    declaration = pipeline.declaration
    return {
        "name": pipeline.name,
        "version": declaration["version"],
        "pipelineType": declaration["pipelineType"],
        "executionMode": declaration["executionMode"],
        "created": pipeline.versions[0].at,
        "updated": pipeline.versions[-1].at,
    }
