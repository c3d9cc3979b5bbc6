"""What all parts of the service share: its projects, and how names and ARNs lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pipectl.local import paging
from pipectl.local.service import Refused, Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipectl.local.world import World

_PAGE = 100  # API reference, ListProjects and ListBuilds: "If there are more than 100 items in the list"


class Base(Service):
    """The state of the service; a project is kept as the wire knows it."""

    model_name: ClassVar[str] = "codebuild"
    validation_code: ClassVar[str] = "InvalidInputException"  # the only refusal that the model has for input

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.projects: dict[str, dict[str, Any]] = {}

    def project(self, name: str) -> dict[str, Any]:
        """A project by name, or by ARN as the API reference allows ("names or ARNs of the build projects")"""
        short = self.short_name(name)
        if short not in self.projects:
            raise Refused(
                "ResourceNotFoundException", f"Project cannot be found: {self.arn(f'project/{short}')}"
            )
        return self.projects[short]

    def short_name(self, name: str) -> str:
        return name.removeprefix(self.arn("project/"))

    def page(
        self, items: Sequence[Any], token: str | None, size: int = _PAGE
    ) -> tuple[list[Any], str | None]:
        try:
            return paging.page(items, token, size)
        except paging.BadToken:
            raise Refused("InvalidInputException", "Invalid next token") from None
