"""Resource policies: an account's id comes back as its root user's ARN, and the text is written anew.

Of IAM's trust policies, S3's bucket policies and ECR's repository policies that is recorded
(crossplane-contrib/provider-aws#701; IAM user guide, "AWS JSON policy elements: Principal").
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pipectl.local.gaps import documents, ecr_policies

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

_ECR = frozenset({"GetRepositoryPolicy", "SetRepositoryPolicy", "DeleteRepositoryPolicy"})
_ACCOUNT = re.compile(r"\d{12}")
_TRUST = re.compile(rb"(<AssumeRolePolicyDocument>)(.*?)(</AssumeRolePolicyDocument>)", re.DOTALL)


def answered(world: World, request: Request, answer: Answer) -> Answer:
    """The answer with the policies in it as AWS tells them"""
    partition = world.partition(request.region)
    if request.service == "ecr" and request.operation in _ECR:
        said = answer.json()
        return answer.with_json({**said, "policyText": _in_ecr(said["policyText"], partition)})
    if request.service == "s3" and request.operation == "GetBucketPolicy":
        return _with_body(answer, _rewritten(answer.body.decode(), partition).encode())
    if request.service == "iam" and b"<AssumeRolePolicyDocument>" in answer.body:
        return _with_body(answer, _TRUST.sub(lambda found: _trust(found, partition), answer.body))
    return answer


def _with_body(answer: Answer, body: bytes) -> Answer:
    return replace(answer, body=body)


def _trust(found: re.Match[bytes], partition: str) -> bytes:
    text = _rewritten(unquote(found[2].decode()), partition)
    return found[1] + quote(text, safe="").encode() + found[3]


def _in_ecr(text: str, partition: str) -> str:
    """ECR's own writing (`ecr_policies`), and its lists in another order (AWS CLI examples)"""
    try:
        said = _reordered(rooted(json.loads(text), partition))
    except ValueError:
        return text
    return ecr_policies.written(said)


def _rewritten(text: str, partition: str) -> str:
    try:
        return json.dumps(rooted(json.loads(text), partition), separators=(",", ":"))
    except ValueError:
        return text


def rooted(document: dict[str, Any], partition: str) -> dict[str, Any]:
    """A policy whose account ids are the ARNs of their root users"""
    return _mapped(
        document,
        lambda who: f"arn:{partition}:iam::{who}:root" if _ACCOUNT.fullmatch(who) else who,
    )


def _mapped(document: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    for statement in documents.statements(document):
        named = statement.get("Principal")
        if isinstance(named, dict) and "AWS" in named:
            who = named["AWS"]
            named["AWS"] = (
                change(str(who)) if not isinstance(who, list) else [change(str(one)) for one in who]
            )
    return document


def _reordered(document: dict[str, Any]) -> dict[str, Any]:
    for statement in documents.statements(document):
        for part in [statement, *(each for each in statement.values() if isinstance(each, dict))]:
            part |= {key: value[::-1] for key, value in part.items() if isinstance(value, list)}
    return document
