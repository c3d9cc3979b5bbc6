"""EnableStageTransition and DisableStageTransition: the gates between stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .records import GateState, Pipeline
from .store import Store

if TYPE_CHECKING:
    from pipectl.local.service import Caller

    from .engine import Engine

Shape = dict[str, Any]


class Transitions(Store):
    """Inbound and outbound are kept apart: a stage is entered when both sides of the border are open."""

    engine: Engine

    def disable_stage_transition(self, request: Shape, caller: Caller) -> None:
        """User guide, transitions: the run in the stage goes on, the next one waits outside.

        Closing a closed gate overwrites reason, time and person (inferred).
        """
        pipeline, key = self._gate(request)
        now = self.world.now()
        since = pipeline.gate(*key).closed_since or now
        pipeline.gates[key] = GateState(False, caller.arn, now, request["reason"], since)

    def enable_stage_transition(self, request: Shape, caller: Caller) -> None:
        """User guide, transitions: the latest waiting run enters; not after 30 days."""
        pipeline, key = self._gate(request)
        before = pipeline.gate(*key)
        if before.enabled:
            return  # no effect (inferred)
        pipeline.gates[key] = GateState(True, caller.arn, self.world.now())
        self.engine.opened(pipeline, key, before)

    def _gate(self, request: Shape) -> tuple[Pipeline, tuple[str, str]]:
        pipeline = self.pipeline(request["pipelineName"])
        stage = self.stage(pipeline, request["stageName"])
        return pipeline, (stage["name"], request["transitionType"])
