"""What rules share: problems with their place, and the things of a spec with their paths."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.kinds import BLOCKS
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.notification_block import Notification
from pipectl.kinds.pipeline_block import Action, Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.service_block import Container, Service, TaskDefinition
from pipectl.kinds.wiring import Wired, wired
from pipectl.spec.block import Block
from pipectl.spec.grammar import file_model
from pipectl.spec.models import fields_at
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity, nearest
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec


def error(spec: Spec, path: Path, rule: str, message: str, hint: str | None = None) -> Problem:
    """A mistake in the value at a path."""
    return problem_at(spec.places.of(path), rule, message, hint, Severity.ERROR)


def warning(spec: Spec, path: Path, rule: str, message: str, hint: str | None = None) -> Problem:
    """What only may be wrong with the value at a path."""
    return problem_at(spec.places.of(path), rule, message, hint, Severity.WARNING)


def key_error(spec: Spec, path: Path, rule: str, message: str, hint: str | None = None) -> Problem:
    """A mistake in a name: it is shown at the key."""
    return problem_at(spec.places.of_key(path), rule, message, hint, Severity.ERROR)


def key_warning(spec: Spec, path: Path, rule: str, message: str, hint: str | None = None) -> Problem:
    """What only may be wrong with a name or with the thing behind it."""
    return problem_at(spec.places.of_key(path), rule, message, hint, Severity.WARNING)


def key_note(spec: Spec, path: Path, rule: str, message: str, hint: str | None = None) -> Problem:
    """What is right, and good to know of a name or of the thing behind it."""
    return problem_at(spec.places.of_key(path), rule, message, hint, Severity.NOTE)


def literal(spec: Spec, path: Path, value: Any) -> bool:
    """Whether a value stands in the file as it is; what a variable or a file brought in may be a secret."""
    return bool(spec.places.written(path) == value)


def written(spec: Spec, path: Path) -> bool:
    """Whether the file says something there, be it wrong or under a misspelt key, which the grammar tells."""
    if spec.places.written(path) not in (None, "", [], {}):
        return True
    beside = spec.places.written(path[:-1]) if spec.places.has(path[:-1]) else None
    if not isinstance(beside, dict):
        return False
    known = frozenset(fields_at(file_model(BLOCKS), path[:-1]))
    return any(_meant(str(key), known) == path[-1] for key in beside if key not in known)


@functools.lru_cache(maxsize=1_000)
def _meant(key: str, known: frozenset[str]) -> str | None:
    return nearest(key, sorted(known))


@dataclass(frozen=True)
class PlacedAction:
    """An action of a pipeline that pipectl makes, wired, with its path."""

    pipeline: str
    block: Pipeline
    wire: Wired

    @property
    def stage_path(self) -> Path:
        """Where its stage stands."""
        return ("codepipeline", self.pipeline, "stages", self.wire.stage_number)

    @property
    def path(self) -> Path:
        """Where it stands."""
        return (*self.stage_path, "actions", self.wire.action_number)

    @property
    def action(self) -> Action:
        """The action as the file writes it."""
        return self.wire.action

    @property
    def name(self) -> str:
        """Its name in a message."""
        return f"action `{self.wire.name}`"

    @property
    def turn(self) -> tuple[int, int]:
        """When it runs: its stage, and its run order there."""
        return self.wire.stage_number, self.action.run_order

    def value_path(self, key: str) -> Path:
        """Where one of its values stands, or would stand."""
        return (*self.path, key)


def pipelines(spec: Spec) -> Iterator[tuple[str, Pipeline]]:
    """The pipelines that pipectl makes."""
    for name, block in spec.all(Pipeline).items():
        if block.managed:
            yield name, block


class _Same:
    """A pipeline by its identity: its values cannot be hashed, and every rule asks for its wiring."""

    def __init__(self, block: Pipeline) -> None:
        self.block = block

    def __hash__(self) -> int:
        return id(self.block)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.block is other.block


@functools.lru_cache(maxsize=1_000)
def _placed(pipeline: str, same: _Same) -> tuple[PlacedAction, ...]:
    return tuple(PlacedAction(pipeline, same.block, wire) for wire in wired(same.block))


def actions_of(pipeline: str, block: Pipeline) -> Sequence[PlacedAction]:
    """The actions of one pipeline."""
    return _placed(pipeline, _Same(block))


def actions(spec: Spec) -> Iterator[PlacedAction]:
    """The actions of all pipelines that pipectl makes."""
    for name, block in pipelines(spec):
        yield from actions_of(name, block)


@dataclass(frozen=True)
class PlacedNotification:
    """A notification of a pipeline that pipectl makes, with its path."""

    pipeline: str
    key: str
    block: Notification

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("codepipeline", self.pipeline, "notifications", self.key)

    def listed(self, spec: Spec, key: str, values: Sequence[str]) -> Iterator[tuple[Path, str]]:
        """The values of a list with their paths; one may stand without the list's brackets."""
        path = (*self.path, key)
        is_list = isinstance(spec.places.written(path), list)
        for number, value in enumerate(values):
            yield (*path, number) if is_list else path, value


