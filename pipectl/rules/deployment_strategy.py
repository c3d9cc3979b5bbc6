"""Deployment strategies, under `aws:`, whose numbers are out of bounds or that lack what they shift."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.facts import deployment_strategies as facts
from pipectl.rules._tools import PlacedService, error, key_error, services
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "deployment-strategy"
LAMBDA = "AWS_LAMBDA"


def check(spec: Spec) -> Iterator[Problem]:
    """Every service with a raw deployment configuration (API reference, DeploymentConfiguration)."""
    for service in services(spec):
        configuration = _mapping(service.block.aws, "deploymentConfiguration")
        if service.block.managed and configuration:
            path = (*service.path, "aws", "deploymentConfiguration")
            strategy = str(configuration.get("strategy", "ROLLING"))
            if strategy in facts.SHIFTING:
                yield from _service(spec, (*path, "strategy"), service, strategy)
                yield from _balancers(spec, (*path, "strategy"), service, strategy)
            yield from _minutes(spec, path, configuration, "bakeTimeInMinutes", facts.LONGEST_MINUTES)
            yield from _shifts(spec, path, configuration, strategy)
            yield from _hooks(spec, (*path, "lifecycleHooks"), configuration.get("lifecycleHooks"))


def _mapping(values: Any, key: str) -> Mapping[str, Any]:
    """A mapping below a raw one; what is of another type is told by the rule `aws-parameter`."""
    found = values.get(key) if isinstance(values, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _service(spec: Spec, path: Path, service: PlacedService, strategy: str) -> Iterator[Problem]:
    controller = service.block.deployment_controller or "ECS"
    if controller != "ECS":
        message = f"the strategy {strategy} works with the deployment controller ECS, not with {controller}"
        yield error(spec, path, RULE, message, "take one of them out")
    balanced = service.block.targets or service.block.aws.get("loadBalancers")
    connected = "serviceConnectConfiguration" in service.block.aws or getattr(
        service.block, "service_connect", None
    )
    if strategy in facts.NEED_TRAFFIC and not balanced and not connected:
        message = f"the strategy {strategy} shifts traffic, and {service.title} has none"
        yield error(
            spec, path, RULE, message, "give it a load balancer or Service Connect, or use BLUE_GREEN"
        )


def _balancers(spec: Spec, path: Path, service: PlacedService, strategy: str) -> Iterator[Problem]:
    """AWS's refusal: terraform-aws-modules/terraform-aws-ecs#377."""
    raw = service.block.aws.get("loadBalancers")
    listed = raw if isinstance(raw, list) else []
    bare = [
        number
        for number, balancer in enumerate(listed)
        if isinstance(balancer, Mapping) and not balancer.get("advancedConfiguration")
    ]
    message = f"the strategy {strategy} needs an `advancedConfiguration` of every load balancer"
    hint = "write `aws: {loadBalancers: [...]}` with an alternate target group and its listener rule"
    if service.block.targets:
        yield error(spec, path, RULE, message, hint)
    for number in bare:
        yield error(spec, (*service.path, "aws", "loadBalancers", number), RULE, message)


def _shifts(spec: Spec, path: Path, configuration: Mapping[str, Any], strategy: str) -> Iterator[Problem]:
    for name, own in facts.OWN.items():
        shift = _mapping(configuration, name)
        if name in configuration and strategy != own:
            message = f"{shown(name)} is for the strategy {own}, not for {strategy}"
            yield key_error(spec, (*path, name), RULE, message, f"write `strategy: {own}`, or take it out")
        key, least = facts.PERCENT[name]
        yield from _percent(spec, (*path, name, key), shift.get(key), least)
        yield from _minutes(spec, (*path, name), shift, facts.BAKE[name], facts.LONGEST_MINUTES)


def _percent(spec: Spec, path: Path, value: Any, least: float) -> Iterator[Problem]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    tenths = round(value * 10, 6)
    if not least <= value <= 100 or tenths != int(tenths):  # noqa: PLR2004  percent
        message = f"{shown(str(path[-1]))} must be between {least} and 100.0, in steps of 0.1"
        yield error(spec, path, RULE, message)


def _minutes(
    spec: Spec, path: Path, values: Mapping[str, Any], key: str, most: int, least: int = 0
) -> Iterator[Problem]:
    value = values.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and not least <= value <= most:
        message = f"{shown(key)} must be between {least} and {most}, not {value}"
        yield error(spec, (*path, key), RULE, message)


def _hooks(spec: Spec, path: Path, hooks: Any) -> Iterator[Problem]:
    for number, hook in enumerate(hooks if isinstance(hooks, list) else []):
        if isinstance(hook, Mapping):
            yield from _hook(spec, (*path, number), hook)


def _hook(spec: Spec, path: Path, hook: Mapping[str, Any]) -> Iterator[Problem]:
    """API reference, DeploymentLifecycleHook."""
    kind, stages = hook.get("targetType", LAMBDA), hook.get("lifecycleStages")
    if not stages:
        yield error(spec, path, RULE, "a lifecycle hook needs `lifecycleStages`", "write at least one")
    if kind == LAMBDA and not hook.get("hookTargetArn"):
        hint = "write the function's ARN, or `targetType: PAUSE`"
        yield error(spec, path, RULE, "a lifecycle hook of Lambda needs `hookTargetArn`", hint)
    for index, stage in enumerate(stages if isinstance(stages, list) else []):
        if kind == "PAUSE" and stage in facts.NO_PAUSE:
            message = f"a deployment cannot pause at {stage}"
            yield error(spec, (*path, "lifecycleStages", index), RULE, message, "take another stage")
    waits = _mapping(hook, "timeoutConfiguration")
    here = (*path, "timeoutConfiguration")
    yield from _minutes(spec, here, waits, "timeoutInMinutes", facts.LONGEST_HOOK_MINUTES, 1)
