"""Which action makes what another one takes: names, default outputs and default inputs of a pipeline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipectl.aws.account import Account
from pipectl.kinds import names
from pipectl.kinds.pipeline_block import Action, Pipeline, Stage
from pipectl.kinds.providers import Provider, provider
from pipectl.spec.spec import Spec


@dataclass(frozen=True)
class Wired:
    """An action with its name, its artifacts and what is known of its provider.

    `ambiguous` holds the outputs among which the spec must choose, when it named no input and two could be
    meant; `inputs` is empty then.
    """

    stage: Stage
    action: Action
    name: str
    stage_number: int
    action_number: int
    provider: Provider | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()

    @property
    def category(self) -> str | None:
        """What the action is for: as stated, or what its provider is for."""
        return self.action.category or (self.provider.category if self.provider else None)


def wired(pipeline: Pipeline) -> list[Wired]:
    """Every action of a pipeline, in the order of the file."""
    made: list[Wired] = []
    for number, stage in enumerate(pipeline.stages):
        made += _stage(stage, number, made)
    return made


def _stage(stage: Stage, number: int, before: list[Wired]) -> list[Wired]:
    made: dict[int, Wired] = {}
    order = sorted(range(len(stage.actions)), key=lambda index: stage.actions[index].run_order)
    for index in order:
        action = stage.actions[index]
        earlier = [each for each in made.values() if each.action.run_order < action.run_order]
        made[index] = _action(stage, number, index, [*before, *earlier])
    return [made[index] for index in sorted(made)]


def _action(stage: Stage, number: int, index: int, earlier: list[Wired]) -> Wired:
    action = stage.actions[index]
    known = provider(action.provider, action.category, first_stage=number == 0)
    name = action.name or stage.name
    inputs, ambiguous = _inputs(action, known, earlier)
    outputs = _outputs(action, known, name)
    return Wired(stage, action, name, number, index, known, inputs, outputs, ambiguous)


def _outputs(action: Action, known: Provider | None, name: str) -> tuple[str, ...]:
    if action.outputs is not None:
        return tuple(action.outputs)
    return (names.artifact(name),) if known and known.name_output else ()


def _inputs(
    action: Action, known: Provider | None, earlier: list[Wired]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if action.inputs is not None:
        return tuple(action.inputs), ()
    if known is None or known.inputs[0] == 0:
        return (), ()
    newest = _newest(earlier)
    return (newest, ()) if len(newest) == 1 else ((), newest)


def _newest(earlier: Iterable[Wired]) -> tuple[str, ...]:
    """The outputs of the latest place (stage and run order) that has any."""
    makers = [each for each in earlier if each.outputs]
    if not makers:
        return ()
    latest = max((each.stage_number, each.action.run_order) for each in makers)
    return tuple(
        output
        for each in makers
        if (each.stage_number, each.action.run_order) == latest
        for output in each.outputs
    )


def deployed_repositories(spec: Spec, project: str) -> list[str]:
    """The repositories of the services that a project's output is deployed to.

    A build whose output an ECS action takes must have pushed the image that the output names.
    """
    found: set[str] = set()
    for pipeline in spec.all(Pipeline).values():
        actions = wired(pipeline)
        built = {output for each in actions if each.action.project == project for output in each.outputs}
        for each in actions:
            if each.action.provider == "ECS" and built & set(each.inputs):
                found |= set(_repositories(spec, each.action.cluster, each.action.service))
    return sorted(found)


def deployed_services(spec: Spec, account: Account) -> set[str]:
    """The services, as `cluster/service`, that ECS actions of the spec deploy to in this account and Region.

    What has the same name elsewhere is another service: an action with `region`, or with a role of another
    account, deploys there.
    """
    return {
        f"{wire.action.cluster}/{wire.action.service}"
        for pipeline in spec.all(Pipeline).values()
        for wire in wired(pipeline)
        if wire.action.provider == "ECS" and _is_here(wire.action, account)
    }


def _is_here(action: Action, account: Account) -> bool:
    elsewhere = action.region not in (None, account.region)
    return not elsewhere and (action.role is None or action.role.split(":")[4] == account.id)


def delivered_repositories(spec: Spec, cluster: str, service: str) -> set[str]:
    """The repositories of the spec's builds whose output an ECS action deploys to a service.

    The image that such a build names is in the repository that it pushes to, whatever the first image is.
    """
    from pipectl.kinds.project_block import Project

    projects = spec.all(Project)
    found: set[str] = set()
    for pipeline in spec.all(Pipeline).values():
        actions = wired(pipeline)
        taken = {
            name
            for wire in actions
            if wire.action.provider == "ECS"
            and (wire.action.cluster, wire.action.service) == (cluster, service)
            for name in wire.inputs
        }
        builds = [projects.get(wire.action.project or "") for wire in actions if taken & set(wire.outputs)]
        found |= {build.repository for build in builds if build and build.repository}
    return found


def _repositories(spec: Spec, cluster: str | None, service: str | None) -> Iterator[str]:
    from pipectl.kinds.cluster import Cluster

    block = spec.all(Cluster).get(cluster or "")
    found = block.services.get(service or "") if block else None
    if found and found.task_definition:
        yield from (each.repository for each in found.task_definition.containers.values() if each.repository)
