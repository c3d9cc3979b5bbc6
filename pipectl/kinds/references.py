"""What a spec names without describing it: it must exist in AWS, and pipectl only uses it."""

from collections.abc import Iterator

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.kinds import project, repository, service, source
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.repository import EcrRepository
from pipectl.kinds.source import CodeCommitRepository
from pipectl.kinds.wiring import Wired, wired
from pipectl.spec.spec import Spec


def references(spec: Spec, account: Account) -> Iterator[Resource]:
    """One unmanaged resource for each name that the spec uses here and does not define.

    What an action uses in another Region, or with a role of its own in perhaps another account, is not here.
    """
    for pipeline in spec.all(Pipeline).values():
        if pipeline.managed:
            for wire in wired(pipeline):
                if wire.action.region in (None, account.region) and not wire.action.role:
                    yield from _of_action(spec, account, wire)
    for name in _repositories(spec):
        if name not in spec.all(EcrRepository):
            yield Resource(repository.NAME, name, managed=False)


def _of_action(spec: Spec, account: Account, wire: Wired) -> Iterator[Resource]:
    action = wire.action
    match action.provider:
        case "CodeCommit" if action.repository and action.repository not in spec.all(CodeCommitRepository):
            yield Resource(source.NAME, action.repository, managed=False)
        case "ECR" if action.repository and action.repository not in spec.all(EcrRepository):
            yield Resource(repository.NAME, action.repository, managed=False)
        case "CodeBuild" if action.project and action.project not in spec.all(Project):
            yield Resource(project.NAME, action.project, managed=False)
        case "ECS" if action.cluster and action.service:
            block = spec.all(Cluster).get(action.cluster)
            if block is None or action.service not in block.services:
                yield service.used(spec, account, f"{action.cluster}/{action.service}")


def _repositories(spec: Spec) -> Iterator[str]:
    for block in spec.all(Cluster).values():
        for each in block.services.values():
            containers = each.task_definition.containers.values() if each.task_definition else ()
            yield from (container.repository for container in containers if container.repository)
    yield from (
        block.repository for block in spec.all(Project).values() if block.managed and block.repository
    )
