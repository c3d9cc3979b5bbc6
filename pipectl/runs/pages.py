"""Where the AWS console shows a pipeline, one execution, a service that it deploys, and the logs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipectl.aws.cloud import Cloud
from pipectl.errors import PipectlError, WrongUsage
from pipectl.facts import console
from pipectl.runs import actions, executions
from pipectl.runs.actions import ActionRun
from pipectl.runs.builds import builds
from pipectl.runs.declared import Declared
from pipectl.runs.declared import actions as declared_actions
from pipectl.runs.logs import is_asked, refuse_unknown
from pipectl.runs.streams import of_arn
from pipectl.spec.problems import few

WHAT = ("pipeline", "execution", "service", "logs")
"""What has a page."""
FAILED = "Failed"


@dataclass(frozen=True)
class Wanted:
    """Which page: `execution` is the beginning of an id or of a commit, `action` a name or its stage's."""

    what: str = WHAT[0]
    execution: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class Page:
    """A page and what it shows, as `execution 7b1d03fe`."""

    url: str
    shows: str


def page(clouds: Callable[[str], Cloud], cloud: Cloud, pipeline: str, wanted: Wanted) -> Page:
    """The page. Raises PipectlError where there is none, and WrongUsage where several could be meant."""
    url, shows = _READERS[wanted.what](clouds, cloud, pipeline, wanted)
    if url is None:
        account = cloud.account
        raise PipectlError(
            f"the console of the partition {account.partition} has no public address",
            hint=f"look there for {shows} in {account.region}, account {account.id}",
        )
    return Page(url, shows)


Found = tuple[str | None, str]
"""The URL, where the partition's console is known, and what it shows."""
Clouds = Callable[[str], Cloud]


def _pipeline(clouds: Clouds, cloud: Cloud, pipeline: str, wanted: Wanted) -> Found:
    return console.pipeline(cloud.account.place, pipeline), f"pipeline {pipeline}"


def _execution(clouds: Clouds, cloud: Cloud, pipeline: str, wanted: Wanted) -> Found:
    identity = _identity(cloud, pipeline, wanted)
    return console.execution(cloud.account.place, pipeline, identity), f"execution {identity}"


def _identity(cloud: Cloud, pipeline: str, wanted: Wanted) -> str:
    if wanted.execution:
        return executions.find(cloud, pipeline, wanted.execution).id
    newest = next(executions.recent(cloud, pipeline, most=1), None)
    if newest is None:
        raise PipectlError(f"{pipeline} has no execution yet", hint="push a commit, or start one")
    return newest.id


def _service(clouds: Clouds, cloud: Cloud, pipeline: str, wanted: Wanted) -> Found:
    declaration = cloud.call("codepipeline", "get_pipeline", name=pipeline)["pipeline"]
    declared = list(declared_actions(declaration, cloud.account.region))
    refuse_unknown(declared, wanted.action)
    meant = [each for each in declared if each.service and is_asked(each, wanted.action)]
    return _of_service(cloud, _only(meant, pipeline), "health")


def _only(declared: list[Declared], pipeline: str) -> tuple[str, str]:
    services = dict.fromkeys(each.service for each in declared if each.service)
    if not services:
        raise PipectlError(f"{pipeline} deploys to no ECS service in its Region, or not by that action")
    if len(services) > 1:
        names = few([f"{each.stage}/{each.action}" for each in declared])
        raise WrongUsage(
            f"{pipeline} deploys to {len(services)} services", hint=f"name one: `--action` {names}"
        )
    return next(iter(services))


def _of_service(cloud: Cloud, service: tuple[str, str], tab: str) -> Found:
    return console.service(cloud.account.place, *service, tab), f"ECS service {'/'.join(service)}"


def _logs(clouds: Clouds, cloud: Cloud, pipeline: str, wanted: Wanted) -> Found:
    """The log of the action that failed, else of the newest that has one."""
    identity = _identity(cloud, pipeline, wanted)
    runs = actions.of_execution(cloud, pipeline, identity)
    refuse_unknown([run.declared for run in runs], wanted.action)
    meant = [run for run in runs if is_asked(run.declared, wanted.action)]
    meant.reverse()
    for run in sorted(meant, key=lambda run: run.status != FAILED):
        if found := _of_run(clouds(run.region), run):
            return found
    raise PipectlError(f"execution {identity[:8]} has written no log in CloudWatch")


def _of_run(cloud: Cloud, run: ActionRun) -> Found | None:
    stream = of_arn(run.log_stream) if run.log_stream else None
    if run.provider == "CodeBuild" and run.external_id:
        build = builds(cloud, [run.external_id]).get(run.external_id)
        stream = build.stream if build else None
    if stream:
        place = replace(cloud.account.place, region=run.region)
        return console.log_stream(place, *stream), f"the log of {run.stage}/{run.name}"
    return _of_service(cloud, run.declared.service, "logs") if run.declared.service else None


_READERS = {"pipeline": _pipeline, "execution": _execution, "service": _service, "logs": _logs}
