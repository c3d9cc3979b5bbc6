"""Images that tasks pull from Docker Hub without a login, of which it gives only so many."""

from collections.abc import Iterator
from functools import partial

from pipectl.doctor._case import Case, Service
from pipectl.doctor._finding import Finding, doubt, good
from pipectl.doctor._tools import each

TITLE = "docker hub"
HOSTS = ("docker.io", "index.docker.io", "registry-1.docker.io")


def check(case: Case) -> list[Finding]:
    """Every container of every service."""
    return each(case.services(), lambda service: service.title, partial(_look, case))


def _look(case: Case, service: Service) -> Iterator[Finding]:
    doubted = False
    for container in service.containers:
        image = container.get("image", "")
        if _on_docker_hub(image) and not container.get("repositoryCredentials"):
            text = (
                f"container {container['name']} pulls {image} from Docker Hub without a login: it limits that"
            )
            hint = "take the image from public.ecr.aws, or copy it to a repository of ECR"
            doubted = True
            yield doubt(service.title, text, hint)
    if service.containers and not doubted:
        yield good(service.title, "pulls nothing from Docker Hub without a login")


def _on_docker_hub(image: str) -> bool:
    """An image without a host is Docker Hub's; a host has a dot or a port, or is `localhost`."""
    first, slash, _ = image.partition("/")
    host = first if slash and ("." in first or ":" in first or first == "localhost") else HOSTS[0]
    return bool(image) and host in HOSTS
