"""PipelineState as a screen: stages from top to bottom, the gates between them, what waits."""

import enum
from collections.abc import Iterator, Sequence
from datetime import datetime

from pipectl.command import first_push, git_push, is_elsewhere, pipectl
from pipectl.facts import console
from pipectl.render.error import permission
from pipectl.render.harmless import harmless
from pipectl.render.hold import closed_text, warnings
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import quoted
from pipectl.render.text import cut, pad, plain, width, wrapped
from pipectl.render.times import ago, duration
from pipectl.runs.failures import BAD
from pipectl.runs.first_push import is_missing
from pipectl.runs.services import awaits_first_deployment
from pipectl.runs.stages import failed_condition
from pipectl.runs.until import LONGEST
from pipectl.runs.values import (
    ActionState,
    Condition,
    Deployment,
    Execution,
    MissingBranch,
    PipelineState,
    ServiceState,
    StageState,
)

RAIL = 5
"""Where the line between the stages runs."""
ACTIONS = 14
PROVIDER = 12
LONGEST_COMMIT = 50
"""Cells of the commit of an execution that waits."""
SHORTEST_MESSAGE = 10
"""A shorter piece of a commit's message tells nothing."""
LONG_STAGE, LONG_ACTION = 30, 24
"""Cells of a name; a longer one moves nothing but its own line."""
BEHIND = 5
"""Executions that are named of those that wait behind the next one."""
NARROW = 20
"""Cells beside a label in which nothing can be read: what is told then stands below it."""

LOGGING = ("CodeBuild", "ECS", "Commands", "ECRBuildAndPublish")
"""Providers whose actions leave more than their error behind."""

_MARKS = {"Succeeded": Mark.DONE, "Failed": Mark.FAILED, "InProgress": Mark.RUNNING}
_WORDS = {"Succeeded": "", "Failed": "failed ", "InProgress": "running, since "}


class Fold(enum.IntEnum):
    """How much is left away where a screen is low; each leaves away what the one before it does."""

    NOTHING = 0
    DONE = 1
    """What a stage did that is done with it."""
    PASSED = 2
    """The lines between the stages, and the stages that everything has come through."""


def status_text(state: PipelineState, look: Look, now: datetime, *, fold: Fold = Fold.NOTHING) -> str:
    """The whole screen."""
    newest = state.execution.id if state.execution else None
    names = [width(stage.name) for stage in state.stages]
    column = max([ACTIONS - 4, *(cells + 2 for cells in names if cells <= LONG_STAGE)])
    services = {(service.cluster, service.service): service for service in state.services}
    passed = _passed(state.stages, newest) if fold is Fold.PASSED else []
    lines = [_headline(state, look), "", *_passed_lines(passed, look)]
    for number, stage in enumerate(state.stages):
        if stage in passed:
            continue
        lines += _gate_lines(stage, look, now, newest)
        if fold is not Fold.PASSED and (number or stage.waiting or not stage.gate.enabled):
            lines.append(f"{' ' * RAIL}{look.mark(Mark.OPEN)}")
        lines += _stage_lines(stage, look, now, column, newest)
        is_folded = fold is not Fold.NOTHING and stage.status in (None, "Succeeded")
        for action in () if is_folded else stage.actions:
            service = services.get(action.service) if action.service else None
            lines += _action_lines(stage, action, service, look)
        lines += _ways_on(stage, look, newest)
    return "\n".join([*lines, *_beside(state, look, now), *_refused(state, look)])


def _passed(stages: Sequence[StageState], newest: str | None) -> list[StageState]:
    """The stages at the beginning that the newest execution has come through, where those are several."""
    found: list[StageState] = []
    for stage in stages:
        if (
            (stage.status, stage.execution) != ("Succeeded", newest)
            or stage.waiting
            or not stage.gate.enabled
        ):
            break
        found.append(stage)
    return found if len(found) > 1 else []


def _passed_lines(passed: Sequence[StageState], look: Look) -> Iterator[str]:
    if passed:
        told = f"{plain(passed[0].name)} to {plain(passed[-1].name)}, {len(passed)} stages"
        yield f"  {look.mark(Mark.DONE)} {cut(told, look.limit(look.width - 4))}"


