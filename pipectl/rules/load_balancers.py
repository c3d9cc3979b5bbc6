"""Load balancers that lead to a container or port that is not there, and what needs a load balancer."""

from collections.abc import Iterator

from pipectl.kinds.service_block import LoadBalancer
from pipectl.rules._tools import PlacedService, error, tasks, written
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, choices, shown
from pipectl.spec.spec import Spec

RULE = "load-balancer"


def check(spec: Spec) -> Iterator[Problem]:
    """Target groups of every service (API reference, LoadBalancer)."""
    for service, _ in tasks(spec):
        block = service.block
        if block.load_balancer:
            yield from _target(spec, service, (*service.path, "load_balancer"), block.load_balancer)
        for number, target in enumerate(block.load_balancers):
            yield from _target(spec, service, (*service.path, "load_balancers", number), target)
        if block.health_check_grace_seconds is not None and not _balanced(spec, service):
            message = f"{service.title} has no load balancer, so `health_check_grace_seconds` is refused"
            path = (*service.path, "health_check_grace_seconds")
            yield error(
                spec, path, RULE, message, "take it out; `health_check.start_period` is the containers' own"
            )


def _balanced(spec: Spec, service: PlacedService) -> bool:
    said = any(written(spec, (*service.path, key)) for key in ("load_balancer", "load_balancers"))
    return bool(service.block.targets) or said or "loadBalancers" in service.block.aws


def _target(spec: Spec, service: PlacedService, path: Path, target: LoadBalancer) -> Iterator[Problem]:
    containers = {name: container for name, container, _ in service.containers()}
    container = containers.get(target.container)
    if ":targetgroup/" not in target.target_group:
        message = "this is not the ARN of a target group"
        hint = "it has `:targetgroup/` in it; a load balancer's own ARN has `:loadbalancer/`"
        yield error(spec, (*path, "target_group"), RULE, message, hint)
    if container is None:
        message = f"there is no container {shown(target.container)} in {service.title}"
        hint = choices(target.container, containers, "its containers are")
        yield error(spec, (*path, "container"), RULE, message, hint)
    elif "portMappings" not in container.aws:
        ports = [port.container for port in container.ports]
        if target.port not in ports:
            yield _no_such_port(spec, (*path, "port"), target, ports)


def _no_such_port(spec: Spec, path: Path, target: LoadBalancer, ports: list[int]) -> Problem:
    message = f"container `{target.container}` has no port {target.port}"
    listens = (
        f"it listens on {', '.join(map(str, ports))}" if ports else f"write `ports: [{target.port}]` there"
    )
    return error(spec, path, RULE, message, listens)
