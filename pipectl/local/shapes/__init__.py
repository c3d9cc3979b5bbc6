"""Recorded shapes: the local AWS answers as AWS was recorded to answer, and not as it was asked.

Sets come back in another order than they were sent, keys and principals under their ARNs, policies newly
written. What the services themselves fill in (defaults, masks, default triggers) stands with them. The
sources stand in `tests/aws_shapes` beside each recorded answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.shapes import ecs, keys, order, policies, xml

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

_OK = 200


def recorded(world: World, request: Request, answered: Answer) -> Answer:
    """The same answer in the shape in which AWS gives it; refusals and unknown services stay as they are"""
    if answered.status != _OK or answered.file is not None:
        return answered
    for mend in (keys.answered, ecs.answered, policies.answered, xml.answered, order.answered):
        answered = mend(world, request, answered)
    return answered
