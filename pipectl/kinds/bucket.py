"""The artifact bucket: no public access, TLS only, encrypted, artifacts expire."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, for_each, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs
from pipectl.engine.values import Resource, State, Step, exactly
from pipectl.errors import AccessDenied, AwsError
from pipectl.kinds import bucket_policy, bucket_removal, names
from pipectl.kinds.kind import Contents, Kind, Wanted, listed, mapped, no_design, tags
from pipectl.spec.spec import Spec

NAME = "s3 bucket"
EXPIRE_DAYS = 90
ABORT_DAYS = 7
"""How long the parts of an upload stay that nobody ends."""

RULE_ID = "pipectl-artifacts"

PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

MISSING = ("NoSuchBucket", "404")
ABSENT = (
    "NoSuchBucketPolicy",
    "NoSuchTagSet",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
)
"""What S3 says of a bucket that is there but has no such setting."""


def artifact_bucket(spec: Spec, account: Account) -> Resource:
    """The one bucket of a stack's artifacts."""
    name = names.artifact_bucket(spec.name, account.id, account.region)
    stated = {
        "public_access": "blocked",
        "tls_only": True,
        "encryption": "AES256",
        "expire_days": EXPIRE_DAYS,
        "tags": tags(spec),
    }
    if others := bucket_policy.other_accounts(spec, account, name):
        stated["shared_with"] = others
    return Resource(NAME, name, stated)


def without_old_grants(resource: Resource, found: State | None) -> Resource:
    """The bucket, which shares with nobody where the spec names no other account any more."""
    if resource.kind != NAME or not resource.managed or not (found or {}).get("shared_with"):
        return resource
    return replace(resource, stated={"shared_with": exactly([]), **resource.stated})


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """What is stated of each bucket, side by side; each read refuses a bucket of another account."""
    ordered = list(wanted)
    states = for_each(lambda name: _state(cloud, name, wanted[name]), ordered)
    return {name: state for name, state in zip(ordered, states, strict=True) if state is not None}


READS = {
    "public_access": "public_access_block",
    "tls_only": "bucket_policy",
    "encryption": "bucket_encryption",
    "expire_days": "bucket_lifecycle_configuration",
    "tags": "bucket_tagging",
}
"""Word of the spec -> the setting that says it."""


def _state(cloud: Cloud, name: str, stated: State) -> State | None:
    reads = [what for word, what in READS.items() if word in stated]
    answers = dict(zip(reads, for_each(partial(_get, cloud, name), reads), strict=True))
    if None in answers.values():
        return None
    block, policy, encryption, lifecycle, tagging = (answers.get(what) or {} for what in READS.values())
    arn, said = cloud.account.arn("s3", name), policy.get("Policy")
    blocked = block.get("PublicAccessBlockConfiguration", {})
    rules = encryption.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    return {
        "public_access": "blocked" if all(blocked.get(flag) for flag in PUBLIC_ACCESS) else "open",
        "tls_only": bucket_policy.is_tls_only(arn, said),
        "shared_with": bucket_policy.shared_with(arn, cloud.account.partition, said),
        "encryption": _algorithm(rules),
        "expire_days": _expires(lifecycle.get("Rules", [])),
        "tags": mapped(tagging.get("TagSet"), "Key", "Value"),
        "policy": said,
        "rules": lifecycle.get("Rules", []),
    }


def _get(cloud: Cloud, name: str, what: str) -> dict[str, Any] | None:
    """One setting: {} when it is not set, None when there is no bucket."""
    try:
        return cloud.call("s3", f"get_{what}", Bucket=name, ExpectedBucketOwner=cloud.account.id)
    except AccessDenied as error:
        hint = f"the bucket `{name}` may belong to another account; `artifact_bucket:` names one of your own"
        raise AccessDenied(error.service, error.operation, error.code, error.said, hint=hint) from error
    except AwsError as error:
        if error.code in MISSING:
            return None
        if error.code in ABSENT:
            return {}
        raise


def _algorithm(rules: list[Mapping[str, Any]]) -> str | None:
    return rules[0].get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") if rules else None


