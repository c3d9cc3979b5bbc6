"""Git itself: the references of a bare repository, through dulwich."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dulwich.refs import DiskRefsContainer, check_ref_format
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


class References(DiskRefsContainer):
    """References that move only from where the mover saw them, and remember each move.

    dulwich tells a pusher "ok" when the reference had moved meanwhile and nothing was written; that is an
    error here.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.moves: list[Move] = []

    def set_if_equals(
        self,
        name: Ref,
        old_ref: ObjectID | None,
        new_ref: ObjectID,
        committer: bytes | None = None,
        timestamp: int | None = None,
        timezone: int | None = None,
        message: bytes | None = None,
    ) -> bool:
        """Atomic: dulwich compares and writes under a lock file"""
        if not super().set_if_equals(name, old_ref, new_ref):
            raise StaleError(name.decode())
        self._moved(name, old_ref, new_ref)
        return True

    def remove_if_equals(
        self,
        name: Ref,
        old_ref: ObjectID | None,
        committer: bytes | None = None,
        timestamp: int | None = None,
        timezone: int | None = None,
        message: bytes | None = None,
    ) -> bool:
        """Git refuses to delete the branch that HEAD names (receive.denyDeleteCurrent)"""
        if self.get_symrefs().get(b"HEAD") == name:  # type: ignore[call-overload]
            raise StaleError("the default branch cannot be deleted")
        if not super().remove_if_equals(name, old_ref):
            raise StaleError(name.decode())
        self._moved(name, old_ref, None)
        return True

    def _moved(self, name: Ref, before: bytes | None, after: bytes | None) -> None:
        if before != after:
            self.moves.append(Move(name.decode(), _text(before), _text(after)))


class StaleError(OSError):
    """A reference is not where the one who moves it saw it."""


def create(folder: Path) -> None:
    folder.mkdir(parents=True)
    Repo.init_bare(folder).close()


def opened(folder: Path) -> Repo:
    """A handle of one's own, to be closed by the caller: handles are not shared between threads"""
    repository = Repo(str(folder))
    repository.refs = References(folder)
    return repository


def move(folder: Path, reference_name: str, before: str | None, after: str | None) -> Move:
    """Make, move or remove a reference; StaleError when it is not where `before` says"""
    with opened(folder) as repository:
        old = object_id(before) if before else _as_id(_NOTHING)
        if after is None:
            repository.refs.remove_if_equals(reference(reference_name), old)
        else:
            repository.refs.set_if_equals(reference(reference_name), old, object_id(after))
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


def _text(value: bytes | None) -> str | None:
    return None if value is None or value == _NOTHING else value.decode()
