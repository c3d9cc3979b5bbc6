"""Batch: moto gives a compute environment a cluster in an ECS of its own that nobody sees; it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.service import unknown_operation

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World

_MAKE_CLUSTERS = ("CreateComputeEnvironment",)


def answer(_world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer, but for what makes clusters"""
    if request.operation in _MAKE_CLUSTERS:
        raise unknown_operation("batch", request.operation)
    return forward(request)
