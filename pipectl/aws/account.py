"""Account: partition, Region and id; turns names into ARNs, so that a plan is complete before any write."""

from dataclasses import dataclass

DNS_SUFFIXES = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}
"""Where a partition's endpoints end, when not in amazonaws.com (botocore, partitions.json)."""

PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}
"""How the Regions of the other partitions are called (botocore, partitions.json)."""

GLOBAL_SERVICES = frozenset({"iam", "s3"})
"""Services whose ARNs name no Region."""

WITHOUT_ACCOUNT = frozenset({"s3"})
"""Services whose ARNs name no account."""


def partition(region: str) -> str:
    """The partition of a Region."""
    return next((name for begin, name in PARTITIONS.items() if region.startswith(begin)), "aws")


@dataclass(frozen=True)
class Account:
    """One account in one Region, as `caller` (an IAM or STS ARN) sees it."""

    id: str
    region: str
    partition: str = "aws"
    caller: str = ""

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource part such as `repository/rails_app`."""
        region = "" if service in GLOBAL_SERVICES else self.region
        account = "" if service in WITHOUT_ACCOUNT else self.id
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    @property
    def dns_suffix(self) -> str:
        """What the host names of this partition end in."""
        return DNS_SUFFIXES.get(self.partition, "amazonaws.com")

    @property
    def registry(self) -> str:
        """The host of the account's private ECR registry in this Region."""
        return f"{self.id}.dkr.ecr.{self.region}.{self.dns_suffix}"
