"""aws_s3_bucket and the resources of its settings."""

from collections.abc import Iterator
from typing import Any

from pipectl.aws.policy import VERSION
from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Body, Expression, Json
from pipectl.export.terraform.values import Entry, Names
from pipectl.export.wording import Name
from pipectl.kinds.bucket import ABORT_DAYS, RULE_ID
from pipectl.kinds.bucket_policy import statements

TYPE = "aws_s3_bucket"
PUBLIC_ACCESS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The bucket, then each of its settings."""
    label = names.of(resource)
    arn = names.account.arn("s3", resource.name)
    body = {"bucket": resource.name, **names.tags(resource)}
    gives = {arn: (Name(f"{TYPE}.{label}.arn"),)}
    yield Entry(TYPE, label, resource, body, resource.name, gives)
    for suffix, setting in _settings(resource, arn, names).items():
        named = {"bucket": Expression(f"{TYPE}.{label}.bucket")}
        yield Entry(f"{TYPE}_{suffix}", label, resource, {**named, **setting}, resource.name)


def _settings(resource: Resource, arn: str, names: Names) -> dict[str, dict[str, Any]]:
    days = resource.stated["expire_days"]
    rule = {
        "id": RULE_ID,
        "status": "Enabled",
        "filter": Body(prefix=""),
        "expiration": Body(days=days),
        "noncurrent_version_expiration": Body(noncurrent_days=days),
        "abort_incomplete_multipart_upload": Body(days_after_initiation=ABORT_DAYS),
    }
    default = Body(sse_algorithm=resource.stated["encryption"])
    policy = {"Version": VERSION, "Statement": statements(arn, names.account.partition, resource.stated)}
    return {
        "public_access_block": dict.fromkeys(PUBLIC_ACCESS, True),
        "server_side_encryption_configuration": {
            "rule": Body(apply_server_side_encryption_by_default=default)
        },
        "lifecycle_configuration": {"rule": Body(rule)},
        "policy": {"policy": Json(policy)},
    }
