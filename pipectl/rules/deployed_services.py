"""ECS actions that deploy to a service which another deployment controller deploys."""

from collections.abc import Iterator

from pipectl.rules._tools import actions, deployed_service, error
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "deployed-service"


def check(spec: Spec) -> Iterator[Problem]:
    """Every ECS action (user guide, "action-reference-ECS": it calls UpdateService)."""
    for action in actions(spec):
        service = deployed_service(spec, action)
        controller = service.block.deployment_controller if service else None
        if service is not None and controller not in (None, "ECS"):
            message = (
                f"{action.name} cannot deploy to {service.title}: its deployment controller is {controller}"
            )
            hint = "use the provider CodeDeployToECS, or the deployment controller ECS"
            yield error(spec, action.value_path("service"), RULE, message, hint)
