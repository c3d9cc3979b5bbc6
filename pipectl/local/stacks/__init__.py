"""Resources of CloudFormation stacks that the own services make: moto asks here instead of its own models.

moto keeps stacks, and finds the model of a resource in a table by the type's name. The types below are put
into that table, so that a stack makes its clusters, task definitions and services in the local ECS, where
everybody sees them. `of` says in which local AWS; moto works under its lock and within the same thread.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipectl.local.stacks import resources
from pipectl.local.stacks.context import Context, current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.world import World

TYPES = {model.TYPE: model for model in resources.MODELS}


@contextmanager
def of(world: World) -> Iterator[None]:
    """Let moto make, change and delete resources of stacks in this local AWS

    What an update replaced is deleted at the end, when everything that used it has been changed, as
    CloudFormation does in its clean-up phase (user guide, "Update behaviors of stack resources").
    """
    _install()
    context = Context(world)
    token = current.set(context)
    try:
        yield
        context.clean_up()
    finally:
        current.reset(token)


def _install() -> None:
    """Put the own models into moto's tables, which it keeps for the whole process"""
    from moto.cloudformation.parsing import get_model_map, get_name_type_map

    models, names = get_model_map(), get_name_type_map()
    for kind, model in TYPES.items():
        models[kind] = model  # type: ignore[assignment]
        names[kind] = model.NAME
