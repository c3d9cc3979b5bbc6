"""What lives: everything that an import reads, each thing once."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipectl.arrive import notifications, pipelines, projects, repositories, services
from pipectl.arrive.looking import Look, owner
from pipectl.arrive.used import Used, images, used
from pipectl.aws.cloud import by_name, find, pages
from pipectl.engine.values import State
from pipectl.errors import PipectlError
from pipectl.kinds import log_group, pipeline, project, service
from pipectl.kinds.kind import Kind
from pipectl.spec.problems import choices

LONGEST = 40
"""Letters of a stack's name (grammar)."""


@dataclass(frozen=True)
class Asked:
    """What the command line names; services as `cluster/service`."""

    pipelines: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    def names(self, kind: Kind, name: str) -> bool:
        """Whether this thing is asked for by its own name."""
        asked = {pipeline.NAME: self.pipelines, service.NAME: self.services, project.NAME: self.projects}
        return name in asked.get(kind.name, ())


class Live:
    """Everything that was read, each thing once."""

    def __init__(self, look: Look, asked: Asked) -> None:
        self.look = look
        self.asked = asked
        self.pipelines = {name: _pipeline(look, name) for name in dict.fromkeys(asked.pipelines)}

    def _there(self, names: Iterable[str], read: Callable[[Look, str], State | None]) -> dict[str, State]:
        """What is there of these names, read side by side."""
        states = by_name(lambda _, name: read(self.look, name), self.look.cloud, names)
        return {name: state for name, state in states.items() if state is not None}

    @cached_property
    def used(self) -> Used:
        """What the pipelines use."""
        return used(self.pipelines.values(), self.look.account)

    @cached_property
    def pipeline_tags(self) -> dict[str, dict[str, str]]:
        """Name -> all tags."""
        return {name: pipelines.all_tags(self.look, name) for name in self.pipelines}

    @cached_property
    def notifications(self) -> dict[str, list[State]]:
        """Pipeline -> its notification rules."""
        return {name: notifications.found(self.look, name) for name in self.pipelines}

    @cached_property
    def topics(self) -> dict[str, State]:
        """Name -> what was found, of the topics of notifications that pipectl has made or would make so."""
        return notifications.topics(
            self.look, [rule for rules in self.notifications.values() for rule in rules]
        )

    @cached_property
    def codecommit(self) -> dict[str, State]:
        """Name -> what was found."""
        return self._there(self.used.codecommit, repositories.codecommit)

    @cached_property
    def projects(self) -> dict[str, State]:
        """Name -> what was found. Those that were asked for must be there."""
        names = dict.fromkeys([*self.used.projects, *self.asked.projects])
        found = self._there(names, projects.found)
        _require(self.look, "codebuild project", self.asked.projects, found)
        return found

    @cached_property
    def services(self) -> dict[str, State]:
        """`cluster/service` -> what was found. Those that were asked for must be there."""
        names = dict.fromkeys([*self.used.services, *self.asked.services])
        found = self._there(names, services.found_service)
        _require(self.look, "ecs service", self.asked.services, found)
        return found

    @cached_property
    def clusters(self) -> dict[str, State]:
        """Name -> what was found, for all services."""
        names = dict.fromkeys(name.partition("/")[0] for name in self.services)
        return self._there(names, services.found_cluster)

    @cached_property
    def ecr(self) -> dict[str, State]:
        """Name -> what was found: sources, what services run, what builds name."""
        texts = [text for state in self.services.values() for text in images_of(state).values()]
        texts += [str(state["aws"]) for state in self.projects.values()]
        names = dict.fromkeys([*self.used.ecr, *images(self.look.account, texts)])
        return self._there(names, repositories.ecr)

    @cached_property
    def stack(self) -> str:
        """The stack that owns what is imported, else a name made of what was asked for."""
        first = next(
            (each for each in [*self.asked.pipelines, *self.asked.services, *self.asked.projects]), ""
        )
        return self._owner or stack_name(first)

    @cached_property
    def _owner(self) -> str | None:
        states = [{"tags": tags} for tags in self.pipeline_tags.values()]
        owners = (owner(state) for state in [*states, *self.services.values(), *self.projects.values()])
        return next((each for each in owners if each), None)

    @property
    def states(self) -> list[State]:
        """Everything with tags."""
        whole = (self.codecommit, self.ecr, self.clusters, self.services, self.projects, self.topics)
        tagged: list[State] = [{"tags": tags} for tags in self.pipeline_tags.values()]
        tagged += [rule for rules in self.notifications.values() for rule in rules]
        return [*(state for each in whole for state in each.values()), *tagged]

    def is_foreign(self, kind: Kind, name: str, state: State) -> bool:
        """Whether the spec only uses it: another stack owns it, or none does and ours is made already."""
        if owner(state) is not None:
            return owner(state) != self.stack
        return self._owner is not None and state.get("tags") is not None and not self.asked.names(kind, name)

    def log_group(self, name: str) -> State | None:
        """A log group that the stack has or may take over: one that is there and is not only used."""
        state = self.look.state(log_group.KIND, name, {})
        return None if state is None or self.is_foreign(log_group.KIND, name, state) else state


def stack_name(text: str) -> str:
    """The nearest name that a stack may have."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    plain = plain if plain[:1].isalpha() else f"stack-{plain}".rstrip("-")
    return (plain if len(plain) > 1 else f"{plain}-stack")[:LONGEST].rstrip("-")


def _require(look: Look, kind: str, asked: Iterable[str], found: Mapping[str, State]) -> None:
    for name in asked:
        if name not in found:
            told = next((each for each in look.lost if name in each), None)
            raise PipectlError(
                told or f"there is no {kind} `{name}` in {look.account.region} of account {look.account.id}",
                hint="`--region` and `--profile` look elsewhere",
            )


def _pipeline(look: Look, name: str) -> Mapping[str, Any]:
    answer = find(("PipelineNotFoundException",), look.cloud, "codepipeline", "get_pipeline", name=name)
    if answer is None:
        raise _no_pipeline(look, name)
    look.saw("pipeline", name)
    return dict(answer["pipeline"])


def _no_pipeline(look: Look, name: str) -> PipectlError:
    names = sorted(each["name"] for each in pages(look.cloud, "codepipeline", "list_pipelines", "pipelines"))
    elsewhere = "`--region` and `--profile` look elsewhere"
    return PipectlError(
        f"there is no pipeline `{name}` in {look.account.region} of account {look.account.id}",
        hint=choices(name, names, "those there are:") if names else elsewhere,
    )


def images_of(state: State) -> dict[str, str]:
    """Container -> image, of a service."""
    raw = state.get("raw_task") or {}
    return {each["name"]: each.get("image", "") for each in raw.get("containerDefinitions", [])}
