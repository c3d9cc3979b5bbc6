"""Secrets that stand in the file as they are. A value is never shown."""

from collections.abc import Iterator

from pipectl.facts.secret_names import is_secret
from pipectl.kinds.buildspec import buildspec
from pipectl.rules._tools import actions, literal, projects, services
from pipectl.spec.places import Path, Place
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "plain-secret"


def check(spec: Spec) -> Iterator[Problem]:
    """The environment of containers, builds and actions."""
    for path, value, hint in _environments(spec):
        if literal(spec, path, value) and is_secret(str(path[-1]), value):
            yield _told(spec.places.of(path), str(path[-1]), hint)
    for name, project in projects(spec):
        found = buildspec(spec, name, project)
        environment = found.values.get("env") if found else None
        variables = environment.get("variables") if isinstance(environment, dict) else None
        for key, value in variables.items() if found and isinstance(variables, dict) else ():
            if found and isinstance(value, str) and is_secret(str(key), value):
                place = found.place(("env", "variables", key))
                yield _told(place, str(key), f"write `parameter-store: {{{key}: NAME}}` under `env:`")


def _environments(spec: Spec) -> Iterator[tuple[Path, str, str]]:
    for service in services(spec):
        for _, container, path in service.containers():
            for name, value in container.environment.items():
                hint = f"write `secrets: {{{name}: NAME-OF-SSM-PARAMETER}}`"
                yield (*path, "environment", name), value, hint
    for project, block in projects(spec):
        for name, each in block.environment.items():
            if isinstance(each, str):
                hint = f"write `{name}: {{parameter_store: NAME}}` or `{{secrets_manager: NAME}}`"
                yield ("codebuild", project, "environment", name), each, hint
    for action in actions(spec):
        for name, value in (action.action.environment or {}).items():
            hint = "give it to the build project, as `{parameter_store: NAME}`"
            yield (*action.path, "environment", name), value, hint


def _told(place: Place, name: str, hint: str) -> Problem:
    message = f"{shown(name)} looks like a secret that everybody can read here"
    return problem_at(place, RULE, message, hint, Severity.WARNING)