def _expires(rules: list[Mapping[str, Any]]) -> int | None:
    ours = [rule for rule in rules if rule.get("ID") == RULE_ID and rule.get("Status") == "Enabled"]
    return ours[0].get("Expiration", {}).get("Days") if ours else None


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the bucket with its tags, then all its settings side by side."""
    configuration: dict[str, Any] = {"Tags": listed(resource.stated["tags"], "Key", "Value")}
    if cloud.account.region != "us-east-1":  # which is not in the enum of LocationConstraint
        configuration["LocationConstraint"] = cloud.account.region
    cloud.call("s3", "create_bucket", Bucket=resource.name, CreateBucketConfiguration=configuration)
    _put(cloud, resource.name, resource.stated, before={})


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs; other rules, statements and tags of the bucket stay."""
    changed = {key: value for key, value in step.resource.stated.items() if step.changes(key)}
    _put(cloud, step.resource.name, changed, step.before or {})


def _put(cloud: Cloud, name: str, stated: State, before: State) -> None:
    settings: dict[str, dict[str, Any]] = {}
    if "public_access" in stated:
        settings["put_public_access_block"] = {
            "PublicAccessBlockConfiguration": dict.fromkeys(PUBLIC_ACCESS, True)
        }
    if "encryption" in stated:
        default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": stated["encryption"]}}
        settings["put_bucket_encryption"] = {"ServerSideEncryptionConfiguration": {"Rules": [default]}}
    if "expire_days" in stated:
        rules = _lifecycle(stated["expire_days"], before.get("rules") or [])
        settings["put_bucket_lifecycle_configuration"] = {"LifecycleConfiguration": {"Rules": rules}}
    arn = cloud.account.arn("s3", name)
    shares = "shared_with" in stated
    ours = bucket_policy.statements(arn, cloud.account.partition, stated)
    if ours or shares:
        whole = bucket_policy.with_ours(ours, before.get("policy"), shares=shares)
        settings["put_bucket_policy"] = {"Policy": whole}
    if "tags" in stated and before:
        pairs = listed({**before["tags"], **stated["tags"]}, "Key", "Value")
        settings["put_bucket_tagging"] = {"Tagging": {"TagSet": pairs}}
    common = {"Bucket": name, "ExpectedBucketOwner": cloud.account.id}
    side_by_side([partial(cloud.call, "s3", each, **common, **params) for each, params in settings.items()])


def _lifecycle(days: int, before: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """PutBucketLifecycleConfiguration replaces all rules, so those of others are sent along."""
    ours = {
        "ID": RULE_ID,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    return [*(rule for rule in before if rule.get("ID") != RULE_ID), ours]


GETS = ("s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicy", "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration")  # fmt: skip
PUTS = ("s3:CreateBucket", "s3:PutBucketPublicAccessBlock", "s3:PutBucketPolicy",
        "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration")  # fmt: skip


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon S3: its actions are not always called like the operations.

    Tags at the creation need `s3:TagResource` (API reference, CreateBucketConfiguration).
    """
    bucket = account.arn("s3", resource.name)
    yield from needs(Purpose.PLAN, [bucket], *GETS)
    yield from needs(Purpose.PLAN | Purpose.DESTROY, [bucket], "s3:GetBucketTagging")
    yield from needs(Purpose.CREATE, [bucket], *PUTS, "s3:TagResource")
    yield from needs(Purpose.CREATE | Purpose.DESTROY, [bucket], "s3:PutBucketTagging")
    ends = ("s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:DeleteBucket")
    yield from needs(Purpose.DESTROY, [bucket], *ends)
    empties = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload")
    yield from needs(Purpose.DESTROY, [f"{bucket}/*"], *empties)


KIND = Kind(
    NAME,
    no_design,
    read,
    create,
    update,
    delete=bucket_removal.delete,
    release=bucket_removal.release,
    contents=Contents("artifacts", bucket_removal.look),
    permissions=permissions,
    events=(
        "PutBucketEncryption",
        "PutBucketPolicy",
        "DeleteBucketPolicy",
        "PutBucketPublicAccessBlock",
        "DeleteBucketPublicAccessBlock",
        "PutBucketLifecycle",
        "DeleteBucketLifecycle",
        "PutBucketVersioning",
        "DeleteBucket",
    ),
)
