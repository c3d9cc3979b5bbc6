"""Things that pipectl makes without being asked and that would get one name.

Roles are one namespace whose letters' case does not count (API reference, CreateRole); a part of a name ends
nowhere, so `a-b` with `c` and `a` with `b-c` meet.
"""

from collections.abc import Iterator

from pipectl.kinds import names
from pipectl.kinds.execution import owner
from pipectl.kinds.notification import NAME as NOTIFICATION
from pipectl.kinds.notification import rule_name
from pipectl.rules._tools import actions, key_error, notifications, pipelines, projects, tasks
from pipectl.spec.block import MadeRole
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "derived-name"
EVENTS = ("CodeCommit", "ECR", "S3")


def check(spec: Spec) -> Iterator[Problem]:
    """Roles of projects, pipelines and services, event rules of sources, and notification rules."""
    taken: dict[tuple[str, str], Path] = {}
    for kind, whose, name, path in _derived(spec):
        same = name if kind == NOTIFICATION else name.lower()
        other = taken.setdefault((kind, same), path)
        if other != path:
            line = spec.places.of_key(other).line
            message = f"the {kind} of {whose} would be called {name}, as the one for line {line}"
            hint = "rename one of them, or give it a `role`" if kind == "role" else "rename one of them"
            yield key_error(spec, path, RULE, message, hint)


def _derived(spec: Spec) -> Iterator[tuple[str, str, str, Path]]:
    for name, project in projects(spec):
        if not project.role:
            yield "role", f"project {name}", _role(spec, name, "build"), ("codebuild", name)
    for name, pipeline in pipelines(spec):
        if not pipeline.role:
            yield "role", f"pipeline {name}", _role(spec, name, "pipeline"), ("codepipeline", name)
    for service, task in tasks(spec):
        named = owner(spec, service.cluster, service.name)
        if task.execution_role is None or isinstance(task.execution_role, MadeRole):
            yield "role", service.title, _role(spec, named, "execution"), service.path
        if isinstance(task.task_role, MadeRole):
            yield "role", f"the tasks of {service.title}", _role(spec, named, "task"), service.path
    yield from _rules(spec)


def _rules(spec: Spec) -> Iterator[tuple[str, str, str, Path]]:
    for notification in notifications(spec):
        rule = rule_name(notification.pipeline, notification.key, notification.block)
        yield NOTIFICATION, f"`{notification.key}`", rule, notification.path
    for each in actions(spec):
        if each.action.provider in EVENTS and each.wire.category == "Source":
            yield "event rule", each.name, names.rule(each.pipeline, each.wire.name), each.path


def _role(spec: Spec, owner_: str, purpose: str) -> str:
    return names.role(spec.name, spec.region or "region", owner_, purpose, spec.role_prefix)
