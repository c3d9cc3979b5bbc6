"""CodeCommit: repositories that ordinary git and the API see alike."""

from __future__ import annotations

from pipectl.local.codecommit.branches import BranchOperations
from pipectl.local.codecommit.repositories import RepositoryOperations
from pipectl.local.codecommit.tags import TagOperations


class CodeCommit(RepositoryOperations, TagOperations, BranchOperations):
    """The service of one account and Region, put together from its parts."""


SERVICE = CodeCommit
