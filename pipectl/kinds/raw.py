"""Parameters under `aws:`: how they are compared with what AWS answers, and which no answer ever has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipectl.aws.model import shape_of
from pipectl.engine.values import Exactly, Ordered, Sparse
from pipectl.facts import synonyms
from pipectl.facts.order import is_ordered

__all__ = [
    "CLUSTER",
    "PROJECT",
    "REPOSITORY",
    "SERVICE",
    "Taken",
    "answered",
    "arranged",
    "compared",
    "sent_along",
    "shape_of",
    "unanswered",
]

Path = tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What creates and changes a thing, and the shapes of the service model that describe it.

    `elsewhere` maps a parameter to the path at which the answer has it.
    """

    service: str
    create: str
    update: str
    answers: tuple[str, ...]
    elsewhere: Mapping[str, Path] = field(default_factory=dict)


SERVICE = Taken("ecs", "CreateService", "UpdateService", ("Service", "Deployment"))
CLUSTER = Taken("ecs", "CreateCluster", "UpdateCluster", ("Cluster",))
PROJECT = Taken(
    "codebuild", "CreateProject", "UpdateProject", ("Project",), {"badgeEnabled": ("badge", "badgeEnabled")}
)
REPOSITORY = Taken("ecr", "CreateRepository", "CreateRepository", ("Repository",))


def unanswered(taken: Taken, raw: Mapping[str, Any]) -> list[Path]:
    """The parameters of `raw`, as paths, that no answer ever has: the model gives them no counterpart."""
    if not raw:
        return []
    asked = shape_of(taken.service, taken.create)
    answers = [shape_of(taken.service, name) for name in taken.answers]
    return list(_unanswered(raw, asked, answers, taken.elsewhere, ()))


def _unanswered(
    raw: Mapping[str, Any], asked: Any, answers: list[Any], elsewhere: Mapping[str, Path], path: Path
) -> Iterator[Path]:
    for name, value in raw.items():
        member = asked.members.get(name)
        if member is None or name in elsewhere:
            continue
        told = [each.members[name] for each in answers if name in each.members]
        if not told:
            yield (*path, name)
        elif isinstance(value, Mapping) and member.type_name == "structure":
            yield from _unanswered(value, member, told, {}, (*path, name))


def compared(taken: Taken, raw: Mapping[str, Any]) -> Sparse:
    """What is stated of `raw`: without what no answer ever has."""
    return Sparse(arranged(taken.service, _without(raw, set(unanswered(taken, raw)), ())))


def _without(raw: Mapping[str, Any], left: set[Path], path: Path) -> dict[str, Any]:
    return {
        name: _without(value, left, (*path, name)) if isinstance(value, Mapping) else value
        for name, value in raw.items()
        if (*path, name) not in left
    }


def sent_along(taken: Taken, raw: Mapping[str, Any]) -> list[str]:
    """The parameters that are sent with every change, since nobody can see whether they differ."""
    names = dict.fromkeys(path[0] for path in unanswered(taken, raw))
    known = shape_of(taken.service, taken.update).members if names else ()
    return [name for name in names if name in known]


def answered(taken: Taken, found: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with the parameters that it has elsewhere under their own names too."""
    more = {name: value for name, path in taken.elsewhere.items() if (value := _at(found, path)) is not None}
    return {**found, **more}


def _at(found: Any, path: Path) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def arranged(service: str, value: Any, member: str = "") -> Any:
    """A stated value of AWS's own: lists whose order means something are `Ordered`, mappings `Sparse`."""
    if isinstance(value, Mapping):
        kind = Exactly if isinstance(value, Exactly) else Sparse
        return kind({name: arranged(service, each, name) for name, each in value.items()})
    if isinstance(value, list):
        items = [arranged(service, each) for each in value]
        return Ordered(items) if isinstance(value, Ordered) or is_ordered(service, member) else items
    return synonyms.answered(service, member, value)
