"""Image definitions for a container that the service does not have: the deploy action fails by it."""

import re
from collections.abc import Iterator
from functools import partial

from pipectl.doctor._buildspecs import buildspec, without_comments
from pipectl.doctor._case import Action, Case, Project
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import service as services_kind

TITLE = "container name"
NAME = re.compile(r"""\\?["']?\bname\\?["']?\s*:\s*\\?["']([A-Za-z0-9_-]+)\\?["']""")
"""A name as it stands in image definitions, in whatever quotes; one with a variable is not known."""


def check(case: Case) -> list[Finding]:
    """Every ECS action whose image definitions a build with a readable buildspec writes."""
    found = [action for action in case.actions() if action.provider == "ECS"]
    return each(found, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    cluster, name = action.value("ClusterName"), action.value("ServiceName")
    project = _build(case, action)
    if project is None or not cluster or not name:
        return
    service = case.service(case.stated(services_kind.NAME), f"{cluster}/{name}")
    lines = [line for line in without_comments(buildspec(case, project)).splitlines() if "imageUri" in line]
    written = dict.fromkeys(found for line in lines for found in NAME.findall(line))
    if service is None or not written or not service.containers:
        return
    there = [container["name"] for container in service.containers]
    missing = [found for found in written if found not in there]
    if missing:
        name, has = missing[0], f"{service.title} has {_all(there)}"
        text = f"project {project.name} writes an image for container {name}, but {has}"
        yield wrong(action.title, text, f"call it {_all(there)} in the buildspec, or the container {name}")
    else:
        yield good(action.title, f"gets an image for {_all(list(written))}")


def _build(case: Case, action: Action) -> Project | None:
    """The project whose build makes the input of the action."""
    taken = {found["name"] for found in action.shape.get("inputArtifacts") or []}
    for other in action.pipeline.actions:
        made = {found["name"] for found in other.shape.get("outputArtifacts") or []}
        if other.provider == "CodeBuild" and made & taken:
            named = other.value("ProjectName")
            return next((project for project in case.projects() if project.name == named), None)
    return None


def _all(names: list[str]) -> str:
    return ", ".join(names)
