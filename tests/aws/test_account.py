"""Names are keys, ARNs are computed: in every partition."""

import pytest

from pipectl.aws.account import Account

HOME = Account("123456789012", "eu-west-1")
CHINA = Account("123456789012", "cn-north-1", "aws-cn")


@pytest.mark.parametrize(
    ("account", "service", "resource", "arn"),
    [
        (HOME, "ecs", "cluster/prod", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"),
        (HOME, "iam", "role/web", "arn:aws:iam::123456789012:role/web"),
        (HOME, "s3", "artifacts", "arn:aws:s3:::artifacts"),
        (CHINA, "s3", "artifacts", "arn:aws-cn:s3:::artifacts"),
        (CHINA, "codepipeline", "web", "arn:aws-cn:codepipeline:cn-north-1:123456789012:web"),
    ],
)
def test_a_name_becomes_an_arn(account: Account, service: str, resource: str, arn: str) -> None:
    assert account.arn(service, resource) == arn


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "123456789012.dkr.ecr.r.amazonaws.com"),
        ("aws-us-gov", "123456789012.dkr.ecr.r.amazonaws.com"),
        ("aws-cn", "123456789012.dkr.ecr.r.amazonaws.com.cn"),
        ("aws-eusc", "123456789012.dkr.ecr.r.amazonaws.eu"),
    ],
)
def test_the_registry_ends_as_its_partition_does(partition: str, host: str) -> None:
    assert Account("123456789012", "r", partition).registry == host
