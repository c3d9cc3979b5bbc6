"""What all parts of the service share: the repositories of one account and Region, and how they are found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from pipectl.local import paging
from pipectl.local.codecommit.words import in_own_words
from pipectl.local.service import Refused, Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.local.codecommit.comment_records import Comment
    from pipectl.local.codecommit.pull_records import PullRequest
    from pipectl.local.codecommit.records import Repository, Template
    from pipectl.local.wire import Answer, Caller, Request
    from pipectl.local.world import World

_PAGE = 1000  # inferred: the API reference names no page size
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


class Base(Service):
    """The state of the service and the questions that every operation asks first."""

    model_name: ClassVar[str] = "codecommit"

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.repositories: dict[str, Repository] = {}
        self.templates: dict[str, Template] = {}
        self.pulls: dict[str, PullRequest] = {}
        self.comments: dict[str, Comment] = {}

    def answer(self, request: Request, caller: Caller) -> Answer:
        """The service has no ValidationException: each member that is wrong has an error of its own"""
        try:
            return super().answer(request, caller)
        except Refused as refusal:
            raise in_own_words(refusal, request.operation) from refusal

    def found(self, name: str) -> Repository:
        check_name(name)
        if name not in self.repositories:
            raise Refused("RepositoryDoesNotExistException", f"{name} does not exist")
        return self.repositories[name]

    def page_size(self, request: dict[str, Any], default: int = _PAGE) -> int:
        """`maxResults` of a request (API reference: non-zero and non-negative)"""
        size = request.get("maxResults", default)
        if size < 1:
            raise Refused("InvalidMaxResultsException", "maxResults must be a positive number")
        return int(size)

    def page(
        self, items: Sequence[Any], token: str | None, size: int = _PAGE
    ) -> tuple[list[Any], str | None]:
        try:
            return paging.page(items, token, size)
        except paging.BadToken:
            raise Refused(
                "InvalidContinuationTokenException", "The specified continuation token is not valid."
            ) from None


def check_name(name: str) -> None:
    """User guide, limits: letters, digits, periods, underscores, dashes; not ending in .git"""
    if not _NAME.fullmatch(name) or name.endswith(".git"):
        raise Refused(
            "InvalidRepositoryNameException",
            f"Invalid repository name: {name}. Names have 1 to 100 letters, digits, periods, underscores and"
            " dashes, and cannot end in .git",
        )
