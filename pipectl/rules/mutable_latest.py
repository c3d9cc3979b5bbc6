"""A build that pushes `latest` to a repository whose tags cannot be moved."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from pipectl.kinds.buildspec import buildspec, uses
from pipectl.kinds.project_block import Project
from pipectl.kinds.repository import EcrRepository
from pipectl.kinds.wiring import deployed_repositories
from pipectl.rules._tools import projects
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "immutable-latest"
PUSH = re.compile(
    r"\bdocker\b.*\bpush\b.*:latest\b|\bdocker\b.*\bpush\b.*--all-tags|\bdocker\b.*\bbuild\b.*:latest\b.*--push"
)


def check(spec: Spec) -> Iterator[Problem]:
    """Every project that pushes to one repository of the spec. Its second build would fail."""
    for name, project in projects(spec):
        repository = _repository(spec, name, project)
        block = spec.all(EcrRepository).get(repository or "")
        found = buildspec(spec, name, project) if block and not _movable(block) else None
        if found is None or block is None:
            continue
        for command in found.commands():
            if uses(command.text, PUSH):
                mode = f"tags of {repository} are {block.tag_mutability}"
                message = f"the build of {name} pushes `latest`, but {mode}: the second build fails"
                hint = "write `tag_mutability: IMMUTABLE_WITH_EXCLUSION` and `mutable_tags: [latest]`"
                yield problem_at(found.place(command.path), RULE, message, hint, Severity.WARNING)
                break


def _repository(spec: Spec, name: str, project: Project) -> str | None:
    pushes = [project.repository] if project.repository else deployed_repositories(spec, name)
    return pushes[0] if len(pushes) == 1 else None


def _movable(block: EcrRepository) -> bool:
    excluded = any(fnmatchcase("latest", pattern) for pattern in block.mutable_tags)
    immutable = (block.tag_mutability or "MUTABLE").startswith("IMMUTABLE")
    return not immutable or excluded
