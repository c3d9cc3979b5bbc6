"""Paths inside a repository, as the API takes them."""

from __future__ import annotations

from pipectl.local.service import Refused

_LONGEST = 4096  # user guide, quotas: "File paths: any combination of allowed characters between 1 and 4,096"


def clean(path: str, *, empty: bool = False) -> str:
    """The path without leading slash; what could leave the repository or hide in it is refused"""
    short = path.strip("/")
    if not short:
        if empty:
            return ""
        raise Refused("PathRequiredException", "A path is required")
    parts = short.split("/")
    if len(path) > _LONGEST or "\0" in short or any(_is_bad(part) for part in parts):
        raise Refused("InvalidPathException", f"Invalid path: {path[:200]}")
    return short


def _is_bad(part: str) -> bool:
    return part in ("", ".", "..") or part.lower() == ".git"
