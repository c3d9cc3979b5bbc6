"""A commit in the making: the files of a tree, changed one by one, then written as git objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dulwich.index import commit_tree
from dulwich.objects import Blob, Commit

from pipectl.local.codecommit import objects, store
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dulwich.repo import Repo

_MODES = {name: mode for mode, name in objects.FILE_MODES.items()}
_NORMAL = _MODES["NORMAL"]
_LONGEST_NAME = 255
_LARGEST_MESSAGE = 1024 * 1024
_KEEP = ".gitkeep"  # API reference, keepEmptyFolders: "a .gitkeep file is created"


@dataclass(frozen=True)
class File:
    """What stands at a path."""

    blob: str
    mode: int

    def told(self, path: str) -> dict[str, Any]:
        mode = objects.FILE_MODES.get(self.mode, "NORMAL")
        return {"absolutePath": path, "blobId": self.blob, "fileMode": mode}


@dataclass(frozen=True)
class Author:
    """Who commits, and what they say."""

    name: str
    email: str
    message: str


class Draft:
    """The files of a commit by their path."""

    def __init__(self, files: dict[str, File]) -> None:
        self.files = files

    @classmethod
    def of(cls, git: Repo, parent: str | None) -> Draft:
        commit = objects.commit(git, parent) if parent else None
        if commit is None:
            return cls({})
        found = objects.files(git, commit)
        return cls(
            {entry.path.decode(errors="surrogateescape"): _file(entry) for entry in found if entry.path}
        )

    def put(self, git: Repo, path: str, content: bytes, mode: str | None) -> None:
        """API reference: the mode of a new file is NORMAL, an existing one keeps its own"""
        self._check_place(path)
        blob = Blob.from_string(content)
        git.object_store.add_object(blob)
        known = self.files[path].mode if path in self.files else _NORMAL
        self.files[path] = File(blob.id.decode(), _MODES[mode] if mode else known)

    def copy(self, source: str, path: str, *, moved: bool, mode: str | None) -> None:
        found = self._existing(source)
        if moved:
            del self.files[source]
        self._check_place(path)
        self.files[path] = File(found.blob, _MODES[mode] if mode else found.mode)

    def set_mode(self, path: str, mode: str) -> None:
        self.files[path] = File(self._existing(path).blob, _MODES[mode])

    def delete(self, git: Repo, path: str, *, keep_folder: bool) -> File:
        gone = self._existing(path)
        del self.files[path]
        folder = path.rpartition("/")[0]
        if keep_folder and folder and not any(other.startswith(f"{folder}/") for other in self.files):
            self.put(git, f"{folder}/{_KEEP}", b"", None)
        return gone

    def _existing(self, path: str) -> File:
        if path not in self.files:
            raise Refused("FileDoesNotExistException", f"There is no file {path}")
        return self.files[path]

    def _check_place(self, path: str) -> None:
        """A file cannot stand where a folder is, nor below a file"""
        if any(other.startswith(f"{path}/") for other in self.files):
            raise Refused("FileNameConflictsWithDirectoryNameException", f"{path} is a folder")
        parts = path.split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in self.files:
                above = "/".join(parts[:depth])
                raise Refused("DirectoryNameConflictsWithFileNameException", f"{above} is a file")


def write_commit(
    git: Repo, draft: Draft, parents: Sequence[str], author: Author, now: datetime
) -> tuple[str, str]:
    """Write tree and commit; no reference moves yet. Commit id and tree id"""
    _check_author(author)
    files = [
        (path.encode(errors="surrogateescape"), store.object_id(file.blob), file.mode)
        for path, file in draft.files.items()
    ]
    commit = Commit()
    commit.tree = commit_tree(git.object_store, files)
    commit.parents = [store.object_id(parent) for parent in parents]
    commit.author = commit.committer = _line(author)
    commit.author_time = commit.commit_time = int(now.timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = author.message.encode()
    git.object_store.add_object(commit)
    return commit.id.decode(), commit.tree.decode()


def _check_author(author: Author) -> None:
    if len(author.name) > _LONGEST_NAME:
        raise Refused("NameLengthExceededException", "The name is longer than 255 characters")
    if "<" in author.email or ">" in author.email or "\n" in author.email:
        raise Refused("InvalidEmailException", f"Invalid email address: {author.email}")
    if len(author.message.encode()) > _LARGEST_MESSAGE:
        raise Refused("CommitMessageLengthExceededException", "The commit message is longer than 1 MB")


def _line(author: Author) -> bytes:
    """Git's own form; what would break it is left out of the name, as git itself does"""
    name = "".join(letter for letter in author.name if letter not in "<>\n\0")
    return f"{name} <{author.email}>".encode()


def _file(entry: Any) -> File:
    return File(entry.sha.decode(), entry.mode)
