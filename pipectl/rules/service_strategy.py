"""Settings of a service that exclude each other, or need each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.facts.deployment_strategies import SHIFTING
from pipectl.rules._tools import PlacedService, error, key_error, services, written
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
            yield from _rebalancing(spec, service)
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
    if (block.deployment.maximum_percent or ALL) > ALL:  # aws/aws-cdk#2209
        message = "a DAEMON has one task on every instance, and no room for a second one beside it"
        hint = "write 100, or leave it out"
        yield error(spec, (*service.path, "deployment", "maximum_percent"), RULE, message, hint)
    for parameter in ("placementStrategy", "volumeConfigurations"):
        if block.aws.get(parameter):  # kayac/ecspresso#402; API reference, UpdateService
            message = f"a DAEMON has one task on every instance and no `{parameter}`"
            yield key_error(spec, (*service.path, "aws", parameter), RULE, message, "take it out")


def _deployment(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    block = service.block
    controller = block.deployment_controller or "ECS"
    if controller == "EXTERNAL":
        message = "with the deployment controller EXTERNAL, task sets have the task definition"
        hint = "pipectl makes no task sets: write `managed: false`, or use another controller"
        yield error(spec, (*service.path, "deployment_controller"), RULE, message, hint)
    elif controller != "ECS" and block.scheduling_strategy == "DAEMON":
        message = f"the deployment controller {controller} cannot deploy a DAEMON"
        yield error(spec, (*service.path, "deployment_controller"), RULE, message, "take one of them out")
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
    raw = service.block.aws.get("deploymentConfiguration")
    strategy = raw.get("strategy") if isinstance(raw, Mapping) else None
    if isinstance(strategy, str) and strategy in SHIFTING:
        return  # both revisions run side by side in full
    least, most = deployment.minimum_healthy_percent, deployment.maximum_percent
    if most == ALL and (ALL if least is None else least) == ALL:
        message = f"nothing can be deployed to {service.title}: all tasks must stay and none may be added"
        path = (*service.path, "deployment", "maximum_percent")
        yield error(spec, path, RULE, message, "lower `minimum_healthy_percent`, or raise `maximum_percent`")


def _rebalancing(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    """Developer guide, "Balancing an Amazon ECS service across Availability Zones"."""
    block = service.block
    if block.availability_zone_rebalancing != "ENABLED":
        return
    reason = next(_not_rebalanced(service), None)
    if reason is not None:
        message = f"ECS cannot rebalance the tasks of {service.title}: {reason}"
        path = (*service.path, "availability_zone_rebalancing")
        yield error(spec, path, RULE, message, "write DISABLED, or leave it out")


def _not_rebalanced(service: PlacedService) -> Iterator[str]:
    block = service.block
    if block.scheduling_strategy == "DAEMON":
        yield "it is a DAEMON"
    if block.launch_type == "EXTERNAL":
        yield "its launch type is EXTERNAL"
    if block.deployment.maximum_percent == ALL:
        yield "its `maximum_percent` is 100"
    if any("loadBalancerName" in balancer for balancer in _mappings(block.aws.get("loadBalancers"))):
        yield "it has a Classic Load Balancer"
    constraints = _mappings(block.aws.get("placementConstraints"))
    if any("ecs.availability-zone" in str(each.get("expression")) for each in constraints):
        yield "a placement constraint names ecs.availability-zone"
    first = next(_mappings(block.aws.get("placementStrategy")), None)
    if first and (first.get("type") != "spread" or "availability-zone" not in str(first.get("field"))):
        yield "its first placement strategy does not spread over Availability Zones"


def _mappings(values: Any) -> Iterator[Mapping[str, Any]]:
    """The mappings of a raw list; what has another type is told by the rule `aws-parameter`."""
    yield from (each for each in (values if isinstance(values, list) else ()) if isinstance(each, Mapping))


def _execute_command(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    """AWS refuses such a service: aws/aws-toolkit-jetbrains#3649."""
    task = service.block.task_definition
    stated = written(spec, (*service.task_path, "task_role"))
    if service.block.execute_command and task is not None and task.task_role is None and not stated:
        message = f"ECS Exec needs a `task_role`, and {service.title} has none"
        hint = "write `task_role: {}` for one that is made, or name one with the ssmmessages permissions"
        yield key_error(spec, (*service.path, "execute_command"), RULE, message, hint)
