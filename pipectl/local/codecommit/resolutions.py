"""Conflicts that the caller resolves (API reference: ConflictResolution)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit.drafts import Draft
from pipectl.local.codecommit.paths import clean
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.repo import Repo

    from pipectl.local.codecommit.merging import Merge

_VERSIONS = {"KEEP_BASE": "base", "KEEP_SOURCE": "source", "KEEP_DESTINATION": "destination"}
_KINDS = ("replaceContents", "deleteFiles", "setFileModes")


def resolve(git: Repo, merge: Merge, request: dict[str, Any]) -> Draft:
    """The files of the merge after the request's resolutions; open conflicts are refused"""
    draft = Draft(dict(merge.files))
    resolution = request.get("conflictResolution", {})
    _check(resolution, merge, request.get("conflictResolutionStrategy", "NONE"))
    for entry in resolution.get("replaceContents", []):
        _replace(git, draft, merge, entry)
    for entry in resolution.get("deleteFiles", []):
        path = clean(entry["filePath"])
        if path in draft.files:
            draft.delete(git, path, keep_folder=request.get("keepEmptyFolders", False))
    for entry in resolution.get("setFileModes", []):
        draft.set_mode(clean(entry["filePath"]), entry["fileMode"])
    resolved = {clean(entry["filePath"]) for kind in _KINDS for entry in resolution.get(kind, [])}
    if merge.conflicts.keys() - resolved:
        raise manual_merge()
    return draft


def manual_merge() -> Refused:
    """The refusal of a merge with open conflicts (words of the service model)"""
    return Refused(
        "ManualMergeRequiredException",
        "The pull request cannot be merged automatically into the destination branch. You must manually merge"
        " the branches and resolve any conflicts.",
    )


def _check(resolution: dict[str, Any], merge: Merge, strategy: str) -> None:
    """API reference: resolutions go with AUTOMERGE, name conflicting files, and name each one once"""
    paths = [
        clean(entry["filePath"])
        for kind in ("replaceContents", "deleteFiles")
        for entry in resolution.get(kind, [])
    ]
    modes = [clean(entry["filePath"]) for entry in resolution.get("setFileModes", [])]
    if (paths or modes) and strategy != "AUTOMERGE":
        raise Refused(
            "InvalidConflictResolutionException",
            "The specified conflict resolution list is not valid: the conflict resolution strategy must be"
            " AUTOMERGE",
        )
    if len(set(paths)) < len(paths) or len(set(modes)) < len(modes):
        raise Refused(
            "MultipleConflictResolutionEntriesException",
            "More than one conflict resolution entries exists for the conflict. A conflict can have only one"
            " conflict resolution entry.",
        )
    strangers = {*paths, *modes} - merge.conflicts.keys()
    if strangers:
        raise Refused(
            "InvalidConflictResolutionException",
            "The specified conflict resolution list is not valid: it names files without conflict:"
            f" {', '.join(sorted(strangers))}",
        )


def _replace(git: Repo, draft: Draft, merge: Merge, entry: dict[str, Any]) -> None:
    path, kind, content = clean(entry["filePath"]), entry["replacementType"], entry.get("content")
    if kind == "USE_NEW_CONTENT":
        if content is None:
            raise Refused(
                "ReplacementContentRequiredException",
                "USE_NEW_CONTENT was specified, but no replacement content has been provided.",
            )
        draft.put(git, path, content, entry.get("fileMode"))
        return
    if content is not None:
        raise Refused(
            "InvalidReplacementContentException", f"{path}: only USE_NEW_CONTENT goes with a content"
        )
    version = getattr(merge.conflicts[path], _VERSIONS[kind])
    if version is None:
        draft.files.pop(path, None)
        return
    draft.files[path] = version
    if entry.get("fileMode"):
        draft.set_mode(path, entry["fileMode"])
