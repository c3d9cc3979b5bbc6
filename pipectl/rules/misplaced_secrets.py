"""A secret that stands where its name belongs: AWS would look for a parameter that is called so."""

from collections.abc import Iterator

from pipectl.facts.secret_names import is_misplaced_secret
from pipectl.kinds.buildspec import Buildspec, buildspec
from pipectl.kinds.project_block import SecretValue
from pipectl.rules._tools import error, projects, services
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "misplaced-secret"
HINT = "put it into SSM or Secrets Manager, write its name here, and change the secret: it was readable"


def check(spec: Spec) -> Iterator[Problem]:
    """The secrets of containers, projects and buildspecs. A value is never shown."""
    for service in services(spec):
        for _, container, path in service.containers():
            for name, value in container.secrets.items():
                if is_misplaced_secret(value):
                    yield error(spec, (*path, "secrets", name), RULE, _message(name), HINT)
    for project, block in projects(spec):
        for name, variable in block.environment.items():
            if isinstance(variable, SecretValue) and is_misplaced_secret(variable.text):
                key = "secrets_manager" if variable.secrets_manager else "parameter_store"
                place = ("codebuild", project, "environment", name, key)
                yield error(spec, place, RULE, _message(name), HINT)
        yield from _of_buildspec(buildspec(spec, project, block))


def _of_buildspec(found: Buildspec | None) -> Iterator[Problem]:
    environment = found.values.get("env") if found else None
    for key in ("parameter-store", "secrets-manager"):
        names = environment.get(key) if isinstance(environment, dict) else None
        for name, value in names.items() if isinstance(names, dict) else ():
            if found and isinstance(value, str) and is_misplaced_secret(value):
                place = found.place(("env", key, name))
                yield problem_at(place, RULE, _message(str(name)), HINT, Severity.ERROR)


def _message(name: str) -> str:
    return f"{shown(name)} has a secret where only the name of one belongs"