def _refused(state: PipelineState, look: Look) -> Iterator[str]:
    """Why the picture has only a part."""
    if state.refused:
        told = f"AWS denies {', '.join(permission(*each) for each in state.refused)}: not all is shown"
        head, *more = wrapped(told, look.width - 4)
        yield from ("", f"  {look.mark(Mark.ASKS)} {head}", *(f"    {line}" for line in more))


def _beside(state: PipelineState, look: Look, now: datetime) -> Iterator[str]:
    """The other executions of a PARALLEL pipeline that run, a line each."""
    if state.beside:
        yield from ("", "  running beside it:")
    for each in state.beside:
        execution = each.execution
        place = f"in {each.stage}" if each.stage else "begins"
        since = f", started {ago(execution.started, now)}" if execution.started else ""
        told = f"{short(execution.id)} {place}{since}"
        commit = _commit(execution, look.width - width(told) - 4 - width(look.dot))
        yield f"    {plain(told)}{look.dot if commit else ''}{commit}"


def short(identity: str) -> str:
    """The first eight characters of an execution's id, the first seven of a commit's."""
    return plain(identity[:8] if "-" in identity else identity[:7])


def _headline(state: PipelineState, look: Look) -> str:
    ran = state.execution
    told = f"execution {short(ran.id)}" if ran else "has never run"
    revision = short(ran.revision) if ran and ran.revision else ""
    room = look.width - width(told) - 2 * width(look.dot)
    name = cut(state.pipeline, look.limit(room - width(revision)))
    commit = _commit(ran, look.limit(room - width(name))) if ran else ""
    return look.dot.join([look.bold(name), told, *([commit] if commit else [])])


def _commit(execution: Execution, room: int) -> str:
    revision = short(execution.revision) if execution.revision else ""
    behind = f" ({revision})" if revision else ""
    left = room - width(behind) - 2
    if not execution.message or left < SHORTEST_MESSAGE:
        return revision
    return f'"{cut(plain(execution.message), left)}"{behind}'


def _gate_lines(stage: StageState, look: Look, now: datetime, newest: str | None) -> Iterator[str]:
    rail = f"{' ' * RAIL}{look.mark(Mark.OPEN)}"
    if not stage.gate.enabled:
        head, *more = wrapped(closed_text(stage.gate, now), look.width - RAIL - 2)
        yield f"{' ' * RAIL}{look.mark(Mark.CLOSED)} {look.paint(head, 'red')}"
        yield from (f"{rail} {look.paint(line, 'red')}" for line in more)
        for warning in warnings(stage.gate, now):
            yield from _marked(warning, rail, look)
    for told in _queue(stage, now, newest):
        yield from (f"{rail} {line}" for line in wrapped(told, look.width - RAIL - 2))


def _marked(warning: str, rail: str, look: Look) -> Iterator[str]:
    head, *more = wrapped(warning, look.width - RAIL - 4)
    yield f"{rail} {look.mark(Mark.ASKS)} {head}"
    yield from (f"{rail}   {line}" for line in more)


def _queue(stage: StageState, now: datetime, newest: str | None) -> Iterator[str]:
    if stage.waiting:
        yield _waits(stage, stage.waiting[0], now, newest)
    if behind := [_named(each, newest) for each in stage.waiting[1:]]:
        more = f" and {len(behind) - BEHIND} more" if len(behind) > BEHIND else ""
        yield f"behind it: {', '.join(behind[:BEHIND])}{more}"


def _named(execution: Execution, newest: str | None) -> str:
    """An execution by its id, and by its commit unless the headline tells that."""
    commit = _commit(execution, LONGEST_COMMIT) if execution.id != newest else ""
    return f"{short(execution.id)}{f' {commit}' if commit else ''}"


def _waits(stage: StageState, waiting: Execution, now: datetime, newest: str | None) -> str:
    """Which execution waits before the gate, and what lets it in."""
    who = _named(waiting, newest)
    if stage.gate.enabled:
        return f"{who} waits here until {stage.name} is free"
    if stage.gate.changed_at and now - stage.gate.changed_at > LONGEST:
        return f"{who} waits here, for more than 30 days: it does not go on when the gate opens"
    return f"{who} waits here; {pipectl('enable-transition', stage.name)} lets it in"


