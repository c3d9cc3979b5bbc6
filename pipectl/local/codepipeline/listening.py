"""Sources that tell nobody when they change are looked at: polled ones, and connections."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from pipectl.local import connections
from pipectl.local.codecommit import archives, store
from pipectl.local.service import Refused

from .actions import source_codecommit, source_s3
from .actions.action import ActionFailedError
from .git_filters import Push, starts
from .records import Polled

if TYPE_CHECKING:
    from pathlib import Path

    from .records import Pipeline
    from .triggers import Triggers

Shape = dict[str, Any]
POLL_S = 15  # how often AWS polls is not documented
INACTIVE = timedelta(days=30)  # API reference, PipelineMetadata
CONNECTION_S = 1
POLLED = {"CodeCommit", "S3"}
SWITCH = "PollForSourceChanges"
_log = logging.getLogger(__name__)


def listen(service: Triggers, pipeline: Pipeline) -> None:
    """Begin to look at a pipeline's sources; it ends when the structure is no longer in force."""
    declaration = pipeline.declaration
    actions = declaration["stages"][0]["actions"]
    _remember(pipeline, actions)
    pipeline.polling_disabled = None
    if is_polled(pipeline):
        _poll(service, pipeline, declaration)
        service.engine.watch.add(partial(_poll, service, pipeline, declaration), POLL_S)
    for action in actions:
        if _detects(action):
            references = _references(service, action)
            look = partial(_hear, service, pipeline, declaration, action, references)
            service.engine.watch.add(look, CONNECTION_S)


def is_polled(pipeline: Pipeline) -> bool:
    """Whether a source of the pipeline is polled: then polling starts it, the first time too."""
    return any(_is_polled(action) for action in pipeline.declaration["stages"][0]["actions"])


def _is_polled(action: Shape) -> bool:
    """User guide, "Default settings for PollForSourceChanges": true when not stated.

    `true` in any case switches it on; `False`, `yes` and `1` do not (docs/aws/codepipeline.md, 3.11:
    recorded).
    """
    stated = action["configuration"].get(SWITCH, "true")
    return action["actionTypeId"]["provider"] in POLLED and bool(stated.lower() == "true")


def _remember(pipeline: Pipeline, actions: list[Shape]) -> None:
    """Keep what was seen of sources that stay the same, polled or not, and forget the others (recorded)."""
    before, pipeline.polled = pipeline.polled, {}
    for action in actions:
        source = {key: value for key, value in action["configuration"].items() if key != SWITCH}
        known = before.get(action["name"])
        same = known is not None and known.source == source
        if known is not None and same:
            pipeline.polled[action["name"]] = Polled(source, known.revision)
        elif _is_polled(action):
            pipeline.polled[action["name"]] = Polled(source)


def _detects(action: Shape) -> bool:
    stated = action["configuration"].get("DetectChanges", "true")
    return action["actionTypeId"]["provider"] == "CodeStarSourceConnection" and bool(stated.lower() == "true")


def _is_over(pipeline: Pipeline, declaration: Shape) -> bool:
    return pipeline.deleted or pipeline.declaration is not declaration


def _poll(service: Triggers, pipeline: Pipeline, declaration: Shape) -> bool:
    """Look at each polled source; one that changed starts an execution of its own (recorded)."""
    if _is_over(pipeline, declaration) or _is_inactive(service, pipeline):
        return True
    for action in declaration["stages"][0]["actions"]:
        if _is_polled(action):
            _look(service, pipeline, action, pipeline.polled[action["name"]])
    return False


def _is_inactive(service: Triggers, pipeline: Pipeline) -> bool:
    """User guide, pipeline structure reference, pollingDisabledAt: after 30 days without an execution.

    Polling begins anew when the pipeline is updated (inferred).
    """
    now = service.world.now()
    if now - pipeline.active <= INACTIVE:
        return False
    pipeline.polling_disabled = now
    return True


def _look(service: Triggers, pipeline: Pipeline, action: Shape, polled: Polled) -> None:
    """A source that cannot be read starts nothing, and its state says why (recorded)."""
    try:
        revision = _revision(service, action)
    except ActionFailedError as failed:
        if polled.problem is None:
            polled.changed = service.world.now()
        polled.problem = failed.problem
        return
    polled.problem = None
    if revision != polled.revision:
        polled.revision = revision
        _start(service, pipeline, "PollForSourceChanges", action["name"], {})


def _revision(service: Triggers, action: Shape) -> str:
    """What the source holds now. Raises ActionFailedError when it cannot be read."""
    configuration = action["configuration"]
    if action["actionTypeId"]["provider"] == "CodeCommit":
        codecommit = service.world.service("codecommit", service.account, service.region)
        return source_codecommit.tip(codecommit, configuration["RepositoryName"], configuration["BranchName"])
    s3 = service.world.moto("s3", service.account, service.region)
    found = source_s3.find(s3, configuration["S3Bucket"], configuration["S3ObjectKey"])
    return str(found.version_id)


def _references(service: Triggers, action: Shape) -> dict[str, str]:
    """The branches and tags behind a connection, by their full names."""
    folder = _folder(service, action)
    if folder is None:
        return {}
    return {
        prefix + name: commit
        for prefix in (store.BRANCHES, store.TAGS)
        for name, commit in store.references(folder, prefix).items()
    }


def _folder(service: Triggers, action: Shape) -> Path | None:
    configuration = action["configuration"]
    return connections.repository(
        service.world, configuration["ConnectionArn"], configuration["FullRepositoryId"]
    )


def _hear(
    service: Triggers, pipeline: Pipeline, declaration: Shape, action: Shape, seen: dict[str, str]
) -> bool:
    """What a push to the host would tell: connections start their pipelines themselves (model, WebhookV2)."""
    if _is_over(pipeline, declaration):
        return True
    now = _references(service, action)
    first_look = not seen  # the repository was linked just now: what is in it was not pushed
    for reference, commit in now.items():
        if seen.get(reference) != commit and not first_look:
            _pushed(service, pipeline, action, reference, seen.get(reference), commit)
    seen.clear()
    seen.update(now)
    return False


def _pushed(
    service: Triggers, pipeline: Pipeline, action: Shape, reference: str, before: str | None, after: str
) -> None:
    folder = _folder(service, action)
    is_branch = reference.startswith(store.BRANCHES)
    name = reference.removeprefix(store.BRANCHES if is_branch else store.TAGS)
    files = archives.differing(folder, before, after) if folder is not None else frozenset[str]()
    push = Push("branch" if is_branch else "tag", name, after, files)
    if starts(_trigger(pipeline, action["name"]), action["configuration"]["BranchName"], push):
        override: Shape = {"revisionType": "COMMIT_ID", "revisionValue": after}
        if is_branch:
            override["branch"] = name
        detail = action["configuration"]["ConnectionArn"]
        _start(service, pipeline, "WebhookV2", detail, {action["name"]: override})


def _trigger(pipeline: Pipeline, name: str) -> Shape | None:
    triggers = pipeline.declaration.get("triggers") or []
    return next((each for each in triggers if each["gitConfiguration"]["sourceActionName"] == name), None)


def _start(
    service: Triggers, pipeline: Pipeline, trigger: str, detail: str, overrides: dict[str, Shape]
) -> None:
    try:
        service.refuse_too_many(pipeline)
    except Refused as refused:
        _log.warning("%s", refused)
        return
    service.engine.start(pipeline, trigger, detail, overrides=overrides)
