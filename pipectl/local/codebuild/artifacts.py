"""Artifacts: the files that a build hands on, found by the patterns of its buildspec.

User guide, "artifacts"; the agent's sentences as in aws/copilot-cli#2780 and
aws-samples/amazon-ecs-fargate-cdk-cicd#13.
"""

from __future__ import annotations

import itertools
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


def collect(
    files: Files, source: Path, say: Callable[[str], None], expand: Callable[[str], str] = str
) -> dict[str, Path]:
    """The path within the artifact to the file; ArtifactError when no pattern finds any

    `expand` fills in variables and commands. The lines of the log are those of real builds.
    """
    bases = _bases(files.base, source, say, expand)
    excluded = [_expression(expand(pattern)) for pattern in files.excluded]
    found: dict[str, Path] = {}
    trees = [(base, sorted(_walk(base))) for base in bases]
    say(f"Expanding file paths for base directory {files.base or '.'}")
    for stated in files.files:
        pattern = _expanded(stated, say, expand)
        matched = [pair for base, known in trees for pair in _matching(pattern, base, known)]
        say(f"Found {len(matched)} file(s)" if matched else f"Skipping invalid file path {pattern}")
        for name, path in matched:
            if not any(expression.fullmatch(name) for expression in excluded):
                found[name.rpartition("/")[2] if files.discard_paths else name] = path
    if not found:
        raise ArtifactError("no matching artifact paths found")
    return found


def _expanded(text: str, say: Callable[[str], None], expand: Callable[[str], str]) -> str:
    say("Assembling file list")
    say(f"Expanding {text}")
    expanded = expand(text)
    if expanded != text:
        say(f"Expanded to {expanded}")
    return expanded


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


def _bases(
    stated: str | None, source: Path, say: Callable[[str], None], expand: Callable[[str], str]
) -> list[Path]:
    """User guide: relative to the source folder; a pattern means all folders that it matches

    That an absolute path is taken is inferred from buildspecs in use; a relative one never leads out.
    """
    say(f"Expanding base directory path: {stated or '.'}")
    base = _expanded(stated or ".", say, expand)
    folder = (source / base).resolve()
    if folder.is_dir():
        if not Path(base).is_absolute() and not folder.is_relative_to(source.parent.resolve()):
            raise ArtifactError("no matching base directory path found")
        return [folder]
    folders = sorted(_glob_folders(base, source)) if stated else []
    if not folders:
        raise ArtifactError("no matching base directory path found")
    return folders


def _glob_folders(pattern: str, source: Path) -> Iterable[Path]:
    plain = pattern.removeprefix(f"{source}/").rstrip("/")
    expression = _expression(plain)
    for folder, names, _ in os.walk(source):
        for name in names:
            path = Path(folder) / name
            if expression.fullmatch(path.relative_to(source).as_posix()):
                yield path.resolve()


def _matching(pattern: str, base: Path, known: list[str]) -> Iterable[tuple[str, Path]]:
    """The names in the artifact, and the files. That the name of an absolute path is the path is inferred"""
    plain = os.path.normpath(pattern) if not any(mark in pattern for mark in "*?[") else pattern
    if plain.startswith(str(base) + os.sep):
        plain = plain[len(str(base)) + 1 :]
    if plain.startswith(".." + os.sep):
        return []
    if plain.startswith(os.sep):
        return [(path.as_posix().lstrip("/"), path) for path in _absolute(plain)]
    expression = _expression(plain.removeprefix("./"))
    return [(path, base / path) for path in known if expression.fullmatch(path)]


def _absolute(pattern: str) -> list[Path]:
    """Files by an absolute pattern; only below the folder that stands before its first star"""
    plain = Path(pattern)
    if plain.is_file():
        return [plain]
    fixed = Path(*itertools.takewhile(lambda part: not set(part) & set("*?["), plain.parts))
    if fixed == Path(os.sep) or not fixed.is_dir():
        return []
    expression = _expression(pattern.removeprefix(f"{fixed}/"))
    return [fixed / name for name in sorted(_walk(fixed)) if expression.fullmatch(name)]


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
