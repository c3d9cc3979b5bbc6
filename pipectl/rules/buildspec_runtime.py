"""The runtime `docker` in `runtime-versions`, which today's build images no longer have."""

from collections.abc import Iterator

from pipectl.kinds.buildspec import buildspec
from pipectl.rules._tools import projects
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "docker-runtime"
RETIRED = ("18", "19", "20")
"""github.com/aws/aws-codebuild-docker-images, #617: the build fails before its first command."""
PATH = ("phases", "install", "runtime-versions", "docker")


def check(spec: Spec) -> Iterator[Problem]:
    """Every buildspec that can be seen. An image of one's own may have it, so it is only a doubt."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        if found is None:
            continue
        version = _version(found.values)
        if version in RETIRED:
            message = f"runtime docker: {version} is gone from today's build images"
            hint = "leave it out of `runtime-versions`, docker is part of the image"
            yield problem_at(found.key_place(PATH), RULE, message, hint, Severity.WARNING)


def _version(values: object) -> str | None:
    for part in PATH:
        values = values.get(part) if isinstance(values, dict) else None
    return None if values is None else str(values).split(".", maxsplit=1)[0]
