"""Runtime versions that the build image of a project does not have, or that it passes over."""

from collections.abc import Iterator

from pipectl.facts.runtimes import offered, refusal
from pipectl.kinds.buildspec import Buildspec, buildspec
from pipectl.rules._tools import projects
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "runtime-version"
PATH = ("phases", "install", "runtime-versions")


def check(spec: Spec) -> Iterator[Problem]:
    """Every buildspec that can be seen. Only a doubt: images change, and a build may run in another one."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        if found is not None:
            yield from _versions(found, project.image)


def _versions(found: Buildspec, image: str) -> Iterator[Problem]:
    versions = _part(found.values, PATH)
    if not isinstance(versions, dict) or not versions:
        return
    if offered(image) is None:
        message = f"CodeBuild passes over `runtime-versions`: image {shown(image)} has no choice of runtimes"
        hint = "take them out, or use an image of CodeBuild"
        yield problem_at(found.key_place(PATH), RULE, message, hint, Severity.WARNING)
        return
    for runtime, version in versions.items():
        if runtime == "docker" or not isinstance(version, str) or "$" in version:
            continue  # of docker tells the rule `docker-runtime`
        reason = refusal(image, runtime, version)
        if reason is not None:
            message, _, hint = reason.partition(". This build image has the following ")
            place = found.place((*PATH, runtime))
            yield problem_at(place, RULE, message, f"{image} has {hint}", Severity.WARNING)


def _part(values: object, path: tuple[str, ...]) -> object:
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values
