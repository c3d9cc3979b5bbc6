"""The ground of the service: its state, and how a request finds what it names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from pipectl.local import paging
from pipectl.local.service import Refused, Service

from . import trust
from .checks.context import Context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.local.world import World

    from .jobs import WorkerJob
    from .records import Execution, Pipeline

Shape = dict[str, Any]
Item = TypeVar("Item")


class Store(Service):
    """What every group of operations stands on."""

    model_name = "codepipeline"

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.pipelines: dict[str, Pipeline] = {}
        self.custom_types: dict[tuple[str, str, str, str], Shape] = {}
        self.custom_tags: dict[str, dict[str, str]] = {}  # of custom action types and webhooks, by resource
        self.webhooks: dict[str, Shape] = {}
        self.worker_jobs: dict[str, WorkerJob] = {}

    def context(self) -> Context:
        """What the checks of a declaration may know."""
        return Context(self.region, self.custom_types, lambda role, by: trust.assumable(self.world, role, by))

    def pipeline(self, name: str) -> Pipeline:
        """Find a pipeline or refuse (recorded: docs/aws/codepipeline.md, 5)."""
        found = self.pipelines.get(name)
        if found is None:
            raise Refused(
                "PipelineNotFoundException",
                f"Account '{self.account}' does not have a pipeline with name '{name}'",
            )
        return found

    def stage(self, pipeline: Pipeline, name: str) -> Shape:
        """Find a stage or refuse (recorded: docs/aws/codepipeline.md, 5)."""
        found = pipeline.stage(name)
        if found is None:
            raise Refused(
                "StageNotFoundException",
                f"Pipeline '{pipeline.name}' does not have a stage with name '{name}'",
            )
        return found

    def action(self, pipeline: Pipeline, stage: str, name: str) -> Shape:
        """Find an action or refuse (wording inferred)."""
        for action in self.stage(pipeline, stage)["actions"]:
            if action["name"] == name:
                return dict(action)
        raise Refused(
            "ActionNotFoundException",
            f"Stage '{stage}' of pipeline '{pipeline.name}' does not have an action with name '{name}'",
        )

    def execution(self, pipeline: Pipeline, identity: str, *, role: str = "") -> Execution:
        """Find an execution or refuse (recorded: docs/aws/codepipeline.md, 5); `role`: what it is here."""
        found = pipeline.execution(identity)
        if found is None:
            raise Refused(
                "PipelineExecutionNotFoundException",
                f"{role}Pipeline Execution with id '{identity}' does not exist in pipeline with name "
                f"'{pipeline.name}'",
            )
        return found

    def page(self, items: Sequence[Item], request: Shape, most: int) -> tuple[list[Item], str | None]:
        """One page of an answer; `most` is the size when the request says none.

        A token goes on with the question that it came with, and with no other (docs/aws/codepipeline.md, 4:
        recorded).
        """
        asked = {key: value for key, value in request.items() if key not in ("nextToken", "maxResults")}
        size = request.get("maxResults") or most
        try:
            return paging.page(items, request.get("nextToken"), size, json.dumps(asked, sort_keys=True))
        except paging.BadToken:
            raise Refused(
                "InvalidNextTokenException",
                f"The nextToken value '{request.get('nextToken')}' is not valid. Specify a valid nextToken "
                "value, and then try again.",
            ) from None
