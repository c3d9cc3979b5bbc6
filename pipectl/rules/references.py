"""Names of things that the spec does not describe, but something of nearly that name."""

import re
from collections.abc import Collection, Iterator, Mapping

from pipectl.kinds.cluster import Cluster
from pipectl.rules._tools import THINGS, PlacedAction, actions, error, notifications, projects, services
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "reference"
ACTIONS = {
    "CodeCommit": ("repository", "codecommit"),
    "ECR": ("repository", "ecr"),
    "ECRBuildAndPublish": ("repository", "ecr"),
    "CodeBuild": ("project", "codebuild"),
    "CodePipeline": ("pipeline", "codepipeline"),
    "ECS": ("cluster", "ecs"),
}
"""Which key of a provider names a thing, and the block that describes such things."""
MOST_LETTERS = 2
"""By how much a slip is longer or shorter than what was meant."""
MOST_CANDIDATES = 1_000
MOST_COMPARED = 2_000
"""Names that are looked at for slips; a file with more of them is none that a person wrote."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every reference by name. What is like no name of the spec is looked up in AWS."""
    described = {key: _described(spec, (key,)) for key in THINGS}
    searches = 0
    for path, key, name in _references(spec):
        searches += 0 if name in described[key] else min(len(described[key]), MOST_CANDIDATES)
        near = _slip(name, described[key]) if searches <= MOST_COMPARED else None
        if near is not None:
            message = f"there is no {THINGS[key]} {shown(name)} in this spec"
            other = f"one that stands elsewhere is written `{name}: {{managed: false}}` under `{key}`"
            yield error(spec, path, RULE, message, f"did you mean `{near}`? Else {other}")
    for each in actions(spec):
        if each.action.provider == "ECS" and each.action.cluster and each.action.service:
            yield from _service(spec, each, each.action.cluster, each.action.service)


def _references(spec: Spec) -> Iterator[tuple[Path, str, str]]:
    for each in actions(spec):
        key, block = ACTIONS.get(each.action.provider, (None, ""))
        name = getattr(each.action, key) if key else None
        if key and name:
            yield each.value_path(key), block, name
    yield from _topics(spec)
    for name, project in projects(spec):
        if project.repository:
            yield ("codebuild", name, "repository"), "ecr", project.repository
    for service in services(spec):
        for _, container, path in service.containers():
            if container.repository:
                yield (*path, "repository"), "ecr", container.repository


def _topics(spec: Spec) -> Iterator[tuple[Path, str, str]]:
    for notification in notifications(spec):
        for path, target in notification.listed(spec, "to", notification.block.to):
            if not target.startswith("arn:"):
                yield path, "sns", target


def _described(spec: Spec, path: Path) -> Mapping[str, object]:
    """The names that the file has there, also of things that have mistakes."""
    written = spec.places.written(path)
    return written if isinstance(written, dict) else {}


def _slip(name: str, described: Collection[str]) -> str | None:
    """The name that was meant. Names that differ in their numbers only are meant as they are."""
    if name in described or "#{" in name:
        return None
    near = nearest(name, described)
    if near is None or abs(len(near) - len(name)) > MOST_LETTERS:
        return None
    return None if re.sub(r"\d+", "0", near) == re.sub(r"\d+", "0", name) else near


def _service(spec: Spec, each: PlacedAction, cluster: str, service: str) -> Iterator[Problem]:
    described = _described(spec, ("ecs", cluster, "services"))
    block = spec.all(Cluster).get(cluster)
    if block is None or service in described or "#{" in service:
        return
    near = nearest(service, described)
    if not block.managed and near is None:
        return
    message = f"cluster {cluster} of this spec has no service {shown(service)}"
    other = f"one that somebody else makes is written `{service}: {{managed: false}}` there"
    listed = f"it has {', '.join(described)}; {other}" if described else other
    hint = f"did you mean `{near}`? Else {other}" if near else listed
    yield error(spec, each.value_path("service"), RULE, message, hint)
