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


def answered(_world: World, request: Request, answer: Answer) -> Answer:
    """The answer with its tags re-ordered (inferred: AWS documents no order of tags)"""
    if request.service not in _SETS or not request.operation.startswith(("Get", "List")):
        return answer
    lists, items = _SETS[request.service]
    if not lists.search(answer.body):
        return answer
    body = lists.sub(lambda one: one[1] + b"".join(reversed(items.findall(one[2]))) + one[3], answer.body)
    return replace(answer, body=body)
