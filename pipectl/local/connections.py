"""Connections to Git hosts: here a connection leads to a folder on this machine that its user names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dulwich.errors import NotGitRepository
from dulwich.repo import Repo

if TYPE_CHECKING:
    from pipectl.local.world import World

# arn:aws:codestar-connections:R:A:connection/UUID, newer ones say codeconnections
_ARN = re.compile(r"arn:[\w-]+:(?:codestar-connections|codeconnections):([\w-]+):(\d{12}):connection/[\w-]+")
_KEPT = "codeconnections"


def link(world: World, arn: str, path: str) -> None:
    """Let a connection lead to a Git repository, or to a folder of OWNER/NAME; else ValueError"""
    kept = _known(world, arn)
    if kept is None:
        raise ValueError(f"{arn} is no ARN of a connection")
    folder = Path(path)
    if not folder.is_absolute() or not folder.is_dir():
        raise ValueError(f"{path} is no absolute path of a folder")
    kept[arn] = folder


def repository(world: World, arn: str, name: str) -> Path | None:
    """Find the repository behind a connection: the folder itself, or OWNER/NAME in it"""
    kept = _known(world, arn)
    folder: Path | None = kept.get(arn) if kept is not None else None
    if folder is None:
        return None
    inside = (folder / name).resolve()
    candidates = [inside] if inside.is_relative_to(folder.resolve()) else []
    return next((each for each in [*candidates, folder] if _is_repository(each)), None)


def linked(world: World, account: str, region: str) -> dict[str, Any]:
    """The connections of an account and Region that lead somewhere, by their ARN"""
    return world.beside(_KEPT, account, region)


def _known(world: World, arn: str) -> dict[str, Any] | None:
    found = _ARN.fullmatch(arn)
    return linked(world, found[2], found[1]) if found else None


def _is_repository(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    try:
        Repo(str(folder)).close()
    except NotGitRepository:
        return False
    return True