def _stage_lines(
    stage: StageState, look: Look, now: datetime, column: int, newest: str | None
) -> Iterator[str]:
    is_new = stage.missing is not None and stage.missing.is_first
    mark = look.mark(Mark.KEPT if is_new else _mark(stage.status))
    told = "has no commit yet" if is_new else _when(stage, now)
    if stage.execution and stage.execution != newest:
        is_done = stage.status == "Succeeded"
        known = stage.entered if stage.entered and not is_done else Execution(stage.execution)
        told += f", execution {_named(known, newest)}"
    name = cut(stage.name, look.limit(look.width - 5))
    column = max(column, width(name) + 2)
    if column + 5 + width(told) <= look.width:
        yield f"  {look.bold(pad(name, column))}{mark}  {told}"
    else:
        yield f"  {look.bold(pad(name, column))}{mark}"
        yield from (f"{' ' * ACTIONS}{line}" for line in wrapped(told, look.width - ACTIONS))


def _when(stage: StageState, now: datetime) -> str:
    if stage.status is None:
        return "has never run"
    word = _WORDS.get(stage.status, f"{stage.status.lower()} ")
    changed = [action.changed_at for action in stage.actions if action.changed_at]
    if not changed:
        return word.strip().removesuffix(", since") or "succeeded"
    moment = max(changed)
    if stage.status == "InProgress":
        began = [
            action.started for action in stage.actions if action.started and action.status == stage.status
        ]
        return f"running{_for(began, now)}" if began else f"running, last change {ago(moment, now)}"
    began = [action.started for action in stage.actions if action.started]
    took = f", took {duration((moment - min(began)).total_seconds())}" if began else ""
    return f"{word}{ago(moment, now)}{took}"


def _for(began: list[datetime], now: datetime) -> str:
    """How long the first of what is at work has taken; at first it has taken nothing."""
    seconds = int((now - min(began)).total_seconds())
    return f" for {duration(float(seconds)).replace('.0', '')}" if seconds > 0 else ""


def _mark(status: str | None) -> Mark:
    return _MARKS.get(status or "", Mark.KEPT)


def _action_lines(
    stage: StageState, action: ActionState, service: ServiceState | None, look: Look
) -> Iterator[str]:
    provider = max([PROVIDER, *(width(each.provider or each.name) + 2 for each in stage.actions)])
    label = pad(plain(action.provider or action.name), provider)
    if len(stage.actions) > 1:
        room = max(look.width - ACTIONS - 4 - provider, 8)
        longest = min(max(width(each.name) for each in stage.actions), LONG_ACTION, room)
        name = pad(cut(action.name, look.limit(longest)), longest)
        label = f"{look.mark(_mark(action.status))} {name}  {label}"
    indent = ACTIONS + (2 + longest + 2 if len(stage.actions) > 1 else 0) + provider
    is_below = look.width - indent < NARROW
    indent = ACTIONS + 2 if is_below else indent
    told = [
        part for line in _details(action, service, (stage,)) for part in wrapped(line, look.width - indent)
    ]
    first, *more = ["", *told] if is_below or not told else told
    yield f"{' ' * ACTIONS}{label}{first}".rstrip()
    yield from (" " * indent + line for line in more)
    if stage.missing and stage.missing.is_first and is_missing(action.provider, action.error):
        return
    if action.error:
        folded = wrapped(plain(action.error), look.width - ACTIONS - 4, whole=True)
        yield from (f"{' ' * (ACTIONS + 2)}{look.paint('| ' + line, 'red')}" for line in folded)
    if action.log_line:
        folded = wrapped(plain(harmless(action.log_line, colour=False)), look.width - ACTIONS - 4, whole=True)
        yield from (f"{' ' * (ACTIONS + 2)}{look.faint('| ' + line)}" for line in folded)
    if action.error and action.url and not (is_elsewhere() and console.is_page(action.url)):
        # A link that is cut or folded cannot be followed, so it may be wider than the screen.
        yield f"{' ' * (ACTIONS + 2)}{plain(action.url)}"


