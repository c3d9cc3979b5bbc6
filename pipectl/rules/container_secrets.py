"""Secrets of containers that ECS could not read, and names that are given twice."""

import re
from collections.abc import Iterator

from pipectl.kinds.service_block import Container
from pipectl.rules._tools import error, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "container-secrets"
SECRET = re.compile(r"arn:aws(-\w+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:]+(:[^:]*){0,3}")
PARAMETER = re.compile(r"arn:aws(-\w+)*:ssm:[a-z0-9-]+:\d{12}:parameter/.+")
NAME = re.compile(r"[A-Za-z0-9_./-]{1,1011}")
"""Of an SSM parameter (API reference, PutParameter)."""


def check(spec: Spec) -> Iterator[Problem]:
    """`secrets` of every container (API reference, Secret)."""
    for service, _ in tasks(spec):
        for _, container, path in service.containers():
            yield from _secrets(spec, path, container)


def _secrets(spec: Spec, path: Path, container: Container) -> Iterator[Problem]:
    for name, source in container.secrets.items():
        here = (*path, "secrets", name)
        if name in container.environment:
            message = f"`{name}` is in `environment` and in `secrets`"
            yield error(spec, here, RULE, message, "ECS takes a name once; take one of them out")
        if not any(pattern.fullmatch(source) for pattern in (SECRET, PARAMETER, NAME)):
            # The value may be the secret itself, so it is not shown.
            message = f"the source of the secret {shown(name)} is neither a parameter nor a secret"
            yield error(spec, here, RULE, message, HINT)


HINT = "write the name or ARN of an SSM parameter, or the ARN of a Secrets Manager secret"
