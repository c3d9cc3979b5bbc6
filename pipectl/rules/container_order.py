"""Containers that wait for one that is not there, for each other, or for what never happens."""

from collections.abc import Iterator, Mapping

from pipectl.kinds.service_block import Container
from pipectl.rules._tools import error, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, did_you_mean, shown
from pipectl.spec.spec import Spec

RULE = "container-order"


def check(spec: Spec) -> Iterator[Problem]:
    """`depends_on`, links and volumes of every container (API reference, ContainerDependency)."""
    for service, task in tasks(spec):
        for name, container, path in service.containers():
            for other, condition in container.depends_on.items():
                here = (*path, "depends_on", other)
                yield from _dependency(spec, here, task.containers, other, condition)
            for other, here in _named(container, path):
                yield from _present(spec, here, task.containers, other)
            circle = _circle(task.containers, name)
            if circle:
                message = f"container `{name}` waits for itself: {' -> '.join(circle)}"
                yield error(spec, (*path, "depends_on"), RULE, message, "break the circle")


def _dependency(
    spec: Spec, path: Path, containers: Mapping[str, Container], other: str, condition: str
) -> Iterator[Problem]:
    found = containers.get(other)
    if found is None:
        yield from _present(spec, path, containers, other)
    elif condition == "HEALTHY" and found.health_check is None and "healthCheck" not in found.aws:
        message = f"container `{other}` has no health check, so it never becomes HEALTHY"
        yield error(spec, path, RULE, message, "give it a `health_check`, or wait for START")
    elif condition in ("COMPLETE", "SUCCESS") and found.essential:
        message = f"container `{other}` is essential: when it ends, the whole task ends"
        yield error(spec, path, RULE, message, f"{condition} needs `essential: false` there")


def _present(spec: Spec, path: Path, containers: Mapping[str, Container], other: str) -> Iterator[Problem]:
    if other not in containers:
        names = did_you_mean(other, containers) or f"its containers are {', '.join(containers)}"
        yield error(spec, path, RULE, f"there is no container {shown(other)} in this task definition", names)


def _named(container: Container, path: Path) -> Iterator[tuple[str, Path]]:
    """The containers of raw `links` (`name:alias`) and `volumesFrom` (API reference, ContainerDefinition)."""
    links, volumes = container.aws.get("links"), container.aws.get("volumesFrom")
    for number, link in enumerate(links if isinstance(links, list) else ()):
        if isinstance(link, str):
            yield link.partition(":")[0], (*path, "aws", "links", number)
    for number, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        source = volume.get("sourceContainer") if isinstance(volume, Mapping) else None
        if isinstance(source, str):
            yield source, (*path, "aws", "volumesFrom", number, "sourceContainer")


def _circle(containers: Mapping[str, Container], name: str) -> list[str] | None:
    """The way from a container back to itself; it is told at the first of the containers on it."""
    ways = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for other in containers[way[-1]].depends_on if way[-1] in containers else ():
            if other == name:
                return [*way, name] if name == min(way) else None
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None
