"""A pipeline that is watched: looked at again and again, as seldom as it may be, until nothing runs in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipectl.aws.cloud import Cloud, side_by_side
from pipectl.errors import AwsError, NoAnswer, PipectlError
from pipectl.facts.quotas import is_throttle
from pipectl.runs.actions import ActionRun
from pipectl.runs.builds import Build, builds
from pipectl.runs.declared import Declared, actions
from pipectl.runs.executions import recent
from pipectl.runs.failures import Failure, failures
from pipectl.runs.first_push import Urls, urls_of, with_missing_branches
from pipectl.runs.parallel import RUNNING, beside, entered, is_parallel, newest_runs
from pipectl.runs.services import Images, Target, services
from pipectl.runs.stages import pipeline_state, stage_state
from pipectl.runs.state import REMEMBERED, newest_in, refused
from pipectl.runs.streams import last
from pipectl.runs.unseen import Unseen
from pipectl.runs.values import ActionState, Execution, PipelineState, ServiceState, StageState

WORKING, WAITING, IDLE = 5.0, 15.0, 30.0
"""Seconds between two looks: while an action is at work; while all that runs waits for an answer; else.

A look is one call, and two more for a build, one more for a rollout; what seldom changes (executions,
attempts, declaration) is asked for only when the stages have changed. Of a PARALLEL pipeline only executions
and attempts tell that something has changed: two calls more. tests/bench counts it.
"""
LONGEST = 60.0
"""Seconds between two looks at most, however often AWS asks for patience or does not answer."""


@dataclass(frozen=True)
class View:
    """What one look saw, and how long nobody need look again: 0 seconds after the last look.

    `hindered` is why a look saw nothing: it repeats the one before it.
    """

    state: PipelineState
    is_running: bool
    pause: float
    hindered: PipectlError | None = None
    failed: tuple[Failure, ...] = ()
    """What stands as failed, and of a PARALLEL pipeline what has failed while it was watched."""


def views(cloud: Cloud, region: str, pipeline: str, *, forever: bool = False) -> Iterator[View]:
    """One look after the other; whoever takes them pauses as each says. Ends when nothing runs any more.

    An execution before a closed gate does not run; one that waits for an approval, or for a stage to be free,
    does. A look that AWS throttles, or does not answer, repeats the one before it, and the next ones come
    slower; any other error is raised, and every one of the first look.
    """
    watcher, slower, seen = _Watcher(cloud, region, pipeline), 1.0, None
    while True:
        try:
            seen, slower = watcher.look(), max(slower / 2, 1.0)
            view = replace(seen, pause=min(seen.pause * slower, LONGEST))
        except PipectlError as error:
            if seen is None or not _passes(error):
                raise
            slower = min(slower * 2, LONGEST)
            view = replace(seen, pause=min(seen.pause * slower, LONGEST), hindered=error)
        is_last = not (view.is_running or view.hindered or forever)
        yield replace(view, pause=0.0) if is_last else view
        if is_last:
            return


def _passes(error: PipectlError) -> bool:
    """Whether the next look may go well."""
    return isinstance(error, NoAnswer) or (
        isinstance(error, AwsError) and is_throttle(error.code, error.said)
    )


@dataclass
class _Watcher:
    """One pipeline, and what was learnt of it so far."""

    cloud: Cloud
    region: str
    pipeline: str
    version: object = None
    declared: Sequence[Declared] = ()
    bare: tuple[StageState, ...] | None = None
    executions: Sequence[Execution] = ()
    attempts: Sequence[ActionRun] = ()
    services: Mapping[Target, ServiceState] = field(default_factory=dict)
    images: Images = field(default_factory=dict)
    builds: Mapping[str | None, ActionState] = field(default_factory=dict)
    unseen: Unseen = field(default_factory=Unseen)
    urls: Urls = field(default_factory=dict)
    watched: set[str] = field(default_factory=set)
    """The executions that were seen to run."""

    def look(self) -> View:
        """Look once, at no more than is needed."""
        answer = pipeline_state(self.cloud, self.pipeline)
        if answer.get("pipelineVersion") != self.version or self.version is None:
            self._read_declaration(answer.get("pipelineVersion"))
        found = answer.get("stageStates") or []
        by_name = {(each.stage, each.action): each for each in self.declared}
        if is_parallel(self.executions):  # the stages tell nothing of them
            side_by_side([self._read_executions, self._read_attempts])
        bare = self._apart(tuple(stage_state(stage, {}, by_name) for stage in found))
        side_by_side(self._wanted(bare))
        self.bare = bare
        known = {each.id: each for each in self.executions}
        stages = self._apart(tuple(stage_state(stage, known, by_name) for stage in found))
        self.urls = self.urls or urls_of(self.cloud, [stages])
        stages = with_missing_branches(stages, self.executions, self.urls)
        stages = tuple(map(self._filled, stages))
        running = tuple(self.services[target] for target in self._targets() if target in self.services)
        state = PipelineState(
            self.pipeline,
            self.region,
            stages,
            running,
            next(iter(self.executions), None) or newest_in(stages),
            beside(self.executions, self.attempts) if is_parallel(self.executions) else (),
            refused(running, self.unseen),
        )
        is_running = runs(stages, self.executions)
        self.watched |= {each.id for each in self.executions if each.status in RUNNING}
        failed = failures(state, self.executions, self.watched)
        return View(state, is_running, _pause(stages, is_running=is_running), failed=failed)

    def _apart(self, stages: tuple[StageState, ...]) -> tuple[StageState, ...]:
        """The stages of a PARALLEL pipeline as its newest execution has them."""
        if not is_parallel(self.executions):
            return stages
        return entered(stages, self.executions[0].id, self.attempts)

    def _wanted(self, stages: tuple[StageState, ...]) -> Iterator[Callable[[], None]]:
        """What has to be asked for, now that the stages stand so."""
        fresh, idle = stages != self.bare, not any(stage.status in RUNNING for stage in stages)
        if not is_parallel(self.executions):
            if fresh or idle:
                yield self._read_executions
            if fresh:
                yield self._read_attempts
        at_work = [action for stage in stages for action in stage.actions if action.status == "InProgress"]
        if fresh or any(action.service for action in at_work):
            yield self._read_services
        failed = [action for stage in stages for action in stage.actions if action.status == "Failed"]
        asked = [*at_work, *(action for action in failed if action.run not in self.builds)]
        yield partial(self._read_builds, [each for each in asked if each.provider == "CodeBuild"])

    def _read_declaration(self, version: object) -> None:
        answer = self.unseen.ask(partial(self.cloud.call, "codepipeline", "get_pipeline", name=self.pipeline))
        self.declared = list(actions(answer["pipeline"], self.region)) if answer else []
        self.version = version

    def _read_executions(self) -> None:
        found = self.unseen.ask(lambda: list(recent(self.cloud, self.pipeline, most=REMEMBERED)))
        self.executions = found or []

    def _read_attempts(self) -> None:
        """Only the newest page: of an action that has not run for so long only its end is told."""
        self.attempts = self.unseen.ask(partial(newest_runs, self.cloud, self.pipeline)) or []

    def _read_services(self) -> None:
        self.services = services(self.cloud, self._targets(), self.images)

    def _targets(self) -> list[Target]:
        return list(dict.fromkeys(each.service for each in self.declared if each.service))

    def _read_builds(self, wanted: Iterable[ActionState]) -> None:
        """Of those at work the phase and the last line, of a failed one what CodeBuild could not do."""
        by_build = {action.external_id: action for action in wanted if action.external_id}
        found = self.unseen.ask(partial(builds, self.cloud, list(by_build))) or {} if by_build else {}
        told = side_by_side([partial(self._told, by_build[each.id], each) for each in found.values()])
        ended = {run: action for run, action in self.builds.items() if action.status == "Failed"}
        self.builds = ended | {action.run: action for action in told}

    def _told(self, action: ActionState, build: Build) -> ActionState:
        if build.is_complete:
            return replace(action, log_line=next(iter(build.problems), None))
        stream = build.stream
        events = self.unseen.ask(lambda: last(self.cloud, *stream, count=1)) if stream else []
        lines = [line for event in events or [] for line in event.message.splitlines() if line.strip()]
        return replace(action, phase=build.phase or None, log_line=lines[-1] if lines else None)

    def _filled(self, stage: StageState) -> StageState:
        return replace(stage, actions=tuple(self._timed(each, stage.execution) for each in stage.actions))

    def _timed(self, action: ActionState, execution: str | None) -> ActionState:
        run = next((each for each in self.attempts if each.id == action.run), None)
        build = self.builds.get(action.run)
        if build is not None:
            action = replace(action, phase=build.phase, log_line=build.log_line)
        return replace(action, started=run.started) if run and run.execution == execution else action


def runs(stages: Iterable[StageState], executions: Iterable[Execution]) -> bool:
    """Whether anything goes on by itself, or when somebody answers."""
    found = list(stages)
    held = {each for stage in found if not stage.gate.enabled for each in stage.inbound}
    return any(stage.status in RUNNING for stage in found) or any(
        each.status in RUNNING and each.id not in held for each in executions
    )


def _pause(stages: Sequence[StageState], *, is_running: bool) -> float:
    if not is_running:
        return IDLE
    at_work = [action for stage in stages for action in stage.actions if action.status == "InProgress"]
    return WAITING if at_work and all(action.token for action in at_work) else WORKING
