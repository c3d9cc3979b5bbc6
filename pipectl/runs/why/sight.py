"""What `why` looks at first: declaration, stages and newest executions, read side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from pipectl.aws.cloud import Cloud, find, side_by_side
from pipectl.aws.once import Once
from pipectl.runs import executions
from pipectl.runs.declared import Declared
from pipectl.runs.declared import actions as declared_actions
from pipectl.runs.live import deploying, live
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline
from pipectl.runs.stages import stage_state, stage_states
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.scene import changed_at
from pipectl.runs.why.answers import Commit, Place

REMEMBERED = 300
"""Executions among which a commit is looked for, a page at a time."""

Clouds = Callable[[str], Cloud]


@dataclass(frozen=True)
class Sight:
    """A pipeline at one moment. `executions` are the newest first."""

    pipeline: str
    cloud: Cloud
    clouds: Clouds
    declaration: Mapping[str, Any]
    updated: Any
    declared: tuple[Declared, ...]
    stages: tuple[StageState, ...]
    executions: tuple[Execution, ...]
    live_in: Mapping[str, str]

    @property
    def final(self) -> str:
        """The stage in which being live counts: the last one that deploys."""
        return deploying(self.declared)[-1]

    @property
    def sources(self) -> Sequence[Mapping[str, Any]]:
        """The source actions as they are declared; the first one is what is meant where nothing is said."""
        actions: Sequence[Mapping[str, Any]] = self.declaration["stages"][0]["actions"]
        return actions

    @property
    def names(self) -> list[str]:
        """The stages in their order."""
        return [stage.name for stage in self.stages]

    def stage(self, name: str) -> StageState:
        """One stage."""
        return next(stage for stage in self.stages if stage.name == name)

    def before(self, name: str) -> str | None:
        """The stage before a stage."""
        index = self.names.index(name)
        return self.names[index - 1] if index else None

    def execution(self, identity: str) -> Execution:
        """One execution, with as much as is known of it."""
        return next((each for each in self.executions if each.id == identity), Execution(identity))

    def newer(self, execution: Execution) -> list[Execution]:
        """The executions after one, the oldest first."""
        index = next((number for number, each in enumerate(self.executions) if each.id == execution.id), 0)
        return list(reversed(self.executions[:index]))

    def places(self) -> Iterator[Place]:
        """Where something is live, stage by stage."""
        for name in deploying(self.declared):
            if name in self.live_in:
                yield self._place(name, self.live_in[name])

    def _place(self, name: str, identity: str) -> Place:
        stage = self.stage(name)
        targets = [each.target for each in self.declared if each.stage == name and each.category == "Deploy"]
        execution = self.execution(identity)
        since = changed_at(stage) if stage.execution == identity else execution.updated
        return Place(name, ", ".join(filter(None, targets)) or name, execution, since)


def sight(cloud: Cloud, clouds: Clouds, pipeline: str, prefix: str | None) -> Sight:
    """Look at a pipeline; of its executions as many as it takes to find `prefix`, and at least a page.

    Nothing is asked twice: several answers look at the same branch.
    """
    cloud = Once(cloud)
    answer, found, newest = side_by_side([
        partial(find, NOT_THERE, cloud, "codepipeline", "get_pipeline", name=pipeline),
        partial(stage_states, cloud, pipeline),
        partial(_executions, cloud, pipeline, prefix),
    ])  # fmt: skip
    if answer is None:
        raise no_such_pipeline(cloud, pipeline)
    stages = tuple(stage_state(stage, {}, {}) for stage in found)
    return Sight(
        pipeline=pipeline,
        cloud=cloud,
        clouds=clouds,
        declaration=answer["pipeline"],
        updated=(answer.get("metadata") or {}).get("updated"),
        declared=tuple(declared_actions(answer["pipeline"], cloud.account.region)),
        stages=stages,
        executions=tuple(newest),
        live_in=live(cloud, pipeline, stages),
    )


def _executions(cloud: Cloud, pipeline: str, prefix: str | None) -> list[Execution]:
    found: list[Execution] = []
    for each in islice(executions.recent(cloud, pipeline), REMEMBERED):
        found.append(each)
        is_page = len(found) % executions.PAGE == 0
        if is_page and (prefix is None or any(executions.begins(one, prefix) for one in found)):
            break
    return found


def commit_of(execution: Execution, prefix: str | None = None) -> Commit | None:
    """The revision of an execution that begins so; else that of its first source."""
    return revision_of(execution, source_of(execution, prefix))


def source_of(execution: Execution, prefix: str | None = None) -> str | None:
    """The source action whose revision begins so; else the first one that brought something."""
    bare = (prefix or "").removeprefix("sha256:").lower()
    for action, revision in execution.revisions.items():
        if revision.id.removeprefix("sha256:").lower().startswith(bare):
            return action
    return next(iter(execution.revisions), None)


def revision_of(execution: Execution, action: str | None) -> Commit | None:
    """What one source brought to an execution."""
    revision = execution.revisions.get(action or "")
    return Commit(revision.id, revision.summary) if revision else None
