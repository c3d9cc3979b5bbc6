"""A commit as a zip file, as CodePipeline's source action hands it on (CODE_ZIP: without history)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from dulwich.objects import Commit
    from dulwich.repo import Repo

_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)  # the zip format knows no earlier date
_MODE_BITS = 16  # where a zip keeps the mode of a file
_UNIX = 3


class Archives(Base):
    """What other services of the same account ask in this process."""

    def branch_tip(self, repository: str, branch: str) -> str | None:
        """The commit that a branch names; None when there is no such branch"""
        return store.tip(self.found(repository).folder, branch)

    def commit(self, repository: str, commit_id: str) -> dict[str, Any]:
        """A commit as GetCommit describes it"""
        with store.opened(self.found(repository).folder) as git:
            return objects.described(_existing(git, commit_id))

    def resolved(self, repository: str, specifier: str | None) -> str:
        """The full commit id of a branch, a tag or an id; of the default branch without one"""
        found = self.found(repository)
        with store.opened(found.folder) as git:
            return _existing(git, specifier or found.default_branch or "HEAD").id.decode()

    def archive(self, repository: str, commit_id: str) -> bytes:
        """All files of a commit as a zip file"""
        return packed(self.found(repository).folder, commit_id)


def packed(folder: Path, commit_id: str) -> bytes:
    """All files of a commit of any repository as a zip file"""
    target = io.BytesIO()
    with store.opened(folder) as git, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        commit = _existing(git, commit_id)
        moment = max(_OLDEST, datetime.fromtimestamp(commit.commit_time, UTC)).timetuple()[:6]
        for entry in objects.files(git, commit):
            content = objects.blob(git, entry.sha) if entry.sha else None
            if content is not None and entry.path and entry.mode in objects.FILE_MODES:
                name = entry.path.decode(errors="replace")
                archive.writestr(_member(name, moment, entry.mode), content)
    return target.getvalue()


def commit_of(folder: Path, specifier: str) -> dict[str, Any] | None:
    """A commit of any repository as GetCommit describes it; None when there is none"""
    with store.opened(folder) as git:
        found = objects.commit(git, specifier)
        return objects.described(found) if found else None


def merge_base(folder: Path, one: str, other: str) -> str | None:
    """The commit that two commits of any repository have in common; None when there is none"""
    from dulwich.graph import find_merge_base

    with store.opened(folder) as git:
        first, second = objects.commit(git, one), objects.commit(git, other)
        bases = find_merge_base(git, [first.id, second.id]) if first and second else []
    return bases[0].decode() if bases else None


def differing(folder: Path, before: str | None, after: str) -> frozenset[str]:
    """The files in which two commits differ; all files when there is nothing before"""
    with store.opened(folder) as git:
        old, new = (_files(git, specifier) for specifier in (before, after))
    return frozenset(name for name, _ in old.items() ^ new.items())


def _files(git: Repo, specifier: str | None) -> dict[str, str]:
    found = objects.commit(git, specifier) if specifier else None
    if found is None:
        return {}
    return {
        entry.path.decode(errors="replace"): f"{entry.mode} {entry.sha!r}"
        for entry in objects.files(git, found)
        if entry.path
    }


def _member(path: str, moment: tuple[int, ...], mode: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(path, moment)  # type: ignore[arg-type]  # six numbers of a time tuple
    member.create_system = _UNIX
    member.external_attr = mode << _MODE_BITS
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _existing(git: Repo, specifier: str) -> Commit:
    commit = objects.commit(git, specifier)
    if commit is None:
        raise Refused("CommitDoesNotExistException", f"Commit {specifier} does not exist")
    return commit
