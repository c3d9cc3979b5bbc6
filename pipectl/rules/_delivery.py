"""Which build's output is deployed to which service: what rules between buildspecs and services look at."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipectl.kinds.image_definitions import file_of
from pipectl.kinds.project_block import Project
from pipectl.kinds.service_block import TaskDefinition
from pipectl.rules._tools import PlacedAction, PlacedService, actions_of, deployed_service, pipelines
from pipectl.spec.spec import Spec


@dataclass(frozen=True)
class Delivery:
    """An ECS action, the build that makes its input, and the service that it deploys to."""

    build: PlacedAction
    project: Project
    deploy: PlacedAction
    service: PlacedService | None
    task: TaskDefinition | None

    @property
    def file(self) -> str:
        """The image definitions that the action reads."""
        return file_of(self.deploy.action)


def deliveries(spec: Spec) -> Iterator[Delivery]:
    """Every ECS action whose input a described project makes."""
    for name, block in pipelines(spec):
        found = actions_of(name, block)
        makers = {output: each for each in found for output in each.wire.outputs}
        for each in found:
            if each.action.provider != "ECS" or len(each.wire.inputs) != 1:
                continue
            build = makers.get(each.wire.inputs[0])
            project = spec.all(Project).get(build.action.project or "") if build else None
            if build is not None and project is not None and build.action.provider == "CodeBuild":
                service = deployed_service(spec, each)
                yield Delivery(
                    build, project, each, service, service.block.task_definition if service else None
                )
