"""AWS::S3::Bucket and AWS::S3::BucketPolicy: the artifact bucket and its settings."""

from collections.abc import Iterator

from pipectl.aws.policy import VERSION
from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Fn, Names
from pipectl.kinds.bucket import ABORT_DAYS, PUBLIC_ACCESS, RULE_ID
from pipectl.kinds.bucket_policy import statements


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The bucket, and the policy that refuses everything but TLS."""
    logical = names.of(resource)
    arn = names.account.arn("s3", resource.name)
    days = resource.stated["expire_days"]
    rule = {
        "Id": RULE_ID,
        "Status": "Enabled",
        "ExpirationInDays": days,
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
    }
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": resource.stated["encryption"]}}
    properties = {
        "BucketName": resource.name,
        "PublicAccessBlockConfiguration": dict.fromkeys(PUBLIC_ACCESS, True),
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "LifecycleConfiguration": {"Rules": [rule]},
        **names.tags(resource),
    }
    named = {"BucketName": resource.name}
    yield Entry(logical, "AWS::S3::Bucket", resource, properties, named, {arn: f"{logical}.Arn"})
    policy = {"Version": VERSION, "Statement": statements(arn, names.account.partition, resource.stated)}
    yield Entry(
        f"{logical}Policy",
        "AWS::S3::BucketPolicy",
        resource,
        {"Bucket": Fn("Ref", logical), "PolicyDocument": policy},
        {"Bucket": resource.name},
    )
