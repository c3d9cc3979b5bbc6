"""Reading the history and the files of a repository through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.base import Base
from pipectl.local.codecommit.paths import clean
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.objects import Commit, ObjectID
    from dulwich.repo import Repo

    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_LARGEST_ANSWER = 6 * 1024 * 1024  # API reference, FileTooLargeException: "a 6 MB limit"
_MOST_COMMITS = 100  # user guide, quotas: commits in a batch
_FOLDER = 0o040000
_SUBMODULE = 0o160000


class ContentOperations(Base):
    """GetCommit, BatchGetCommits, GetFile, GetFolder, GetBlob."""

    def get_commit(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, identity = self.found(request["repositoryName"]), request["commitId"]
        if not store.is_object_id(identity):
            raise Refused("InvalidCommitIdException", f"{identity} is not a full commit id")
        with store.opened(repository.folder) as git:
            commit = objects.commit(git, identity)
            if commit is None:
                raise Refused("CommitIdDoesNotExistException", f"Commit {identity} does not exist")
            return {"commit": objects.described(commit)}

    def batch_get_commits(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, identities = self.found(request["repositoryName"]), request["commitIds"]
        if not identities:
            raise Refused("CommitIdsListRequiredException", "A list of commit ids is required")
        if len(identities) > _MOST_COMMITS:
            raise Refused(
                "CommitIdsLimitExceededException", f"At most {_MOST_COMMITS} commit ids are allowed"
            )
        there, errors = [], []
        with store.opened(repository.folder) as git:
            for identity in identities:
                commit = objects.commit(git, identity) if store.is_object_id(identity) else None
                if commit:
                    there.append(objects.described(commit))
                else:
                    errors.append(_not_there(identity))
        return {"commits": there, "errors": errors}

    def get_file(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, path = self.found(request["repositoryName"]), clean(request["filePath"])
        with store.opened(repository.folder) as git:
            commit = self.specified(git, repository, request.get("commitSpecifier"))
            mode, identity = objects.entry(git, commit, path) or (0, None)
            content = objects.blob(git, identity) if identity and mode in objects.FILE_MODES else None
            if content is None or identity is None:
                raise Refused("FileDoesNotExistException", f"There is no file {path} in {commit.id.decode()}")
            _refuse_large(content)
            return {
                "commitId": commit.id.decode(),
                "blobId": identity.decode(),
                "filePath": path,
                "fileMode": objects.FILE_MODES[mode],
                "fileSize": len(content),
                "fileContent": content,
            }

    def get_folder(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, path = self.found(request["repositoryName"]), clean(request["folderPath"], empty=True)
        with store.opened(repository.folder) as git:
            commit = self.specified(git, repository, request.get("commitSpecifier"))
            mode, identity = objects.entry(git, commit, path) or (0, None)
            tree = objects.tree(git, identity) if identity and mode == _FOLDER else None
            if tree is None:
                raise Refused(
                    "FolderDoesNotExistException", f"There is no folder {path} in {commit.id.decode()}"
                )
            parts = [(name.decode(errors="replace"), mode, child) for name, mode, child in tree.iteritems()]
            return {
                "commitId": commit.id.decode(),
                "folderPath": path,
                "treeId": tree.id.decode(),
                **_listed(path, parts),
            }

    def get_blob(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(request["repositoryName"])
        return {"content": self.blob_content(repository, request["blobId"])}

    def blob_content(self, repository: Repository, identity: str) -> bytes:
        """The content of a blob; one that the API cannot answer is refused"""
        if not store.is_object_id(identity):
            raise Refused("InvalidBlobIdException", f"{identity} is not a full blob id")
        with store.opened(repository.folder) as git:
            content = objects.blob(git, store.object_id(identity))
        if content is None:
            raise Refused("BlobIdDoesNotExistException", f"Blob {identity} does not exist")
        _refuse_large(content)
        return content

    def specified(self, git: Repo, repository: Repository, specifier: str | None) -> Commit:
        """Without a specifier the tip of the default branch (API reference, GetFile)"""
        wanted = specifier or repository.default_branch
        commit = objects.commit(git, wanted) if wanted else None
        if commit is None:
            raise Refused("CommitDoesNotExistException", f"Commit {wanted or 'HEAD'} does not exist")
        return commit


def _listed(path: str, parts: list[tuple[str, int, ObjectID]]) -> dict[str, Any]:
    """API reference, GetFolder: folders, files, links and submodules apart, each with both paths"""
    answer: dict[str, Any] = {"subFolders": [], "files": [], "symbolicLinks": [], "subModules": []}
    for name, mode, identity in parts:
        paths = {"absolutePath": f"{path}/{name}".lstrip("/"), "relativePath": name}
        if mode == _FOLDER:
            answer["subFolders"].append({"treeId": identity.decode(), **paths})
        elif mode == _SUBMODULE:
            answer["subModules"].append({"commitId": identity.decode(), **paths})
        else:
            kind = objects.FILE_MODES.get(mode, "NORMAL")
            listed = answer["symbolicLinks" if kind == "SYMLINK" else "files"]
            listed.append({"blobId": identity.decode(), **paths, "fileMode": kind})
    return answer


def _refuse_large(content: bytes) -> None:
    if len(content) > _LARGEST_ANSWER:
        raise Refused("FileTooLargeException", "The file is larger than 6 MB, which the API cannot answer")


def _not_there(identity: str) -> dict[str, str]:
    return {
        "commitId": identity,
        "errorCode": "CommitIdDoesNotExistException",
        "errorMessage": f"Commit {identity} does not exist",
    }
