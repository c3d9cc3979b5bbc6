"""How conflicts of a merge are described (API reference: ConflictMetadata, MergeHunk)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import lines, merging, objects

if TYPE_CHECKING:
    from dulwich.repo import Repo

    from pipectl.local.codecommit.drafts import File
    from pipectl.local.codecommit.merging import Versions

_SIDES = ("source", "destination", "base")


def metadata(git: Repo, path: str, versions: Versions, level: str, *, is_open: bool) -> dict[str, Any]:
    """One file's conflicts; a file without open conflict counts none"""
    contents = {side: merging.content(git, getattr(versions, side)) for side in _SIDES}
    mode = is_open and versions.is_mode_conflict
    kind = is_open and versions.is_type_conflict
    changed = is_open and versions.is_content_conflict
    return {
        "filePath": path,
        "fileSizes": {side: len(text) for side, text in contents.items() if text is not None},
        "fileModes": _modes(versions),
        "objectTypes": _types(versions),
        "numberOfConflicts": _count(git, versions, level) * changed + mode + kind,
        "isBinaryFile": {side: lines.is_binary(text or b"") for side, text in contents.items()},
        "contentConflict": changed,
        "fileModeConflict": mode,
        "objectTypeConflict": kind,
        "mergeOperations": {
            side: _operation(versions.base, getattr(versions, side)) for side in ("source", "destination")
        },
    }


def hunks(git: Repo, versions: Versions) -> list[dict[str, Any]]:
    """The changed places; a side without lines there is left out (AWS CLI, describe-merge-conflicts)"""
    return [
        {"isConflict": hunk.is_conflict, **{side: _detail(getattr(hunk, side)) for side in _SIDES}}
        for hunk in merging.text_hunks(git, versions) or []
        if hunk.is_changed
    ]


def _detail(part: lines.Lines) -> dict[str, Any] | None:
    """Lines count from zero, the end is behind the last one (inferred from the AWS CLI's example)"""
    if not part.lines:
        return None
    return {
        "startLine": part.start,
        "endLine": part.start + len(part.lines),
        "hunkContent": base64.b64encode(part.content).decode(),
    }


def _count(git: Repo, versions: Versions, level: str) -> int:
    """At FILE_LEVEL a file is one conflict (AWS CLI, get-merge-conflicts); else its lines' conflicts count"""
    if level == "FILE_LEVEL":
        return 1
    return max(1, sum(hunk.is_conflict for hunk in merging.text_hunks(git, versions) or []))


def _modes(versions: Versions) -> dict[str, str]:
    present = {side: getattr(versions, side) for side in _SIDES}
    return {side: objects.FILE_MODES.get(file.mode, "NORMAL") for side, file in present.items() if file}


def _types(versions: Versions) -> dict[str, str]:
    types = {side: merging.kind(getattr(versions, side)) for side in _SIDES}
    types |= dict.fromkeys(versions.folders, "DIRECTORY")
    return {side: name for side, name in types.items() if name}


def _operation(base: File | None, file: File | None) -> str | None:
    if file is None:
        return "D" if base else None
    if base is None:
        return "A"
    return "M" if file != base else None
