"""An execution on its way through a pipeline: what every step of the engine is handed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipectl.local.codepipeline.records import Execution, Pipeline, StageRun

    from . import Engine


@dataclass(frozen=True)
class Trip:
    """One execution, its pipeline, and the engine that moves it."""

    engine: Engine
    pipeline: Pipeline
    execution: Execution

    @property
    def stage_run(self) -> StageRun:
        """The stage in which the execution is."""
        return self.execution.stages[self.execution.stage["name"]]

    def touch(self) -> None:
        """Something happened to the execution just now."""
        self.execution.updated = self.engine.service.world.now()
