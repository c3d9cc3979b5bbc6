"""Whose a container's image is: the pipeline's that deploys it, or the spec's."""

from collections.abc import Iterator

from pipectl.aws.account import Account
from pipectl.kinds.image_definitions import deployed_containers
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.repository import EcrRepository
from pipectl.kinds.service_block import Container, Service, TaskDefinition
from pipectl.kinds.wiring import deployed_services, wired
from pipectl.spec.spec import Spec


def images_of_the_pipeline(
    spec: Spec, account: Account, name: tuple[str, str], service: Service, task: TaskDefinition
) -> list[str]:
    """The containers of a service (`name`: its cluster and its name) whose image the pipeline deploys.

    Those with a `repository`, and those that the image definitions name. Where a build does not say what it
    names: the only container, or what the pipeline pushes to. CodeDeploy brings a whole task definition.
    """
    if _by_code_deploy(spec, service):
        return list(task.containers)
    owned = {each for each, container in task.containers.items() if container.repository}
    if "/".join(name) in deployed_services(spec, account):
        named = deployed_containers(spec, *name)
        owned |= set(_supposed(spec, account, task, owned)) if named is None else named
    return [each for each in task.containers if each in owned]


def _by_code_deploy(spec: Spec, service: Service) -> bool:
    """Whether a CodeDeployToECS action may deploy it; that action does not name its service."""
    return service.deployment_controller == "CODE_DEPLOY" and any(
        each.action.provider == "CodeDeployToECS"
        for pipeline in spec.all(Pipeline).values()
        for each in wired(pipeline)
    )


def _supposed(spec: Spec, account: Account, task: TaskDefinition, owned: set[str]) -> set[str]:
    """What a build that cannot be read deploys.

    Where nothing tells it, an image of the spec's own repositories with a moving tag (`latest`) is
    taken to be deployed; a version that is written out is the spec's.
    """
    if len(task.containers) == 1:
        return set(task.containers)
    pushed = {f"{account.registry}/{name}" for name in _pushed(spec)}
    found = {name for name, each in task.containers.items() if _repository(each) in pushed}
    if found or owned:
        return found
    ours = {f"{account.registry}/{name}" for name in spec.all(EcrRepository)}
    return {name for name, each in task.containers.items() if _repository(each) in ours and _moves(each)}


def _pushed(spec: Spec) -> Iterator[str]:
    """The repositories that a build or an action of the spec pushes to."""
    yield from (each.repository for each in spec.all(Project).values() if each.repository)
    for pipeline in spec.all(Pipeline).values():
        for each in wired(pipeline):
            if each.action.provider == "ECRBuildAndPublish" and each.action.repository:
                yield each.action.repository


def _repository(container: Container) -> str:
    """The repository of an image, without its tag and digest."""
    name = str(container.image).partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _moves(container: Container) -> bool:
    image = str(container.image)
    return "@" not in image and image.removeprefix(_repository(container)) in ("", ":latest")
