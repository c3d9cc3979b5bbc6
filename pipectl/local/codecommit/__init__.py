"""CodeCommit: repositories that ordinary git and the API see alike."""

from __future__ import annotations

from pipectl.local.codecommit.archives import Archives
from pipectl.local.codecommit.blob_differences import BlobDifferenceOperations
from pipectl.local.codecommit.changes import ChangeOperations
from pipectl.local.codecommit.comment_reads import CommentReadOperations
from pipectl.local.codecommit.differences import DifferenceOperations
from pipectl.local.codecommit.history import HistoryOperations
from pipectl.local.codecommit.pull_merges import PullMergeOperations
from pipectl.local.codecommit.repositories import RepositoryOperations
from pipectl.local.codecommit.tags import TagOperations
from pipectl.local.codecommit.triggers import TriggerOperations


class CodeCommit(
    RepositoryOperations,
    TagOperations,
    TriggerOperations,
    HistoryOperations,
    CommentReadOperations,
    PullMergeOperations,
    ChangeOperations,
    DifferenceOperations,
    BlobDifferenceOperations,
    Archives,
):
    """The service of one account and Region, put together from its parts."""


SERVICE = CodeCommit
