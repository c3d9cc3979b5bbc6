"""Git itself: the references of a bare repository, through dulwich."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dulwich.refs import check_ref_format
from dulwich.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from dulwich.objects import ObjectID
    from dulwich.refs import Ref

BRANCHES = "refs/heads/"
TAGS = "refs/tags/"

_NOTHING = b"0" * 40  # how git writes "there is no such reference"
_OBJECT_ID = re.compile(r"[0-9a-f]{40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Move:
    """A reference that points elsewhere than before; None: it was or is not there."""

    reference: str
    before: str | None
    after: str | None


class StaleError(OSError):
    """A reference is not where the one who moves it saw it."""


def create(folder: Path) -> None:
    folder.mkdir(parents=True)
    Repo.init_bare(folder).close()


def opened(folder: Path) -> Repo:
    """A handle of one's own, to be closed by the caller: handles are not shared between threads"""
    return Repo(str(folder))


def move(folder: Path, reference_name: str, before: str | None, after: str | None) -> Move:
    """Make, move or remove a reference; StaleError when it is not where `before` says"""
    with opened(folder) as repository:
        old = object_id(before) if before else _as_id(_NOTHING)
        if after is None:
            done = repository.refs.remove_if_equals(reference(reference_name), old)
        else:
            done = repository.refs.set_if_equals(reference(reference_name), old, object_id(after))
    if not done:
        raise StaleError(reference_name)
    return Move(reference_name, before, after)


def references(folder: Path, prefix: str) -> dict[str, str]:
    """Short name to object id, sorted by name"""
    with opened(folder) as repository:
        found = repository.refs.as_dict(reference(prefix.rstrip("/")))
    return {name.decode(errors="replace"): value.decode() for name, value in sorted(found.items())}


def tip(folder: Path, branch: str) -> str | None:
    with opened(folder) as repository:
        found = repository.refs.as_dict(reference(BRANCHES.rstrip("/"))).get(reference(branch))
    return found.decode() if found else None


def point_head(folder: Path, branch: str) -> None:
    """HEAD names the default branch, so that `git clone` checks it out"""
    with opened(folder) as repository:
        repository.refs.set_symbolic_ref(reference("HEAD"), reference(BRANCHES + branch))


def is_object_id(text: str) -> bool:
    return _OBJECT_ID.fullmatch(text) is not None


def is_branch_name(name: str) -> bool:
    """The rules of `git check-ref-format`, which the service applies to branch names (user guide, quotas)"""
    full = reference(BRANCHES + name)
    return check_ref_format(full) and not name.startswith(("-", "/")) and not _CONTROL.search(name)


def object_id(text: str) -> ObjectID:
    """The type of dulwich for an id that was checked before"""
    return _as_id(text.encode())


def reference(name: str) -> Ref:
    """The type of dulwich for the name of a reference"""
    return name.encode()  # type: ignore[return-value]  # a NewType of bytes, importable for annotations only


def _as_id(value: bytes) -> ObjectID:
    return value  # type: ignore[return-value]  # the same
