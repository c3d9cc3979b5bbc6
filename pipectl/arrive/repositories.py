"""Where the code and the images live: CodeCommit and ECR repositories as the spec writes them."""

import re
from collections.abc import Mapping
from typing import Any

from pipectl.arrive.looking import Look, filled, own_tags
from pipectl.aws.policy import written
from pipectl.engine.values import State
from pipectl.kinds import lifecycle, repository, source

ECR_WORDS: State = dict.fromkeys(("tags", "keep_images", "untagged_days", "lifecycle_policy", "policy"))
CODECOMMIT_WORDS: State = {"tags": {}}
ARN = re.compile(r"arn:aws")


def codecommit(look: Look, name: str) -> State | None:
    """What is there of a CodeCommit repository."""
    return look.state(source.KIND, name, CODECOMMIT_WORDS)


def ecr(look: Look, name: str) -> State | None:
    """What is there of an ECR repository."""
    return look.state(repository.KIND, name, ECR_WORDS)


def codecommit_block(look: Look, name: str, found: State) -> dict[str, Any]:
    """A CodeCommit repository in the grammar."""
    return filled(
        description=found.get("description"),
        kms_key=_customer_key(look, name, found.get("kms_key")),
        tags=own_tags(found.get("tags")),
    )


def _customer_key(look: Look, name: str, key: str | None) -> str | None:
    """The key, unless it is AWS's own, whose ARN CodeCommit tells too (API reference, GetRepository)."""
    if key is None or not ARN.match(key):
        return None
    if key.split(":")[4] != look.account.id:
        return key
    what, missing = f"key of codecommit repository {name}", ("NotFoundException",)
    answer = look.ask(what, "kms", "describe_key", missing, KeyId=key)
    return key if ((answer or {}).get("KeyMetadata") or {}).get("KeyManager") == "CUSTOMER" else None


def ecr_block(found: State) -> dict[str, Any]:
    """An ECR repository in the grammar, without what ECR has by itself."""
    said: dict[str, Any] = _lifecycle(found)
    if found["scan_on_push"] is False:
        said["scan_on_push"] = False
    if found["tag_mutability"] != "MUTABLE":
        said |= filled(tag_mutability=found["tag_mutability"], mutable_tags=found["mutable_tags"])
    if found["encryption"] != "AES256":
        said |= filled(encryption=found["encryption"], kms_key=found["kms_key"])
    return said | filled(policy=_policy(found.get("policy")), tags=own_tags(found.get("tags")))


def _lifecycle(found: State) -> dict[str, Any]:
    rules = found.get("lifecycle_policy") or []
    if found.get("keep_images") == "other rules":
        return {"lifecycle_policy": {"rules": lifecycle.written({"lifecycle_policy": rules})}}
    return filled(**{word: found.get(word) for word in lifecycle.FRIENDLY})


def _policy(statements: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A policy as IAM writes it: what had no Sid has none."""
    if not statements:
        return None
    return {"Version": "2012-10-17", "Statement": written(statements)}
