"""Policy statements of one's own for the roles that are made: what IAM refuses, and what opens everything."""

import re
from collections.abc import Iterator
from typing import Any

from pipectl.rules._policy import flaws
from pipectl.rules._tools import error, key_error, key_warning, pipelines, projects, tasks
from pipectl.spec.block import MadeRole
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "statement"
SID = re.compile(r"[A-Za-z0-9]+")

Statements = list[dict[str, Any]]


def check(spec: Spec) -> Iterator[Problem]:
    """`statements` of every project, pipeline, task role and execution role."""
    for path, owner, statements in _lists(spec):
        sids = [statement.get("Sid") for statement in statements]
        for number, statement in enumerate(statements):
            place = (*path, number)
            for flaw in flaws(place, statement, of_resource=False):
                yield error(spec, flaw.path, RULE, flaw.message, flaw.hint)
            yield from _sid(spec, place, statement.get("Sid"), sids[:number])
            if statement.get("Resource") in ("*", ["*"]) and statement.get("Action") in ("*", ["*"]):
                message = f"this statement opens the whole account to the {owner}"
                yield key_warning(spec, place, RULE, message, "name the actions and the resources")
    yield from _unused(spec)


def _lists(spec: Spec) -> Iterator[tuple[Path, str, Statements]]:
    for name, project in projects(spec):
        yield ("codebuild", name, "statements"), "build", project.statements
    for name, pipeline in pipelines(spec):
        yield ("codepipeline", name, "statements"), "pipeline", pipeline.statements
    for service, task in tasks(spec):
        for key, owner in (("task_role", "tasks"), ("execution_role", "ECS agent")):
            role = getattr(task, key)
            if isinstance(role, MadeRole):
                yield (*service.task_path, key, "statements"), owner, role.statements


def _unused(spec: Spec) -> Iterator[Problem]:
    """Statements beside a role of one's own, to which pipectl adds nothing."""
    blocks = [(("codebuild", name), block) for name, block in projects(spec)]
    blocks += [(("codepipeline", name), block) for name, block in pipelines(spec)]  # type: ignore[misc]  # both have a role
    for path, block in blocks:
        if block.role and block.statements:
            message = "`statements` are for the role that pipectl makes, and `role` names another one"
            yield key_error(spec, (*path, "statements"), RULE, message, "take one of them out")


def _sid(spec: Spec, path: Path, sid: object, before: list[Any]) -> Iterator[Problem]:
    if not isinstance(sid, str) or not SID.fullmatch(sid):
        message = "a statement needs a `Sid` of letters and digits"
        yield error(spec, (*path, "Sid"), RULE, message, "say in a word what it opens")
    elif sid in before:
        yield error(spec, (*path, "Sid"), RULE, f"another statement is called {shown(sid)} already")
