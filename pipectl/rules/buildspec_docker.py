"""Docker in a build that may not use it (user guide, "sample-docker")."""

import re
from collections.abc import Iterator

from pipectl.kinds.buildspec import buildspec, uses
from pipectl.rules._tools import projects
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "docker-privileged"
DOCKER = re.compile(
    r"(?:^|[\s;&|(`])(?:dockerd\b|(?:docker|docker-compose)(?:\s+-\S+)*\s+"
    r"(?:build|buildx|compose|create|images?|load|network|ps|pull|push|run|save|start|tag|up|volume)\b)"
)
"""What talks with the daemon; `docker login` and `docker version` may not need it."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every project without `privileged`, once."""
    for name, project in projects(spec):
        written = ("codebuild", name, "privileged")
        found = None if project.privileged else buildspec(spec, name, project)
        if found is None or (spec.places.has(written) and not isinstance(spec.places.written(written), bool)):
            continue
        if "privilegedMode" in (project.aws.get("environment") or {}):
            continue
        for command in found.commands():
            if uses(command.text, DOCKER):
                message = f"the build of {name} uses docker, but has no `privileged: true`"
                hint = f"write `privileged: true` under {name}; without it docker's daemon does not run"
                yield found.problem(found.place(command.path), RULE, message, hint)
                break
