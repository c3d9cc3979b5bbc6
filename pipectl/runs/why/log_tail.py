"""The lines of a failed action's log that matter: the command that failed and what it said last."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pipectl.aws.cloud import Cloud, for_each
from pipectl.errors import PipectlError
from pipectl.runs import streams, tasks
from pipectl.runs.actions import ActionRun
from pipectl.runs.builds import builds
from pipectl.runs.ending import Ending
from pipectl.runs.log_lines import lines_of
from pipectl.runs.logs_service import belongs, ended
from pipectl.runs.streams import of_arn
from pipectl.runs.why.sight import Clouds

TAIL = 200
"""Events at the end of a log that are looked at."""
MOST = 6
"""Lines of output that are told, besides the command."""

_AGENT = re.compile(r"^\[Container\] \S+ \S+ (?P<said>.*)$")
_COMMAND = "Running command "
_FAILED = re.compile(r"^Phase complete: \w+ State: (?!SUCCEEDED)")


def with_logs(clouds: Clouds, end: Ending) -> Ending:
    """The ending, with the lines of each failed action that matter."""
    if not end.failed:
        return end
    found = for_each(partial(tail, clouds), end.failed)
    return replace(end, logs={run.id: lines for run, lines in zip(end.failed, found, strict=True) if lines})


def tail(clouds: Clouds, run: ActionRun) -> tuple[str, ...]:
    """The lines that matter; none when AWS has none, or does not let us see them."""
    try:
        cloud = clouds(run.region)
        if run.provider == "CodeBuild":
            return tuple(_build(cloud, run))
        if run.provider == "ECS":
            return tuple(_service(cloud, run))
        place = of_arn(run.log_stream) if run.log_stream else None
        return tuple(_last(_lines(cloud, *place))) if place else ()
    except PipectlError:
        return ()  # the answer is worth telling without them


def _build(cloud: Cloud, run: ActionRun) -> list[str]:
    found = builds(cloud, [run.external_id]) if run.external_id else {}
    build = found.get(run.external_id or "")
    if build and build.problems:
        return list(build.problems)
    return of_build(_lines(cloud, *build.stream)) if build and build.stream else []


def of_build(lines: Sequence[str]) -> list[str]:
    """The command before the phase that failed, and the last lines of its output."""
    command: str | None = None
    output: list[str] = []
    for line in lines:
        agent = _AGENT.match(line)
        said = agent["said"] if agent else ""
        if agent and _FAILED.match(said):
            break
        if said.startswith(_COMMAND):
            command, output = said.removeprefix(_COMMAND), []
        elif not agent and line.strip():
            output.append(line)
    return [*([command] if command else []), *output[-MOST:]]


def _service(cloud: Cloud, run: ActionRun) -> list[str]:
    """Why the last task of the deployment stopped."""
    cluster, service = (run.configuration.get(key, "") for key in ("ClusterName", "ServiceName"))
    stopped = [task for task in tasks.stopped(cloud, cluster, service) if belongs(run, task)]
    if not stopped:
        return []
    task = stopped[-1]
    told = [
        f"task {task.id[:8]} stopped: {task.reason or 'ECS names no reason'}",
        *map(ended, task.containers),
    ]
    for log in tasks.logs(cloud, task):
        told += _last(_lines(cloud, log.group, log.stream))
    return [line for line in told if line]


def _lines(cloud: Cloud, group: str, stream: str) -> list[str]:
    events = streams.last(cloud, group, stream, TAIL)
    return [line for event in events for line in lines_of(event.message)]


def _last(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()][-MOST:]
