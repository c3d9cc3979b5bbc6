"""Policy statements of one's own, for the role of a build: what IAM refuses, and what opens everything."""

import re
from collections.abc import Iterator
from typing import Any

from pipectl.rules._policy import flaws
from pipectl.rules._tools import error, key_warning, projects
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "statement"
SID = re.compile(r"[A-Za-z0-9]+")


def check(spec: Spec) -> Iterator[Problem]:
    """`statements` of every project."""
    for name, project in projects(spec):
        sids = [statement.get("Sid") for statement in project.statements]
        for number, statement in enumerate(project.statements):
            path = ("codebuild", name, "statements", number)
            for flaw in flaws(path, statement, of_resource=False):
                yield error(spec, flaw.path, RULE, flaw.message, flaw.hint)
            yield from _sid(spec, path, statement.get("Sid"), sids[:number])
            if statement.get("Resource") in ("*", ["*"]) and statement.get("Action") in ("*", ["*"]):
                message = "this statement opens the whole account to the build"
                yield key_warning(spec, path, RULE, message, "name the actions and the resources")


def _sid(spec: Spec, path: Path, sid: object, before: list[Any]) -> Iterator[Problem]:
    if not isinstance(sid, str) or not SID.fullmatch(sid):
        message = "a statement needs a `Sid` of letters and digits"
        yield error(spec, (*path, "Sid"), RULE, message, "say in a word what it opens")
    elif sid in before:
        yield error(spec, (*path, "Sid"), RULE, f"another statement is called {shown(sid)} already")
