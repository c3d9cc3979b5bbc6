"""Services without the network that their tasks need, or with one that they cannot have."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedService, error, key_error, tasks, written
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "service-network"


def check(spec: Spec) -> Iterator[Problem]:
    """Network mode against launch type and subnets (developer guide, "task-networking")."""
    for service, task in tasks(spec):
        mode = task.network_mode
        if service.block.is_on_fargate and mode != "awsvpc":
            message = f"{service.title} runs on Fargate, which knows no network mode but awsvpc"
            hint = "leave `network_mode` out"
            yield error(spec, (*service.task_path, "network_mode"), RULE, message, hint)
        elif mode == "awsvpc" and not _has_subnets(spec, service):
            message = f"{service.title} has no subnets to run in"
            yield key_error(spec, service.path, RULE, message, "write `subnets: [subnet-...]`")
        elif mode != "awsvpc" and service.block.subnets:
            message = f"subnets mean nothing with network mode {mode}"
            hint = "take them out, or use network_mode: awsvpc"
            yield error(spec, (*service.path, "subnets"), RULE, message, hint)
        if not service.block.subnets and service.block.security_groups and mode != "awsvpc":
            message = f"security groups mean nothing with network mode {mode}"
            hint = "take them out, or use network_mode: awsvpc"
            yield error(spec, (*service.path, "security_groups"), RULE, message, hint)


def _has_subnets(spec: Spec, service: PlacedService) -> bool:
    # Subnets that are written and wrong are told by the grammar.
    wrong = not service.block.subnets and written(spec, (*service.path, "subnets"))
    return bool(service.block.subnets) or wrong or "networkConfiguration" in service.block.aws
