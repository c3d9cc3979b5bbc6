"""Reading what git keeps: commits, trees and blobs, by the names that people give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, Tag, Tree

from pipectl.local.codecommit import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dulwich.objects import ObjectID, ShaFile, TreeEntry
    from dulwich.repo import Repo

FILE_MODES = {0o100644: "NORMAL", 0o100755: "EXECUTABLE", 0o120000: "SYMLINK"}
_SUBMODULE = 0o160000


def commit(repository: Repo, specifier: str) -> Commit | None:
    """API reference, "commitSpecifier": a branch, a tag, HEAD, a full reference or a full commit id"""
    names = [specifier, store.BRANCHES + specifier, store.TAGS + specifier]
    for name in names if specifier == "HEAD" or specifier.startswith("refs/") else names[1:]:
        identity = repository.refs.as_dict().get(store.reference(name))
        if identity:
            return _peeled(repository, identity)
    return _peeled(repository, store.object_id(specifier)) if store.is_object_id(specifier) else None


def _peeled(repository: Repo, identity: ObjectID) -> Commit | None:
    """A tag of its own leads to the commit that it names"""
    found = get(repository, identity)
    while isinstance(found, Tag):
        found = get(repository, found.object[1])
    return found if isinstance(found, Commit) else None


def get(repository: Repo, identity: ObjectID) -> ShaFile | None:
    try:
        return repository.object_store[identity]
    except KeyError:
        return None


def entry(repository: Repo, found: Commit, path: str) -> tuple[int, ObjectID] | None:
    """Mode and id of what stands at a path; the empty path is the root"""
    if not path:
        return 0o040000, found.tree
    current: ShaFile | None = get(repository, found.tree)
    mode, identity = 0, found.tree
    for part in path.encode().split(b"/"):
        if not isinstance(current, Tree) or part not in current:
            return None
        mode, identity = current[part]
        current = None if mode == _SUBMODULE else get(repository, identity)
    return mode, identity


def tree(repository: Repo, identity: ObjectID) -> Tree | None:
    found = get(repository, identity)
    return found if isinstance(found, Tree) else None


def blob(repository: Repo, identity: ObjectID) -> bytes | None:
    found = get(repository, identity)
    return found.data if isinstance(found, Blob) else None


def files(repository: Repo, found: Commit) -> Iterator[TreeEntry]:
    """Every file, link and submodule of a commit with its whole path"""
    yield from iter_tree_contents(repository.object_store, found.tree)


def described(found: Commit) -> dict[str, Any]:
    """API reference, Commit; a date is seconds and offset, as git writes it"""
    return {
        "commitId": found.id.decode(),
        "treeId": found.tree.decode(),
        "parents": [parent.decode() for parent in found.parents],
        "message": found.message.decode(errors="replace"),
        "author": _person(found.author, found.author_time, found.author_timezone),
        "committer": _person(found.committer, found.commit_time, found.commit_timezone),
        "additionalData": "",
    }


def _person(line: bytes, moment: float, offset: int) -> dict[str, str]:
    name, _, rest = line.decode(errors="replace").partition(" <")
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset) // 60, 60)
    return {"name": name, "email": rest.rstrip(">"), "date": f"{int(moment)} {sign}{hours:02}{minutes:02}"}
