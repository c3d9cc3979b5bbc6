"""Secrets that stand in the file as they are. A value is never shown."""

import re
from collections.abc import Iterator

from pipectl.kinds.buildspec import buildspec
from pipectl.rules._tools import actions, literal, projects, services
from pipectl.spec.places import Path, Place
from pipectl.spec.problems import Problem, Severity, shown
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "plain-secret"
NAME = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|PWD|TOKEN|SECRET|SECRET_KEY\w*|PRIVATE_KEY|API_?KEY|ACCESS_KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
VALUE = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_"
    r"\w{30,}|\bxox[abpr]-[\w-]{10,}|\bsk_live_\w{10,}|\w://[^/\s:@]+:[^/\s:@$#{]+@"
)
HARMLESS = re.compile(
    r"(?:true|false|none|null|yes|no|on|off|\d{0,3}|#\{.*\}|\$.*|/[\w./-]*|arn:.*|file:.*)", re.IGNORECASE
)
"""Switches, references and paths: a name like TOKEN may mean where the token is."""


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


def is_secret(name: str, value: str) -> bool:
    """Whether a variable of this name and value is a secret, by all that can be told from outside."""
    if VALUE.search(value):
        return True
    return NAME.search(name) is not None and not HARMLESS.fullmatch(value)


def _told(place: Place, name: str, hint: str) -> Problem:
    message = f"{shown(name)} looks like a secret that everybody can read here"
    return problem_at(place, RULE, message, hint, Severity.WARNING)
