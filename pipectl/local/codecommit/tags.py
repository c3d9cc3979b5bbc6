"""Tags of repositories, named by ARN."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_MOST = 50  # user guide, quotas
_TEXT = re.compile(r"[\w\s.:/=+\-@]*")  # user guide, tags: letters, numbers, white space and _ . : / = + - @


class TagOperations(Base):
    """TagResource, UntagResource, ListTagsForResource."""

    def tag_resource(self, request: dict[str, Any], caller: Caller) -> None:
        repository = self._named(request["resourceArn"])
        check_tags(repository.tags | request["tags"], new=request["tags"])
        repository.tags.update(request["tags"])

    def untag_resource(self, request: dict[str, Any], caller: Caller) -> None:
        repository = self._named(request["resourceArn"])
        _refuse_system_tags(request["tagKeys"])
        for key in request["tagKeys"]:
            repository.tags.pop(key, None)

    def list_tags_for_resource(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"tags": dict(self._named(request["resourceArn"]).tags)}

    def _named(self, arn: str) -> Repository:
        """The ARN of a repository has no type part: arn:P:codecommit:R:A:NAME"""
        prefix = self.arn("")
        if not arn.startswith(prefix) or ":" in arn[len(prefix) :]:
            raise Refused("InvalidResourceArnException", f"Invalid resource ARN: {arn}")
        return self.found(arn[len(prefix) :])


def check_tags(tags: dict[str, str], *, new: dict[str, str] | None = None) -> None:
    if len(tags) > _MOST:
        raise Refused("TooManyTagsException", f"A repository can have at most {_MOST} tags")
    changed = tags if new is None else new
    _refuse_system_tags(changed)
    for key, value in changed.items():
        if not _TEXT.fullmatch(key) or not _TEXT.fullmatch(value):
            raise Refused("InvalidTagsMapException", f"The tag {key} holds characters that are not allowed")


def _refuse_system_tags(keys: Any) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise Refused("InvalidSystemTagUsageException", "Tag keys that begin with aws: are reserved for AWS")
