"""Git itself: branches and tags of a bare repository, through dulwich."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dulwich.refs import check_ref_format
from dulwich.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from dulwich.objects import ObjectID
    from dulwich.refs import Ref

BRANCHES = "refs/heads/"
TAGS = "refs/tags/"

_OBJECT_ID = re.compile(r"[0-9a-f]{40}")


def create(folder: Path) -> None:
    folder.mkdir(parents=True)
    Repo.init_bare(folder).close()


def opened(folder: Path) -> Repo:
    """A handle of one's own, to be closed by the caller: handles are not shared between threads."""
    return Repo(str(folder))


def is_object_id(text: str) -> bool:
    return _OBJECT_ID.fullmatch(text) is not None


def object_id(text: str) -> ObjectID:
    """Git's own spelling of an id that was checked before."""
    return text.encode("ascii")  # type: ignore[return-value]


def is_branch_name(name: str) -> bool:
    """The rules of `git check-ref-format`, which the service applies to branch names (user guide, limits)."""
    full = f"{BRANCHES}{name}".encode()
    return check_ref_format(full) and not name.startswith(("-", "/"))  # type: ignore[arg-type]


def reference(full_name: str) -> Ref:
    return full_name.encode()  # type: ignore[return-value]


def references(folder: Path, prefix: str) -> dict[str, str]:
    """Short name to commit id, sorted by name."""
    with opened(folder) as repository:
        found = repository.refs.as_dict(prefix.rstrip("/").encode())  # type: ignore[arg-type]
    return {name.decode(): value.decode() for name, value in sorted(found.items())}


def tip(folder: Path, branch: str) -> str | None:
    return references(folder, BRANCHES).get(branch)


def point_head(folder: Path, branch: str) -> None:
    """HEAD names the default branch, so that `git clone` checks it out."""
    with opened(folder) as repository:
        repository.refs.set_symbolic_ref(b"HEAD", reference(BRANCHES + branch))  # type: ignore[arg-type]
