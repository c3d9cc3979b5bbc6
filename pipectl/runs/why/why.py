"""Put the question: which commit is meant, which execution has it, and what holds that one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pipectl.aws.cloud import Cloud
from pipectl.errors import PipectlError, WrongUsage
from pipectl.runs import executions
from pipectl.runs.clone import clone_url
from pipectl.runs.declared import providers
from pipectl.runs.values import Execution, Gate
from pipectl.runs.verbs.scene import changed_at
from pipectl.runs.why import commits, ended, never_seen, passed
from pipectl.runs.why.again import again
from pipectl.runs.why.answers import (
    PUSHED,
    Answer,
    Approval,
    Commit,
    Failed,
    Live,
    NeverSeen,
    Replaced,
    Running,
    Superseded,
    Verdict,
    Why,
)
from pipectl.runs.why.changed import changed
from pipectl.runs.why.commits import Branch
from pipectl.runs.why.sight import Clouds, Sight, commit_of, revision_of, sight, source_of
from pipectl.runs.why.waiting import waiting
from pipectl.spec.problems import shown

WHOLE = ("S3", "ECR")
"""Sources of which every version is the whole: a newer one contains no older one."""

_ANSWERS: Mapping[str, Callable[[Sight, Execution], Answer]] = {
    "InProgress": waiting,
    "Stopping": waiting,
    "Failed": ended.failed,
    "Superseded": ended.superseded,
    "Stopped": ended.stopped,
    "Cancelled": ended.cancelled,
    "Succeeded": passed.no_more,
}
"""By the status of the execution."""


def why(cloud: Cloud, clouds: Clouds, pipeline: str, prefix: str | None) -> Why:
    """Why a commit is not live; without one it is the newest."""
    if prefix is not None and len(prefix.removeprefix("sha256:")) < executions.SHORTEST:
        hint = f"at least {executions.SHORTEST} characters of it"
        raise WrongUsage(f"{shown(prefix)} is too short to name a commit", hint=hint)
    seen = sight(cloud, clouds, pipeline, prefix)
    found, commit = _meant(seen, prefix)
    if not found:
        return _without_execution(seen, commit, prefix)
    return _about(seen, found, commit_of(found[0], prefix), source_of(found[0], prefix))


def _meant(seen: Sight, prefix: str | None) -> tuple[list[Execution], Commit | None]:
    """The executions of the commit, newest first, and the commit when they do not tell it."""
    if prefix is not None:
        found = [each for each in seen.executions if executions.begins(each, prefix)]
        return (executions.of_one_name(found, prefix) if found else []), None
    where = commits.branch(seen, seen.sources[0]["name"])
    tip = commits.tip(seen, where) if where else None
    if tip is None:
        newest = next((each for each in seen.executions if each.type != "ROLLBACK"), None)
        return ([newest] if newest else []), None
    found = [each for each in seen.executions if executions.begins(each, tip)]
    return found, commits.known(seen, where.repository, tip) if where and not found else None


def _about(seen: Sight, found: Sequence[Execution], commit: Commit | None, source: str | None) -> Why:
    """The answer from the executions of a source's commit: the newest counts, unless an older one is live."""
    if passed.is_live(seen, found):
        live = next(each for each in found if each.id == seen.live_in[seen.final])
        other = changed(seen, live)
        return _told(seen, commit, Verdict.NOT_LIVE if other else Verdict.LIVE, other or Live(), live)
    execution = next((each for each in found if each.type != "ROLLBACK"), found[0])
    answer = _ANSWERS[execution.status or "InProgress"](seen, execution)
    verdict = Verdict.NOT_LIVE
    if isinstance(answer, Superseded | Replaced) and commit and source:
        if included := passed.included(seen, commit, source, found):
            return _told(seen, commit, Verdict.LIVE, included, execution)
        if isinstance(answer, Replaced):
            answer = replace(answer, contains=_contains(seen, answer, commit, source))
            verdict = Verdict.UNKNOWN if answer.contains is None else Verdict.NOT_LIVE
    return _told(seen, commit, verdict, answer, execution)


def _contains(seen: Sight, answer: Replaced, commit: Commit, source: str) -> bool | None:
    newer = revision_of(answer.by, source)
    if providers(seen.sources).get(source) in WHOLE or newer is None:
        return False
    return commits.contains(seen, source, newer.id, commit.id)


