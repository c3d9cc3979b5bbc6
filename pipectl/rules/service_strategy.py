"""Settings of a service that exclude each other, or need each other."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedService, error, key_error, key_warning, services, written
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "service-strategy"
ALL = 100


def check(spec: Spec) -> Iterator[Problem]:
    """Launch type, scheduling, deployment controller and percentages (API reference, CreateService)."""
    for service in services(spec):
        if service.block.managed:
            yield from _task(spec, service)
            yield from _launch(spec, service)
            yield from _scheduling(spec, service)
            yield from _deployment(spec, service)
            yield from _percentages(spec, service)
            yield from _execute_command(spec, service)


def _task(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    if service.block.task_definition is None and not written(spec, service.task_path):
        message = f"{service.title} has no `task_definition`"
        hint = "write one, or `managed: false` when somebody else makes the service"
        yield key_error(spec, service.path, RULE, message, hint)


def _launch(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    if service.block.launch_type and service.block.capacity_provider_strategy:
        message = f"{service.title} has a `launch_type` and a `capacity_provider_strategy`"
        yield error(spec, (*service.path, "launch_type"), RULE, message, "take one of them out")


def _scheduling(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    block, path = service.block, (*service.path, "scheduling_strategy")
    if block.scheduling_strategy != "DAEMON":
        return
    if block.is_on_fargate:
        message = "Fargate cannot run a DAEMON, which is one task on every instance"
        yield error(spec, path, RULE, message, "use REPLICA, or launch_type: EC2")
    if block.desired_count is not None:
        message = "a DAEMON has one task on every instance and no `desired_count`"
        yield error(spec, (*service.path, "desired_count"), RULE, message, "take it out")


def _deployment(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    block = service.block
    controller = block.deployment_controller or "ECS"
    if controller != "ECS" and block.deployment.circuit_breaker:
        message = f"the circuit breaker works with the deployment controller ECS, not with {controller}"
        path = (*service.path, "deployment", "circuit_breaker")
        yield error(spec, path, RULE, message, "take it out")
    if controller == "CODE_DEPLOY" and not block.targets:
        message = "the deployment controller CODE_DEPLOY needs a load balancer"
        hint = "write `load_balancer:`, or leave `deployment_controller` out"
        yield error(spec, (*service.path, "deployment_controller"), RULE, message, hint)


def _percentages(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    """With both at 100 no task may stop and none may start (API reference, DeploymentConfiguration)."""
    deployment = service.block.deployment
    least, most = deployment.minimum_healthy_percent, deployment.maximum_percent
    if most == ALL and (ALL if least is None else least) == ALL:
        message = f"nothing can be deployed to {service.title}: all tasks must stay and none may be added"
        path = (*service.path, "deployment", "maximum_percent")
        yield error(spec, path, RULE, message, "lower `minimum_healthy_percent`, or raise `maximum_percent`")


def _execute_command(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    """ECS Exec opens its channel with the task's own role (developer guide, "ecs-exec")."""
    task = service.block.task_definition
    if service.block.execute_command and task is not None and task.task_role is None:
        message = f"ECS Exec needs a `task_role`, and {service.title} has none"
        hint = "give its task definition a role with the ssmmessages permissions"
        yield key_warning(spec, (*service.path, "execute_command"), RULE, message, hint)
