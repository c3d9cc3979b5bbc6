"""Filters of Git triggers: which pushes start a pipeline (user guide, "Filter triggers on code push")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Shape = dict[str, Any]


@dataclass(frozen=True)
class Push:
    """A branch or tag that moved."""

    kind: str  # branch or tag
    name: str
    commit: str
    files: frozenset[str]  # what differs from before


def starts(trigger: Shape | None, branch: str, push: Push) -> bool:
    """Whether a push starts the pipeline: by its trigger, or by the branch of its source without one."""
    if trigger is None:
        return push.kind == "branch" and push.name == branch
    filters = trigger["gitConfiguration"].get("push")
    if not filters:
        return "pullRequest" not in trigger["gitConfiguration"] and push.kind == "branch"
    return any(_passes(each, push) for each in filters)


def _passes(push_filter: Shape, push: Push) -> bool:
    """User guide, pipelines-filter: a push is filtered on branches and file paths, or on Git tags."""
    branches, paths = push_filter.get("branches"), push_filter.get("filePaths")
    if push.kind == "tag" and "tags" in push_filter:
        return _selects(push_filter["tags"], push.name)
    if push.kind != "branch" or not (branches or paths):
        return False
    if branches and not _selects(branches, push.name):
        return False
    return not paths or any(_selects(paths, file) for file in push.files)


def _selects(criteria: Shape, name: str) -> bool:
    """Excludes win; without includes everything else is in."""
    if any(glob(pattern, name) for pattern in criteria.get("excludes") or []):
        return False
    includes = criteria.get("includes")
    return not includes or any(glob(pattern, name) for pattern in includes)


def glob(pattern: str, name: str) -> bool:
    """User guide, glob patterns: `*` stays within a part of a path, `**` does not, `{a,b}` chooses."""
    regex = "".join(_TRANSLATED.get(token) or _choice(token) for token in _TOKENS.findall(pattern))
    return re.fullmatch(regex, name) is not None


_TOKENS = re.compile(r"\*\*/?|\*|\?|\{[^{}]*\}|.", re.DOTALL)
_TRANSLATED = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _choice(token: str) -> str:
    if token.startswith("{") and token.endswith("}"):
        return "(?:" + "|".join(re.escape(part) for part in token[1:-1].split(",")) + ")"
    return re.escape(token)
