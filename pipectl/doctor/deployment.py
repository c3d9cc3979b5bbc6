"""A deploy action that its service cannot answer: another controller, or a timeout that is too short."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.doctor._case import Action, Case, Service
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import service as services_kind

TITLE = "deployment"
LONGEST = 60
"""Minutes of an ECS action, and what it takes when nothing is said (action reference, ECS)."""

MISSING = ("ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException")


def check(case: Case) -> list[Finding]:
    """Every action that deploys to ECS."""
    found = [action for action in case.actions() if action.provider in ("ECS", "CodeDeployToECS")]
    return each(found, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    region = case.cloud.account.region
    if action.shape.get("region") not in (None, region):
        return
    titles = [_service(action)] if action.provider == "ECS" else _of_group(case, action)
    stated = case.stated(services_kind.NAME)
    for title in filter(None, titles):
        service = case.service(stated, title)
        if service is None:
            text = f"its service {title} is not there"
            yield wrong(action.title, text, "make the service, or name another in the action")
        else:
            yield _fits(case, action, service)


def _service(action: Action) -> str:
    cluster, name = action.value("ClusterName"), action.value("ServiceName")
    return f"{cluster}/{name}" if cluster and name else ""


def _of_group(case: Case, action: Action) -> list[str]:
    """The services that a deployment group of CodeDeploy deploys to."""
    application, group = action.value("ApplicationName"), action.value("DeploymentGroupName")
    if not application or not group:
        return []
    answer = find(
        MISSING,
        case.cloud, "codedeploy", "get_deployment_group",
        applicationName=application, deploymentGroupName=group,
    )  # fmt: skip
    found = (answer or {}).get("deploymentGroupInfo", {}).get("ecsServices") or []
    return [f"{each['clusterName']}/{each['serviceName']}" for each in found]


def _fits(case: Case, action: Action, service: Service) -> Finding:
    wanted = "ECS" if action.provider == "ECS" else "CODE_DEPLOY"
    controller = (service.shape.get("deploymentController") or {}).get("type", "ECS")
    if controller != wanted:
        right = "ECS" if controller == "ECS" else "CodeDeployToECS"
        other = "" if controller == "EXTERNAL" else f"use an action of provider {right}, or "
        text = f"deploys services of controller {wanted} only, and {service.title} has {controller}"
        hint = f"{other}make the service anew with controller {wanted}: ECS cannot change it"
        return wrong(action.title, text, hint)
    # CodeDeploy has a patience of its own
    minutes = int(action.value("DeploymentTimeout") or LONGEST) if action.provider == "ECS" else None
    grace = int(service.shape.get("healthCheckGracePeriodSeconds") or 0)
    if minutes is not None and minutes * 60 <= grace:
        text = f"gives up after {minutes} min, but the checks of {service.title} are ignored for {grace} s"
        longer = f"take a timeout above {grace // 60} minutes (`deployment_timeout_minutes`), or less grace"
        hint = (
            longer if grace // 60 < LONGEST else f"take less grace: {LONGEST} minutes is the longest timeout"
        )
        return wrong(action.title, text, hint)
    return good(action.title, f"deploys {service.title}")
