"""TagResource, UntagResource, ListTagsForResource: pipelines, custom action types and webhooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from .store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.service import Caller

Shape = dict[str, Any]
MAXIMUM_TAGS = 50  # User guide, limits


def merged(arn: str, before: dict[str, str], tags: Iterable[Shape]) -> dict[str, str]:
    """Old and new tags of a resource together, or a refusal in the words that moto's authors met."""
    added = {tag["key"]: tag["value"] for tag in tags}
    _refuse_system(added)
    after = {**before, **added}
    if len(after) > MAXIMUM_TAGS:
        raise Refused("TooManyTagsException", f"Tag limit exceeded for resource [{arn}].")
    return after


def _refuse_system(keys: Iterable[str]) -> None:
    """The words are those of AWS as moto's authors met them (docs/aws/codepipeline.md, 2.4)."""
    for key in keys:
        if key.lower().startswith("aws:"):
            raise Refused(
                "InvalidTagsException",
                "Not allowed to modify system tags. System tags start with 'aws:'. "
                "msg=[Caller is an end user and not allowed to mutate system tags]",
            )


def shown(tags: dict[str, str]) -> list[Shape]:
    """Tags as the wire has them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


class Tags(Store):
    """The tagging operations."""

    def tag_resource(self, request: Shape, caller: Caller) -> None:
        """API reference, TagResource."""
        tags = self._tags_of(request["resourceArn"])
        after = merged(request["resourceArn"], tags, request["tags"])
        tags.clear()
        tags.update(after)

    def untag_resource(self, request: Shape, caller: Caller) -> None:
        """API reference, UntagResource: keys that are not there are no error."""
        tags = self._tags_of(request["resourceArn"])
        _refuse_system(request["tagKeys"])
        for key in request["tagKeys"]:
            tags.pop(key, None)

    def list_tags_for_resource(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListTagsForResource."""
        found, token = self.page(shown(self._tags_of(request["resourceArn"])), request, 100)
        return {"tags": found, "nextToken": token}

    def _tags_of(self, arn: str) -> dict[str, str]:
        start = self.arn("")
        if not re.fullmatch(r"arn:aws(-[\w]+)*:codepipeline:.+:[0-9]{12}:.+", arn):
            raise Refused("InvalidArnException", f"The ARN is not valid: {arn}")
        resource = arn.removeprefix(start)
        if arn.startswith(start) and resource in self.pipelines:
            return self.pipelines[resource].tags
        if arn.startswith(start) and resource in self.custom_tags:
            return self.custom_tags[resource]
        # Recorded by others for a pipeline that is not there (docs/aws/codepipeline.md, 5).
        raise Refused(
            "ResourceNotFoundException",
            f"The account with id '{self.account}' does not include a pipeline with the name '{resource}'",
        )
