"""A build that uses docker where its daemon does not run (user guide of CodeBuild, "sample-docker")."""

import re
from collections.abc import Iterator
from functools import partial

from pipectl.doctor._buildspecs import buildspec, without_comments
from pipectl.doctor._case import Case, Project
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import project as projects_kind

TITLE = "docker build"
DOCKER = re.compile(
    r"(?:^|[\s;&|(`\"'-])docker(?:-compose)?\s+(?:build|buildx|compose|pull|push|run|save|tag)\b",
    re.MULTILINE,
)


def check(case: Case) -> list[Finding]:
    """Every project whose buildspec can be read: inline, or in the CodeCommit repository that it builds."""
    return each(case.projects(), lambda project: project.name, partial(_look, case))


def _look(case: Case, project: Project) -> Iterator[Finding]:
    if (project.shape.get("environment") or {}).get("privilegedMode"):
        return
    text = buildspec(case, project)
    if DOCKER.search(without_comments(text)):
        said = "its build uses docker, and the project may not (no privileged mode)"
        hint = (
            f"turn privileged mode on in the project's environment (`privileged: true` under {project.name})"
        )
        stated = case.stated(projects_kind.NAME).get(project.name)
        may = stated is not None and stated.request["environment"].get("privilegedMode")
        yield wrong(project.name, said, case.mend(projects_kind.NAME, project.name, hint) if may else hint)
    elif text:
        yield good(project.name, "uses no docker")
