"""What GitHub tells of a push, a pull request or a release (user guide, "GitHub webhook events")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import archives

if TYPE_CHECKING:
    from pathlib import Path

_PULL_REQUESTS = {
    "opened": "PULL_REQUEST_CREATED",
    "synchronize": "PULL_REQUEST_UPDATED",
    "reopened": "PULL_REQUEST_REOPENED",
}
_RELEASES = {"released": "RELEASED", "prereleased": "PRERELEASED"}
_GONE = "0" * 40


@dataclass(frozen=True)
class Event:
    """One event, in CodeBuild's words."""

    kind: str
    head_ref: str
    version: str
    """The source version of the build that it starts: a commit, or pr/NUMBER."""
    trigger: str
    """branch/NAME, tag/NAME or pr/NUMBER (CODEBUILD_WEBHOOK_TRIGGER)."""
    commit: str = ""
    base_ref: str = ""
    base_commit: str = ""
    actor: str = ""
    repository: str = ""
    message: str = ""
    files: tuple[str, ...] = ()
    tag: str = ""
    release: str = ""
    previous: str = ""

    def environment(self) -> dict[str, str]:
        """CODEBUILD_WEBHOOK_* (user guide, "Environment variables in build environments")"""
        named = {
            "ACTOR_ACCOUNT_ID": self.actor,
            "BASE_REF": self.base_ref,
            "EVENT": self.kind,
            "HEAD_REF": self.head_ref,
            "PREV_COMMIT": self.previous,
            "TRIGGER": self.trigger,
        }
        return {f"CODEBUILD_WEBHOOK_{name}": value for name, value in named.items() if value}


def read(name: str, payload: Any) -> Event | None:
    """The event of a payload by its X-GitHub-Event; None for what never starts a build"""
    event = {"push": _push, "pull_request": _pull_request, "release": _release}.get(name)
    if event is None or not isinstance(payload, dict):
        return None
    found = event(payload)
    return found and replace(
        found,
        actor=str((payload.get("sender") or {}).get("id", "")),
        repository=str((payload.get("repository") or {}).get("name", "")),
    )


def _push(payload: dict[str, Any]) -> Event | None:
    """Nothing for a ref that was deleted"""
    ref, after = str(payload.get("ref", "")), str(payload.get("after", ""))
    if payload.get("deleted") or after in ("", _GONE):
        return None
    commits = payload.get("commits") or []
    changed = ("added", "modified", "removed")
    files = {file for commit in commits for kind in changed for file in commit.get(kind) or []}
    tag = ref.removeprefix("refs/tags/") if ref.startswith("refs/tags/") else ""
    return Event(
        "PUSH",
        ref,
        after,
        f"tag/{tag}" if tag else f"branch/{ref.removeprefix('refs/heads/')}",
        commit=after,
        message=str((payload.get("head_commit") or {}).get("message", "")),
        files=tuple(sorted(files)),
        tag=tag,
        previous=str(payload.get("before", "")),
    )


def _pull_request(payload: dict[str, Any]) -> Event | None:
    request, action = payload.get("pull_request") or {}, str(payload.get("action"))
    kind = _PULL_REQUESTS.get(action)
    if action == "closed":
        kind = "PULL_REQUEST_MERGED" if request.get("merged") else "PULL_REQUEST_CLOSED"
    if kind is None:
        return None
    number = payload.get("number", request.get("number"))
    head, base = request.get("head") or {}, request.get("base") or {}
    return Event(
        kind,
        f"refs/heads/{head.get('ref', '')}",
        f"pr/{number}",
        f"pr/{number}",
        commit=str(head.get("sha", "")),
        base_ref=f"refs/heads/{base.get('ref', '')}",
        base_commit=str(base.get("sha", "")),
    )


def _release(payload: dict[str, Any]) -> Event | None:
    release, kind = payload.get("release") or {}, _RELEASES.get(str(payload.get("action")))
    if kind is None:
        return None
    tag = str(release.get("tag_name", ""))
    ref = f"refs/tags/{tag}"
    return Event(kind, ref, ref, f"tag/{tag}", tag=tag, release=str(release.get("name") or ""))


def completed(event: Event, repository: Path | None) -> Event:
    """A pull request with its files and its message, which GitHub's payload lacks, from a clone"""
    if repository is None or not event.base_commit:
        return event
    commit = archives.commit_of(repository, event.commit)
    base = archives.merge_base(repository, event.base_commit, event.commit)
    if commit is None or base is None:
        return event
    files = archives.differing(repository, base, event.commit)
    return replace(event, files=tuple(sorted(files)), message=str(commit.get("message", "")))