def notifications(spec: Spec) -> Iterator[PlacedNotification]:
    """The notifications of all pipelines that pipectl makes."""
    for name, block in pipelines(spec):
        for key, notification in block.notifications.items():
            yield PlacedNotification(name, key, notification)


@dataclass(frozen=True)
class PlacedService:
    """A service with its path."""

    cluster: str
    name: str
    block: Service

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("ecs", self.cluster, "services", self.name)

    @property
    def title(self) -> str:
        """Its name in a message."""
        return f"service {self.cluster}/{self.name}"

    @property
    def task_path(self) -> Path:
        """Where its task definition stands."""
        return (*self.path, "task_definition")

    def container_path(self, name: str) -> Path:
        """Where one of its containers stands."""
        return (*self.task_path, "containers", name)

    def containers(self) -> Iterator[tuple[str, Container, Path]]:
        """Its containers with their paths."""
        for name, container in (
            self.block.task_definition.containers.items() if self.block.task_definition else ()
        ):
            yield name, container, self.container_path(name)


def services(spec: Spec) -> Iterator[PlacedService]:
    """All services, also those that pipectl only uses."""
    for cluster, block in spec.all(Cluster).items():
        for name, service in block.services.items():
            yield PlacedService(cluster, name, service)


def deployed_service(spec: Spec, action: PlacedAction) -> PlacedService | None:
    """The service of the spec that an ECS action deploys to; None for another action or another service.

    An action in another Region, or with a role of another account, deploys to a service there.
    """
    name = action.action.service or ""
    block = spec.all(Cluster).get(action.action.cluster or "")
    if (
        action.action.provider != "ECS"
        or block is None
        or name not in block.services
        or _elsewhere(spec, action)
    ):
        return None
    return PlacedService(action.action.cluster or "", name, block.services[name])


def _elsewhere(spec: Spec, action: PlacedAction) -> bool:
    region, role = action.action.region, action.action.role
    return region not in (None, spec.region) or (role is not None and role.split(":")[4] != spec.account)


def tasks(spec: Spec) -> Iterator[tuple[PlacedService, TaskDefinition]]:
    """The services that pipectl makes, with their task definitions."""
    for service in services(spec):
        if service.block.managed and service.block.task_definition is not None:
            yield service, service.block.task_definition


def projects(spec: Spec) -> Iterator[tuple[str, Project]]:
    """The build projects that pipectl makes."""
    for name, block in spec.all(Project).items():
        if block.managed:
            yield name, block


THINGS = {
    "codecommit": "CodeCommit repository",
    "ecr": "ECR repository",
    "ecs": "cluster",
    "codebuild": "build project",
    "codepipeline": "pipeline",
    "sns": "topic",
}
"""What the entries of each block are called in a message."""


def named(spec: Spec) -> Iterator[tuple[Path, Block]]:
    """Everything that a spec describes by its name, services included, with its path."""
    for key, entries in spec.blocks.items():
        yield from (((key, name), block) for name, block in entries.items())
    yield from ((service.path, service.block) for service in services(spec))
