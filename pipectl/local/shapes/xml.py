"""Sets in answers of XML: the tags of IAM and S3, and the rules of a bucket's lifecycle."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

_SETS = {
    "iam": (
        re.compile(rb"(<Tags>)(.*?)(</Tags>)", re.DOTALL),
        re.compile(rb"<member>.*?</member>", re.DOTALL),
    ),
    "s3": (re.compile(rb"(<TagSet>)(.*?)(</TagSet>)", re.DOTALL), re.compile(rb"<Tag>.*?</Tag>", re.DOTALL)),
}
"""Service -> the list and its items."""
_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)


def answered(_world: World, request: Request, answer: Answer) -> Answer:
    """The answer with its tags re-ordered.

    IAM sorts them by their keys (API reference, ListRoleTags and its brothers: "The returned list of tags is
    sorted by tag key"; that GetRole and others do so too is inferred). S3 documents no order: the reverse
    (inferred).
    """
    if request.service not in _SETS or not request.operation.startswith(("Get", "List")):
        return answer
    lists, items = _SETS[request.service]
    if not lists.search(answer.body):
        return answer
    arranged = _sorted if request.service == "iam" else _reversed
    body = lists.sub(lambda tags: tags[1] + b"".join(arranged(items.findall(tags[2]))) + tags[3], answer.body)
    return replace(answer, body=body)


def _sorted(tags: list[bytes]) -> list[bytes]:
    return sorted(tags, key=lambda tag: (_KEY.findall(tag) or [b""])[0])


def _reversed(tags: list[bytes]) -> list[bytes]:
    return tags[::-1]