def _without_execution(seen: Sight, commit: Commit | None, prefix: str | None) -> Why:
    """No execution has it: one that has not fetched its source yet may, or it came with a newer commit."""
    newest = seen.executions[0] if seen.executions else None
    written = prefix or ""
    meant = commit or Commit(written.lower() if commits.PREFIX.fullmatch(written.lower()) else written)
    if newest and not newest.revisions and newest.status in ("InProgress", "Stopping", "Failed"):
        on_branch = not meant.id or _is_new(seen, meant)
        if on_branch:
            answer = _ANSWERS[newest.status](seen, newest)
            return _told(seen, commit or _named(meant), Verdict.NOT_LIVE, answer, newest)
    if carrier := _carrier(seen, meant):
        found = [each for each in seen.executions if executions.begins(each, carrier[0])]
        told = _about(seen, found, carrier[1], source_of(found[0], carrier[0]))
        if isinstance(told.answer, Live):
            newer = commit_of(found[0], carrier[0])
            return replace(told, answer=Live(part_of=newer))
        return told
    if not meant.id:
        return _told(seen, None, Verdict.UNKNOWN, never_seen.never_seen(seen, meant), None)
    return _told(seen, _named(meant), Verdict.NOT_LIVE, never_seen.never_seen(seen, meant), None)


def _named(commit: Commit) -> Commit | None:
    return commit if commit.id else None


def _is_new(seen: Sight, commit: Commit) -> bool:
    """Whether the commit is the tip of a branch, which a new execution would fetch."""
    tips = (commits.tip(seen, where) for where in commits.branches(seen))
    return any(tip is not None and tip.startswith(commit.id) for tip in tips)


def _carrier(seen: Sight, commit: Commit) -> tuple[str, Commit] | None:
    """A commit that an execution has and that descends from this one, and this one with its message.

    Only the last commit of a push starts an execution; those before it come with it.
    """
    if not commit.id:
        return None
    found = (_carrier_on(seen, where, commit) for where in commits.branches(seen))
    return next((each for each in found if each), None)


def _carrier_on(seen: Sight, where: Branch, commit: Commit) -> tuple[str, Commit] | None:
    tip, carrier = commits.tip(seen, where), None
    for each in commits.walk(seen, where.repository, tip) if tip else ():
        if each.id.startswith(commit.id):
            return (carrier, each) if carrier else None
        if any(executions.begins(one, each.id) for one in seen.executions):
            carrier = each.id
    return None


def _told(
    seen: Sight, commit: Commit | None, verdict: Verdict, answer: Answer, execution: Execution | None
) -> Why:
    prefix = commit.id if commit else None
    return Why(
        pipeline=seen.pipeline,
        commit=commit,
        verdict=verdict,
        answer=answer,
        execution=execution,
        live=tuple(seen.places()),
        built=_built(seen, execution) if execution else None,
        disabled=tuple(_disabled(seen, answer)) if isinstance(answer, Approval | Running) else (),
        again=again(seen, execution, source_of(execution, prefix)) if execution else "",
        clone_url=_clone_url(seen, commit, answer),
    )


def _disabled(seen: Sight, answer: Approval | Running) -> Iterator[tuple[str, Gate]]:
    ahead = seen.names.index(answer.stage) + 1 if answer.stage in seen.names else len(seen.names)
    for stage in seen.stages[ahead:]:
        if not stage.gate.enabled:
            yield stage.name, stage.gate


def _clone_url(seen: Sight, commit: Commit | None, answer: Answer) -> str:
    """Asked only where a push is the next step; empty where AWS does not tell it."""
    unpushed = isinstance(answer, NeverSeen) and answer.reason in PUSHED
    if not unpushed and (commit is not None or not isinstance(answer, Failed)):
        return ""
    repositories = [branch.repository for branch in commits.branches(seen)]
    wanted = answer.details.get("repository") if isinstance(answer, NeverSeen) else None
    meant = [name for name in repositories if wanted in (None, name)]
    try:
        return clone_url(seen.cloud, meant[0]) if meant else ""
    except PipectlError:  # the answer is right without it
        return ""


def _built(seen: Sight, execution: Execution) -> tuple[str, datetime] | None:
    """The last stage that it has come through and is still the last one of."""
    passed_by = [
        stage for stage in seen.stages if stage.execution == execution.id and stage.status == "Succeeded"
    ]
    moment = changed_at(passed_by[-1]) if passed_by else None
    return (passed_by[-1].name, moment) if moment else None
