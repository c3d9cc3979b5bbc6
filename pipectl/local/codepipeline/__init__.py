"""CodePipeline: pipelines that are declared, checked and really executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .action_types import ActionTypes
from .engine import Engine
from .history import History
from .jobs import Jobs
from .pipelines import Pipelines
from .state import State
from .tags import Tags
from .transitions import Transitions
from .webhooks import Webhooks

if TYPE_CHECKING:
    from pipectl.local.world import World


class CodePipeline(Pipelines, State, Transitions, History, Jobs, Webhooks, Tags, ActionTypes):
    """The service: one mixin per group of operations."""

    # Recorded (docs/aws/codepipeline.md, 1.1): "Value at 'x' failed to satisfy constraint: ..."
    shows_values: ClassVar[bool] = False

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.engine = Engine(self)


SERVICE = CodePipeline
