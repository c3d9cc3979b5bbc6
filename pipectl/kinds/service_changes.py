"""Changes of an ECS service: what UpdateService is sent for them, and those that AWS refuses."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.engine.values import Action, Obstacle, Step
from pipectl.facts import service_updates
from pipectl.kinds import service_words
from pipectl.kinds.kind import merged

RECREATE = "delete the service and create it again, or use another name"
NESTED = frozenset({"deploymentConfiguration", "networkConfiguration"})
"""Parameters of which AWS keeps nothing: what the spec does not state of them is sent as it was found."""
_SHOWN = 3


def parameters(step: Step) -> dict[str, Any]:
    """The parameters of UpdateService for what differs; what is left out stays (API reference)."""
    request = step.resource.request["service"]
    changed = _changed(step) - {"taskDefinition", "launchType", "tags"}
    params: dict[str, Any] = {name: request.get(name) for name in changed}
    if "loadBalancers" in params and params["loadBalancers"] is None:
        params["loadBalancers"] = []  # an empty list removes, leaving it out keeps (API reference)
    if step.changes("launch_type"):
        params["capacityProviderStrategy"] = []  # back to the launch type (API reference, UpdateService)
    if "capacityProviderStrategy" in params:
        params["forceNewDeployment"] = True  # refused without it (pipe-cd/pipecd#6385, kayac/ecspresso#977)
    before = (step.before or {}).get("aws") or {}
    for nested in NESTED & params.keys():
        params[nested] = merged(before.get(nested) or {}, params[nested] or {})
    return params


def replaces_tasks(step: Step) -> bool:
    """Whether a change begins a deployment, which starts all tasks anew."""
    return step.changes("launch_type") or bool(service_updates.REPLACING & _changed(step))


def conflict(step: Step) -> Obstacle | None:
    """Why AWS would refuse a change, or a deployment to the service, before anything is written."""
    if step.before is None:
        return None
    return next(_conflicts(step), None)


def _conflicts(step: Step) -> Iterator[Obstacle]:
    before, name = step.before or {}, step.resource.name
    controller = before.get("deployment_controller") or "ECS"
    if _after(step, "deployment_controller") == "ECS":
        controller = "ECS"  # developer guide, "Migrate CodeDeploy blue/green deployments": changed in place
    if controller != "ECS" and step.resource.request.get("deployed"):
        yield Obstacle(
            f"an ECS action deploys to ecs service `{name}`, whose deployment controller is {controller}",
            "deploy it with a CodeDeployToECS action, or make a service with the deployment controller ECS",
        )
    if step.action is Action.KEEP:
        return
    refused = [path for path in _paths(step) if not service_updates.takes(controller, _parameter(path))]
    if refused:
        yield _refused(name, controller, refused)
    yield from _launch_type(step)
    yield from _rebalancing(step)


def _refused(name: str, controller: str, paths: list[str]) -> Obstacle:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    listed = ", ".join(f"`{path}`" for path in paths[:_SHOWN]) + more
    deploys = "CodeDeploy" if controller == "CODE_DEPLOY" else "a task set (CreateTaskSet)"
    return Obstacle(
        f"{listed} of ecs service `{name}` cannot be changed by UpdateService: its deployment controller is"
        f" {controller}",
        f"bring the change by {deploys}, or take it out of the spec",
    )


def _launch_type(step: Step) -> Iterator[Obstacle]:
    """A launch type is fixed: only a strategy leads from one to another (API reference, UpdateService)."""
    found = (step.before or {}).get("launch_type")
    if found is not None and step.changes("launch_type"):
        wanted = _after(step, "launch_type")
        yield Obstacle(
            f"`launch_type` of ecs service `{step.resource.name}` cannot be changed in place"
            f" ({found} -> {wanted})",
            f"write a `capacity_provider_strategy` in its place, or {RECREATE}",
        )


def _rebalancing(step: Step) -> Iterator[Obstacle]:
    """Developer guide, "Balancing an Amazon ECS service across Availability Zones": not with 100 percent."""
    before = step.before or {}
    rebalancing = _after(step, "availability_zone_rebalancing") or before.get("availability_zone_rebalancing")
    if rebalancing == "ENABLED" and _after(step, "deployment.maximum_percent") == 100:  # noqa: PLR2004  percent
        yield Obstacle(
            f"ecs service `{step.resource.name}` rebalances its tasks between Availability Zones, which needs"
            " a `maximum_percent` above 100",
            "write `availability_zone_rebalancing: DISABLED`, or raise `maximum_percent`",
        )
    placed = step.resource.request["service"].get("placementStrategy") or [{"type": "spread"}]
    field = str(placed[0].get("field", "availability-zone"))
    spreads = placed[0].get("type") == "spread" and "availability-zone" in field
    if rebalancing == "ENABLED" and "placementStrategy" in _changed(step) and not spreads:
        yield Obstacle(
            f"ecs service `{step.resource.name}` rebalances its tasks between Availability Zones, which"
            " needs a `placementStrategy` that spreads over them first",
            "write `availability_zone_rebalancing: DISABLED`, or spread over zones first",
        )


def _after(step: Step, path: str) -> Any:
    return next((each.after for each in step.differences if each.path == path), None)


def _paths(step: Step) -> list[str]:
    return [difference.path for difference in step.differences]


def _changed(step: Step) -> frozenset[str]:
    return frozenset(_parameter(path) for path in _paths(step))


def _parameter(path: str) -> str:
    """The parameter of UpdateService that a path of the spec stands in."""
    word, _, rest = path.partition(".")
    if word == "aws":
        return rest.partition(".")[0]
    named: Mapping[str, str] = {**service_words.PARAMETERS, "task_definition": "taskDefinition"}
    return named.get(word, word)