def _ways_on(stage: StageState, look: Look, newest: str | None) -> list[str]:
    """What to type below a stage that failed, or is asked for an approval."""
    if any(map(_is_asked, stage.actions)):
        return _typed(f"{pipectl('approve')} or {pipectl('reject')} answers", look)
    if stage.missing:
        return _typed(_push(stage.missing), look)
    if stage.status != "Failed" or stage.execution is None:
        return []
    other = [] if stage.execution == newest else ["--execution", short(stage.execution)]
    failed = [action for action in stage.actions if action.status in BAD]
    condition = failed_condition(stage) if not failed else None
    if condition is not None:
        return _typed(_past(stage, condition), look)
    logs, retry = pipectl("logs", *other), pipectl("retry", stage.name)
    has_log = any(action.provider in LOGGING for action in failed)
    return _typed(f"{logs} shows all of it, {retry} tries again" if has_log else f"{retry} tries again", look)


def _past(stage: StageState, condition: Condition) -> str:
    """What goes on past a condition that failed its stage: there is no action to try again."""
    if condition.type == "ON_FAILURE":  # AWS lets nobody override one after a failure
        return f"{pipectl('start')} runs the pipeline anew"
    return f"{pipectl('override', stage.name)} goes on in spite of its condition"


def _push(missing: MissingBranch) -> str:
    if missing.is_first:
        return first_push(missing.url, missing.branch, missing.repository)
    url = missing.url
    step = git_push(url, missing.branch) if url else f"pushing {missing.branch} to {missing.repository}"
    return f"{step} brings branch {missing.branch} back"


def _typed(told: str, look: Look) -> list[str]:
    return [f"{' ' * ACTIONS}{line}" for line in wrapped(told, look.width - ACTIONS)]


def _is_asked(action: ActionState) -> bool:
    return bool(action.token) or (action.provider == "Manual" and action.status == "InProgress")


def _details(
    action: ActionState, service: ServiceState | None, stages: Sequence[StageState]
) -> Iterator[str]:
    """What the action worked on and what became of it."""
    if _is_asked(action):
        yield "waits for approval"
    elif service:
        yield f"{action.target}  {counts_text(service)}"
        is_told = service.rollout and not service.is_draining
        if awaits_first_deployment(stages, service):
            yield "no image yet: waits for the pipeline's first deployment"
            return
        told = [*map(_image, service.images), *([_rollout(service)] if is_told else [])]
        if told:
            yield ", ".join(told)
        if len(service.deployments) > 1:
            yield from map(_deployment, service.deployments)
    elif action.revision:
        message = f" {quoted(action.summary)}" if action.summary else ""
        yield f"{action.target or ''} {short(action.revision)}{message}".strip()
    elif action.provider == "CodeBuild" and action.external_id and ":" in action.external_id:
        project, _, build = action.external_id.rpartition(":")
        yield plain(f"{project}:{build[:8]}{f', in {action.phase}' if action.phase else ''}")
    elif action.target:
        yield plain(action.target)
    elif action.summary and not action.error:
        yield quoted(action.summary)


def counts_text(service: ServiceState) -> str:
    """How many tasks run, or why that is not told."""
    if service.desired is None:
        return "is not to be seen" if service.refused else "is not there"
    if service.is_draining:
        return f"is being deleted, {service.running} running"
    return f"{service.running}/{service.desired} running"


def _deployment(each: Deployment) -> str:
    """How far a rollout is: what comes, and what goes."""
    word = "new" if each.status == "PRIMARY" else "old"
    told = [f"{each.running}/{each.desired} running"]
    told += [
        f"{count} {what}" for count, what in ((each.pending, "pending"), (each.failed, "failed")) if count
    ]
    return plain(f"{word} {each.revision}  {', '.join(told)}")


def _image(image: str) -> str:
    """The image without its registry, when that is an account's own."""
    registry, _, name = image.partition("/")
    return plain(name if ".dkr.ecr." in registry and name else image)


def _rollout(service: ServiceState) -> str:
    word = (service.rollout or "").lower().replace("_", " ")
    reason = f": {plain(service.rollout_reason)}" if service.rollout_reason and word == "failed" else ""
    return f"rollout {word}{reason}"
