"""What the tests of arriving share: an import as the command does it, and setups that others have made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pipectl import flow
from pipectl.arrive.arrive import arrive
from pipectl.arrive.concealed import concealed
from pipectl.arrive.live import Asked
from pipectl.arrive.reading_back import read_back
from pipectl.arrive.text import spec_text
from pipectl.engine.values import Plan
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.project_block import Project
from pipectl.render.arrival import changes_of
from tests.kinds.conftest import look, named, prepare, values

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

__all__ = ["look", "named", "prepare", "values"]


@dataclass(frozen=True)
class Imported:
    """What an import printed, and what it said"""

    text: str
    told: tuple[str, ...]
    environment: Mapping[str, str]
    spec: "Spec"
    plan: Plan

    @property
    def changes(self) -> list[str]:
        """What `create` would change beyond our tags"""
        return list(changes_of(self.plan))


Import = Callable[..., Imported]


@pytest.fixture
def imported(world: "World") -> Import:
    """Import what is named, and load the printed spec again"""

    def imported(region: str, **asked: tuple[str, ...]) -> Imported:
        found = arrive(world.connection.cloud(region), Asked(**asked))
        hidden = concealed(found.values)
        text = spec_text(hidden.values)
        spec, mistakes = read_back(text, hidden.environment, hidden.files)
        assert spec is not None, (mistakes, text)
        (plan,) = flow.plan(flow.design([spec], world.connection, flow.Aws()))
        return Imported(text, (*found.lost, *hidden.told), hidden.environment, spec, plan)

    return imported


def everything(spec: "Spec") -> dict[str, tuple[str, ...]]:
    """All that an import can be asked for of a spec"""
    services = [
        f"{cluster}/{name}" for cluster, block in spec.all(Cluster).items() for name in block.services
    ]
    return {
        "pipelines": tuple(spec.all(Pipeline)),
        "services": tuple(services),
        "projects": tuple(spec.all(Project)),
    }
