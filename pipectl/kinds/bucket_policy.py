"""The policy of the artifact bucket: TLS only, and which other accounts exchange artifacts through it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.policy import VERSION, canonical
from pipectl.facts.calls.artifacts import LOOK, READ, WRITE
from pipectl.kinds.declaration import artifact_bucket
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.wiring import wired
from pipectl.spec.spec import Spec

TLS_SID = "OnlyTls"
FIND_SID, EXCHANGE_SID = "OtherAccountsFindArtifacts", "OtherAccountsExchangeArtifacts"
ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


def tls_statement(arn: str) -> dict[str, Any]:
    """What refuses every request without TLS, to a bucket by its ARN."""
    return {
        "Sid": TLS_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def sharing_statements(arn: str, partition: str, accounts: Iterable[str]) -> list[dict[str, Any]]:
    """What lets accounts work on the artifacts of a bucket by its ARN; their own roles must allow it too.

    User guide, "Create a pipeline that uses resources from another account": the bucket's policy names the
    account, since there the action's role, the role of a build and that of a stack read artifacts.
    """
    named = [f"arn:{partition}:iam::{account}:root" for account in sorted(accounts)]
    if not named:
        return []
    allowed = {"Effect": "Allow", "Principal": {"AWS": named}}
    return [
        {"Sid": FIND_SID, **allowed, "Action": [*LOOK, "s3:ListBucket"], "Resource": [arn]},
        {"Sid": EXCHANGE_SID, **allowed, "Action": [*READ, *WRITE], "Resource": [f"{arn}/*"]},
    ]


def statements(arn: str, partition: str, stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All statements of ours for a bucket as it is stated."""
    shared = sharing_statements(arn, partition, stated.get("shared_with") or ())
    return [*([tls_statement(arn)] if stated.get("tls_only") else []), *shared]


def is_tls_only(arn: str, policy: str | None) -> bool:
    """Whether a policy has our statement about TLS."""
    return _has(policy, [tls_statement(arn)])


def shared_with(arn: str, partition: str, policy: str | None) -> list[str]:
    """The accounts that our statements in a policy name; none when they are not whole."""
    found = json.dumps((canonical(policy) or {}).get(EXCHANGE_SID) or {}, default=str)
    accounts = sorted(set(ROOT.findall(found)))
    return accounts if _has(policy, sharing_statements(arn, partition, accounts)) else []


def _has(policy: str | None, wanted: list[dict[str, Any]]) -> bool:
    found = canonical(policy) or {}
    return all(found.get(sid) == each for sid, each in (canonical({"Statement": wanted}) or {}).items())


def with_ours(ours: list[dict[str, Any]], before: str | None, *, shares: bool) -> str:
    """A policy with our statements: PutBucketPolicy replaces it all, so those of others are sent along.

    `shares` says whether `ours` decides on other accounts: then what was granted to others before goes.
    """
    found = json.loads(before)["Statement"] if before else []
    listed = [found] if isinstance(found, Mapping) else found
    sids = {each["Sid"] for each in ours} | ({FIND_SID, EXCHANGE_SID} if shares else set())
    others = [each for each in listed if each.get("Sid") not in sids]
    return json.dumps({"Version": VERSION, "Statement": [*others, *ours]})


def other_accounts(spec: Spec, account: Account, bucket: str) -> list[str]:
    """The accounts of actions and rules that take or give artifacts in a bucket of the stack's Region."""
    roles = {
        role
        for block in spec.all(Pipeline).values()
        if block.managed and artifact_bucket(spec, account, block) == bucket
        for role, region in (*_action_roles(block), *_rule_roles(block))
        if role and region in (None, account.region)
    }
    return sorted({role.split(":")[4] for role in roles} - {account.id})


def _action_roles(block: Pipeline) -> Iterator[tuple[str | None, str | None]]:
    for wire in wired(block):
        if wire.inputs or wire.outputs:
            yield wire.action.role, wire.action.region


def _rule_roles(block: Pipeline) -> Iterator[tuple[str | None, str | None]]:
    for stage in block.stages:
        for condition in (stage.before_entry, stage.on_success, stage.on_failure):
            for rule in (condition.rules if condition else None) or ():
                if rule.inputs:
                    yield rule.role, rule.region
