"""The merge of two commits: the files of its result, and the files that conflict.

API reference, GetMergeConflicts: at FILE_LEVEL a file that differs in both branches conflicts, at LINE_LEVEL
only one that differs on the same lines. What the reference leaves open is inferred from git's own merge: the
same change on both sides is no conflict; a file deleted on one side and changed on the other is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dulwich.graph import find_merge_base
from dulwich.objects import Blob

from pipectl.local.codecommit import lines, objects, store
from pipectl.local.codecommit.drafts import Draft, File
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.objects import Commit
    from dulwich.repo import Repo

_SIDES = {"ACCEPT_SOURCE": "source", "ACCEPT_DESTINATION": "destination"}
FAST_FORWARD, SQUASH, THREE_WAY = "FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"
SUBMODULE = 0o160000
LINK = 0o120000


@dataclass(frozen=True)
class Versions:
    """One path in the base, the source and the destination; None where it is no file."""

    base: File | None
    source: File | None
    destination: File | None
    folders: frozenset[str] = frozenset()  # the names of the sides on which the path is a folder

    @property
    def is_content_conflict(self) -> bool:
        blobs = [version.blob if version else None for version in (self.base, self.source, self.destination)]
        return blobs[1] not in (blobs[0], blobs[2]) and blobs[2] != blobs[0]

    @property
    def is_mode_conflict(self) -> bool:
        base, source, destination = (
            version.mode if version else None for version in (self.base, self.source, self.destination)
        )
        if source is None or destination is None:
            return False
        return source not in (base, destination) and destination != base

    @property
    def is_type_conflict(self) -> bool:
        if self.folders:
            return True
        source, destination = kind(self.source), kind(self.destination)
        return None not in (source, destination) and source != destination


@dataclass(frozen=True)
class Merge:
    """What comes out of merging `source` into `destination`."""

    source: Commit
    destination: Commit
    base: Commit
    versions: dict[str, Versions]
    files: dict[str, File]
    conflicts: dict[str, Versions] = field(default_factory=dict)

    @property
    def is_fast_forward(self) -> bool:
        return self.base.id == self.destination.id

    def ids(self) -> dict[str, str]:
        """The three commit IDs as the operations answer them"""
        return {
            "sourceCommitId": self.source.id.decode(),
            "destinationCommitId": self.destination.id.decode(),
            "baseCommitId": self.base.id.decode(),
        }


def find_base(git: Repo, source: Commit, destination: Commit) -> Commit | None:
    """The best common ancestor; None when there is none"""
    bases = find_merge_base(git, [source.id, destination.id])
    return objects.commit(git, bases[0].decode()) if bases else None


def base_of(git: Repo, source: Commit, destination: Commit) -> Commit:
    """The best common ancestor; commits without one are refused (code inferred)"""
    base = find_base(git, source, destination)
    if base is None:
        raise Refused(
            "TipsDivergenceExceededException",
            "The divergence between the tips of the provided commit specifiers is too great to determine"
            " whether there might be any merge conflicts: they have no commit in common.",
        )
    return base


def merge(git: Repo, source: Commit, destination: Commit, *, level: str, strategy: str) -> Merge:
    """Merge file by file; what the strategy cannot decide is in `conflicts`"""
    base = base_of(git, source, destination)
    ours, theirs, common = (Draft.of(git, commit.id.decode()).files for commit in (destination, source, base))
    versions = {
        path: Versions(common.get(path), theirs.get(path), ours.get(path))
        for path in sorted(common.keys() | theirs.keys() | ours.keys())
    }
    result = Merge(source, destination, base, versions, {})
    for path, version in versions.items():
        merged, is_conflict = _file(git, version, level, strategy)
        if is_conflict:
            result.conflicts[path] = version
        if merged is not None:
            result.files[path] = merged
    _refuse_files_below_files(result, strategy)
    return result


def _file(git: Repo, version: Versions, level: str, strategy: str) -> tuple[File | None, bool]:
    """The merged file, and whether it conflicts; the destination's stands in for an open conflict"""
    base, source, destination = version.base, version.source, version.destination
    if source in (base, destination):
        return destination, False
    if destination == base:
        return source, False
    side = _SIDES.get(strategy)
    if level == "FILE_LEVEL" and strategy != "AUTOMERGE":
        return (getattr(version, side), False) if side else (destination, True)
    merged = _by_lines(git, version, side)
    if merged is not None:
        return merged, False
    return (getattr(version, side), False) if side else (destination, True)


def _by_lines(git: Repo, version: Versions, side: str | None) -> File | None:
    """The file with the changes of both sides; None when a line or the mode conflicts"""
    source, destination = version.source, version.destination
    if source is None or destination is None or kind(source) != kind(destination):
        return None
    if version.is_mode_conflict and side is None:
        return None
    hunks = text_hunks(git, version)
    if hunks is None or (side is None and any(hunk.is_conflict for hunk in hunks)):
        return None
    blob = Blob.from_string(b"".join(hunk.merged(side or "source") for hunk in hunks))
    git.object_store.add_object(blob)
    if version.is_mode_conflict:
        return File(blob.id.decode(), source.mode if side == "source" else destination.mode)
    base_mode = version.base.mode if version.base else destination.mode
    return File(blob.id.decode(), source.mode if source.mode != base_mode else destination.mode)


def text_hunks(git: Repo, version: Versions) -> list[lines.Hunk] | None:
    """The three versions line by line; None for binary files and what is no file"""
    contents = [content(git, file) for file in (version.base, version.source, version.destination)]
    if any(kind(file) not in (None, "FILE") for file in (version.source, version.destination)):
        return None
    if any(lines.is_binary(text or b"") for text in contents):
        return None
    base, source, destination = (text or b"" for text in contents)
    return lines.hunks(base, source, destination)


def content(git: Repo, file: File | None) -> bytes | None:
    """What a file contains; None for a submodule and for nothing"""
    if file is None or file.mode == SUBMODULE:
        return None
    return objects.blob(git, store.object_id(file.blob))


def kind(file: File | None) -> str | None:
    """The object type of a file (API reference, ObjectTypes); None for nothing"""
    if file is None:
        return None
    return {SUBMODULE: "GIT_LINK", LINK: "SYMBOLIC_LINK"}.get(file.mode, "FILE")


def _refuse_files_below_files(result: Merge, strategy: str) -> None:
    """A path that is a file on one side and a folder on the other conflicts whatever the level"""
    for path in sorted(result.files):
        below = [other for other in result.files if other.startswith(f"{path}/")]
        if not below:
            continue
        version = result.versions[path]
        folder_side = "destination" if version.source else "source"
        if _SIDES.get(strategy) == folder_side:
            del result.files[path]
        elif strategy in _SIDES:
            for other in below:
                del result.files[other]
        else:
            result.conflicts[path] = Versions(
                version.base, version.source, version.destination, frozenset({folder_side})
            )
            for other in below if folder_side == "source" else [path]:
                del result.files[other]
