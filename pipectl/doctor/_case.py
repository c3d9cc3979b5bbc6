"""The case: what is examined, as AWS has it, and as the spec says it where AWS has it not yet.

Everything is asked through a Cloud that sends the same read once, so that checks need not know of each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each, in_batches
from pipectl.command import pipectl
from pipectl.engine.values import Resource
from pipectl.kinds import pipeline as pipelines_kind
from pipectl.kinds import project as projects_kind
from pipectl.kinds import service as services_kind

Shape = Mapping[str, Any]

MOST_PROJECTS = 100
"""Names of one BatchGetProjects (API reference)."""


@dataclass(frozen=True)
class Pipeline:
    """One pipeline: its declaration in AWS' shape. It is `live` when AWS has it."""

    name: str
    shape: Shape
    live: bool
    metadata: Shape = field(default_factory=dict)

    @property
    def actions(self) -> "list[Action]":
        """Every action, in the order of the declaration."""
        return [
            Action(self, stage["name"], action)
            for stage in self.shape.get("stages", [])
            for action in stage["actions"]
        ]


@dataclass(frozen=True)
class Action:
    """One action of a pipeline, in AWS' shape."""

    pipeline: Pipeline
    stage: str
    shape: Shape

    @property
    def title(self) -> str:
        """The pipeline, its stage, and the action where it is not called like the stage."""
        action = self.shape["name"]
        own = "" if action == self.stage else f"/{action}"
        return f"{self.pipeline.name}/{self.stage}{own}"

    @property
    def category(self) -> str:
        """As `Source`."""
        return str(self.shape["actionTypeId"]["category"])

    @property
    def provider(self) -> str:
        """As `CodeBuild`."""
        return str(self.shape["actionTypeId"]["provider"])

    def value(self, key: str) -> str | None:
        """A value of its configuration; None too where a variable stands, known only while it runs."""
        found = (self.shape.get("configuration") or {}).get(key)
        return None if found is None or "#{" in found else str(found)


@dataclass(frozen=True)
class Service:
    """One ECS service and its task definition, in AWS' shape. It is `live` when AWS has it."""

    cluster: str
    name: str
    shape: Shape
    definition: Shape
    live: bool

    @property
    def title(self) -> str:
        """The cluster and its service."""
        return f"{self.cluster}/{self.name}"

    @property
    def network(self) -> Shape:
        """Its subnets, security groups and whether tasks get a public address."""
        found: Shape = (self.shape.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
        return found

    @property
    def containers(self) -> list[Shape]:
        """The containers of its task definition."""
        return list(self.definition.get("containerDefinitions") or [])

    @property
    def on_fargate(self) -> bool:
        """Whether its tasks run on Fargate."""
        strategy = self.shape.get("capacityProviderStrategy") or []
        providers = [str(each["capacityProvider"]) for each in strategy]
        launched = self.shape.get("launchType") == "FARGATE"
        return launched or any(provider.startswith("FARGATE") for provider in providers)


@dataclass(frozen=True)
class Project:
    """One CodeBuild project, in AWS' shape. It is `live` when AWS has it."""

    name: str
    shape: Shape
    live: bool


@dataclass(frozen=True)
class Case:
    """Pipelines of one Region, what a spec says of them, and the read-only door to AWS."""

    cloud: Cloud
    names: tuple[str, ...]
    resources: tuple[Resource, ...] = ()
    spec_file: str | None = None
    statements: tuple[Shape, ...] = ()
    """What the spec needs to be allowed, as statements of a policy."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def stated(self, kind: str) -> dict[str, Resource]:
        """What the spec says of one kind, by name; only what it owns."""
        return {each.name: each for each in self.resources if each.kind == kind and each.managed}

    def mend(self, kind: str, name: str, otherwise: str) -> str:
        """The way out: the spec's own where the spec describes the thing."""
        if name in self.stated(kind):
            return f"{pipectl('create', spec=self.spec_file)} sets it right"
        return otherwise

    def pipelines(self) -> list[Pipeline]:
        """The pipelines that there are, in AWS or in the spec."""
        stated = self.stated(pipelines_kind.NAME)
        return [each for each in for_each(partial(self._pipeline, stated), self.names) if each is not None]

    def _pipeline(self, stated: Mapping[str, Resource], name: str) -> Pipeline | None:
        answer = find(["PipelineNotFoundException"], self.cloud, "codepipeline", "get_pipeline", name=name)
        if answer:
            return Pipeline(name, answer["pipeline"], True, answer.get("metadata") or {})
        if name in stated:
            return Pipeline(name, stated[name].request["declaration"], False)
        return None

    def actions(self) -> list[Action]:
        """Every action of every pipeline."""
        return [action for pipeline in self.pipelines() for action in pipeline.actions]

    def services(self) -> list[Service]:
        """The services that the pipelines deploy and those of the spec."""
        deployed = [(each.value("ClusterName"), each.value("ServiceName")) for each in self.actions_of("ECS")]
        stated = self.stated(services_kind.NAME)
        titles = dict.fromkeys([f"{cluster}/{name}" for cluster, name in deployed if cluster and name])
        titles.update(dict.fromkeys(stated))
        return [each for each in for_each(partial(self.service, stated), titles) if each is not None]

    def service(self, stated: Mapping[str, Resource], title: str) -> Service | None:
        """One service by its cluster and name."""
        cluster, _, name = title.partition("/")
        answer = find(
            ["ClusterNotFoundException"],
            self.cloud, "ecs", "describe_services", cluster=cluster, services=[name],
        )  # fmt: skip
        for found in (answer or {}).get("services", []):
            if found["status"] == "ACTIVE":
                return Service(cluster, name, found, self._definition(found), True)
        if title in stated:
            request = stated[title].request
            return Service(cluster, name, request["service"], request["task_definition"], False)
        return None

    def _definition(self, service: Shape) -> Shape:
        """A service whose controller is not ECS may have none of its own; its task sets have."""
        arn = service.get("taskDefinition")
        if not arn:
            return {}
        found: Shape = self.cloud.call("ecs", "describe_task_definition", taskDefinition=arn)[
            "taskDefinition"
        ]
        return found

    def projects(self) -> list[Project]:
        """The projects that the pipelines run and those of the spec."""
        stated = self.stated(projects_kind.NAME)
        names = dict.fromkeys([each.value("ProjectName") or "" for each in self.actions_of("CodeBuild")])
        names.update(dict.fromkeys(stated))
        wanted = [name for name in names if name]
        live = {each["name"]: each for each in in_batches(_projects, self.cloud, wanted, MOST_PROJECTS)}
        there = [name for name in wanted if name in live or name in stated]
        return [
            Project(name, live[name], True)
            if name in live
            else Project(name, stated[name].request, False)
            for name in there
        ]  # fmt: skip

    def actions_of(self, provider: str) -> Iterator[Action]:
        """The actions of one provider in the pipeline's own Region."""
        region = self.cloud.account.region
        for action in self.actions():
            if action.provider == provider and action.shape.get("region") in (None, region):
                yield action


def _projects(cloud: Cloud, names: list[str]) -> list[Shape]:
    return list(cloud.call("codebuild", "batch_get_projects", names=names)["projects"])
