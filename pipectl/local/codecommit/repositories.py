"""Repositories as the API knows them: create, describe, list, rename, delete."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import pushes, store
from pipectl.local.codecommit.base import Base, check_name
from pipectl.local.codecommit.records import Repository
from pipectl.local.codecommit.tags import check_tags
from pipectl.local.service import Refused
from pipectl.local.shapes.keys import key_arn, missing_alias

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.service import Caller

_BATCH = 100  # user guide, quotas: "maximum number of repositories in a batch"


class RepositoryOperations(Base):
    """CreateRepository to DeleteRepository, and what changes in place."""

    def create_repository(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: a repository without content has no branch and therefore no default branch"""
        name = request["repositoryName"]
        check_name(name)
        self._refuse_taken(name)
        check_tags(request.get("tags", {}))
        repository = self._new(name, request)
        store.create(repository.folder)
        pushes.install(repository.folder)
        self.repositories[name] = repository
        return {"repositoryMetadata": self.described(repository)}

    def _new(self, name: str, request: dict[str, Any]) -> Repository:
        identity = str(uuid.uuid4())
        now = self.world.now()
        return Repository(
            identity=identity,
            name=name,
            description=request.get("repositoryDescription", ""),
            kms_key=self._key(request.get("kmsKeyId")),
            created=now,
            modified=now,
            folder=self._folder(identity),
            tags=dict(request.get("tags", {})),
        )

    def get_repository(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"repositoryMetadata": self.described(self.found(request["repositoryName"]))}

    def batch_get_repositories(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        names = request["repositoryNames"]
        if len(names) > _BATCH:
            raise Refused(
                "MaximumRepositoryNamesExceededException",
                f"The maximum number of allowed repository names was exceeded: {_BATCH}",
            )
        for name in names:
            check_name(name)
        there = [self.repositories[name] for name in names if name in self.repositories]
        missing = [name for name in names if name not in self.repositories]
        return {
            "repositories": [self.described(repository) for repository in there],
            "repositoriesNotFound": missing,
            "errors": [_not_there(name) for name in missing],
        }

    def list_repositories(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: by name and ascending unless said otherwise"""
        by_date = request.get("sortBy") == "lastModifiedDate"
        ordered = sorted(
            self.repositories.values(),
            key=lambda found: (found.modified if by_date else found.name, found.name),
            reverse=request.get("order") == "descending",
        )
        found, token = self.page([repository.named() for repository in ordered], request.get("nextToken"))
        return {"repositories": found, "nextToken": token}

    def delete_repository(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: deleting a repository that is gone succeeds with an empty id"""
        check_name(request["repositoryName"])
        gone = self.repositories.pop(request["repositoryName"], None)
        if gone is None:
            return {}
        shutil.rmtree(gone.folder, ignore_errors=True)
        return {"repositoryId": gone.identity}

    def update_repository_description(self, request: dict[str, Any], caller: Caller) -> None:
        repository = self.found(request["repositoryName"])
        repository.description = request.get("repositoryDescription", "")
        repository.modified = self.world.now()

    def update_repository_name(self, request: dict[str, Any], caller: Caller) -> None:
        """API reference: the id stays, name, ARN and URLs change"""
        repository = self.found(request["oldName"])
        check_name(request["newName"])
        self._refuse_taken(request["newName"])
        del self.repositories[repository.name]
        repository.name = request["newName"]
        repository.modified = self.world.now()
        self.repositories[repository.name] = repository

    def update_repository_encryption_key(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(request["repositoryName"])
        before = repository.kms_key
        repository.kms_key = self._key(request["kmsKeyId"])
        return {
            "repositoryId": repository.identity,
            "kmsKeyId": repository.kms_key,
            "originalKmsKeyId": before,
        }

    def described(self, repository: Repository) -> dict[str, Any]:
        host = f"git-codecommit.{self.region}.{self.world.dns_suffix(self.region)}"
        return {
            "accountId": self.account,
            **repository.named(),
            "repositoryDescription": repository.description or None,
            "defaultBranch": repository.default_branch,
            "lastModifiedDate": repository.modified,
            "creationDate": repository.created,
            "cloneUrlHttp": self.clone_url(repository.name),
            "cloneUrlSsh": f"ssh://{host}/v1/repos/{repository.name}",
            "Arn": self.arn(repository.name),
            "kmsKeyId": repository.kms_key,
        }

    def clone_url(self, name: str) -> str:
        """Where git reaches it: AWS' own path behind account and Region, which the host names there"""
        return f"{self.world.url}/git/{self.account}/{self.region}/v1/repos/{name}"

    def _folder(self, identity: str) -> Path:
        return self.world.folder / "git" / self.account / self.region / identity

    def _key(self, stated: str | None) -> str:
        """API reference: without a key the AWS managed key aws/codecommit is used, and its ARN is told

        An alias that is not there is refused by the exception of the service model, in its words there.
        """
        prefix = f"arn:{self.partition}:kms:{self.region}:{self.account}:"
        if stated:
            if missing_alias(self.world, self.account, self.region, stated):
                raise Refused("EncryptionKeyNotFoundException", "No encryption key was found.")
            return key_arn(self.world, self.account, self.region, stated)
        return f"{prefix}key/{uuid.uuid5(uuid.NAMESPACE_URL, f'{prefix}alias/aws/codecommit')}"

    def _refuse_taken(self, name: str) -> None:
        if name in self.repositories:
            raise Refused("RepositoryNameExistsException", f"Repository named {name} already exists")


def _not_there(name: str) -> dict[str, Any]:
    return {
        "repositoryName": name,
        "errorCode": "RepositoryDoesNotExistException",
        "errorMessage": f"{name} does not exist",
    }
