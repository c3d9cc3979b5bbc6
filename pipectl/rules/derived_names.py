"""Things that pipectl makes without being asked and that would get one name.

Roles are one namespace whose letters' case does not count (API reference, CreateRole); a part of a name ends
nowhere, so `a-b` with `c` and `a` with `b-c` meet.
"""

from collections import Counter
from collections.abc import Iterator

from pipectl.kinds import names
from pipectl.rules._tools import actions, key_error, pipelines, projects, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "derived-name"
EVENTS = ("CodeCommit", "ECR", "S3")


def check(spec: Spec) -> Iterator[Problem]:
    """Roles of projects, pipelines and services, and event rules of sources."""
    taken: dict[tuple[str, str], Path] = {}
    for kind, owner, name, path in _derived(spec):
        other = taken.setdefault((kind, name.lower()), path)
        if other != path:
            line = spec.places.of_key(other).line
            message = f"the {kind} of {owner} would be called {name}, as the one for line {line}"
            hint = "rename one of them" if kind == "event rule" else "rename one of them, or give it a `role`"
            yield key_error(spec, path, RULE, message, hint)


def _derived(spec: Spec) -> Iterator[tuple[str, str, str, Path]]:
    region = spec.region or "region"
    for name, project in projects(spec):
        if not project.role:
            yield "role", f"project {name}", names.role(spec.name, region, name, "build"), ("codebuild", name)
    for name, pipeline in pipelines(spec):
        if not pipeline.role:
            yield (
                "role",
                f"pipeline {name}",
                names.role(spec.name, region, name, "pipeline"),
                ("codepipeline", name),
            )
    found = [(service, task) for service, task in tasks(spec) if not task.execution_role]
    same = Counter(service.name for service, _ in found)
    for service, _ in found:
        alone = same[service.name] == 1
        owner = service.name if alone else f"{service.cluster}-{service.name}"
        yield "role", service.title, names.role(spec.name, region, owner, "execution"), service.path
    for each in actions(spec):
        if each.action.provider in EVENTS and each.wire.category == "Source":
            yield "event rule", each.name, names.rule(each.pipeline, each.wire.name), each.path
