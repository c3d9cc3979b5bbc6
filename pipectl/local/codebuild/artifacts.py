"""Artifacts: the files that a build hands on, found by the patterns of its buildspec.

User guide, "artifacts"; the agent's sentences as in aws/copilot-cli#2780 and
aws-samples/amazon-ecs-fargate-cdk-cicd#13.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipectl.buildspec.values import Files

_MODE_BITS = 16


class ArtifactError(Exception):
    """Nothing to hand on (CLIENT_ERROR)."""


def collect(files: Files, source: Path, say: Callable[[str], None]) -> dict[str, Path]:
    """The path within the artifact to the file; ArtifactError when no pattern finds any"""
    base = _base(files.base, source, say)
    excluded = [_expression(pattern) for pattern in files.excluded]
    found: dict[str, Path] = {}
    known = sorted(_walk(base))
    for pattern in files.files:
        say(f"Expanding {pattern}")
        matched = list(_matching(pattern, base, source, known))
        if not matched:
            say(f"Skipping invalid file path {pattern}")
        for path in matched:
            if not any(expression.fullmatch(path) for expression in excluded):
                found[path.rpartition("/")[2] if files.discard_paths else path] = base / path
    if not found:
        raise ArtifactError("no matching artifact paths found")
    return found


def pack(found: dict[str, Path], target: Path, *, links: bool = False) -> Path:
    """A zip file of what was collected; links are followed unless the buildspec keeps them"""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name, path in sorted(found.items()):
            if links and path.is_symlink():
                member = zipfile.ZipInfo(name)
                member.external_attr = path.lstat().st_mode << _MODE_BITS
                archive.writestr(member, str(path.readlink()))
            else:
                archive.write(path, name)
    return target


def _base(stated: str | None, source: Path, say: Callable[[str], None]) -> Path:
    """User guide: relative to the source folder, patterns allowed; never outside of the build"""
    say(f"Expanding base directory path: {stated or '.'}")
    base = (source / (stated or ".")).resolve()
    if not base.is_dir() and stated:
        folders = sorted(str(path) for path in _glob_folders(stated, source))
        base = Path(folders[0]) if folders else base
    if not base.is_dir() or not base.is_relative_to(source.parent.resolve()):
        raise ArtifactError("no matching base directory path found")
    return base


def _glob_folders(pattern: str, source: Path) -> Iterable[Path]:
    expression = _expression(pattern)
    for folder, names, _ in os.walk(source):
        for name in names:
            path = Path(folder) / name
            if expression.fullmatch(path.relative_to(source).as_posix()):
                yield path.resolve()


def _matching(pattern: str, base: Path, source: Path, known: list[str]) -> Iterable[str]:
    plain = os.path.normpath(pattern) if not any(mark in pattern for mark in "*?[") else pattern
    if plain.startswith(str(base) + os.sep):
        plain = plain[len(str(base)) + 1 :]
    if plain.startswith((".." + os.sep, os.sep)):
        return []
    expression = _expression(plain.removeprefix("./"))
    return [path for path in known if expression.fullmatch(path)]


def _walk(base: Path) -> Iterable[str]:
    """Every file below; links to folders are not followed, links out of the build are no files"""
    limit = base.resolve()
    for folder, _, names in os.walk(base):
        for name in names:
            path = Path(folder) / name
            if path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(limit)):
                yield path.relative_to(base).as_posix()


def _expression(pattern: str) -> re.Pattern[str]:
    """`**` crosses folders, `*` and `?` do not (user guide, "artifacts/files")"""
    parts = []
    rest = pattern.removeprefix("./")
    while rest:
        if rest.startswith("**/"):
            parts.append("(?:[^/]+/)*")
            rest = rest[3:]
        elif rest.startswith("**"):
            parts.append(".*")
            rest = rest[2:]
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(rest[0], re.escape(rest[0])))
            rest = rest[1:]
    return re.compile("".join(parts), re.DOTALL)
