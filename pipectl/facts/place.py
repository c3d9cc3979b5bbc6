"""Place: where a call arrives (partition, Region, account), and how ARNs are spelled there."""

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

GLOBAL_SERVICES = frozenset({"iam", "s3", "ecr-public"})
"""Services whose ARNs name no Region (Service Authorization Reference, resource types)."""

WITHOUT_ACCOUNT = frozenset({"s3"})
"""Services whose ARNs name no account (Service Authorization Reference, resource types)."""


def partition(region: str) -> str:
    """The partition of a Region."""
    return next((name for begin, name in PARTITIONS.items() if region.startswith(begin)), "aws")


@dataclass(frozen=True)
class Place:
    """A partition, a Region and an account."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource part such as `repository/rails_app`."""
        region = "" if service in GLOBAL_SERVICES else self.region
        account = "" if service in WITHOUT_ACCOUNT else self.account
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    @property
    def dns_suffix(self) -> str:
        """What the host names of this partition end in."""
        return DNS_SUFFIXES.get(self.partition, "amazonaws.com")
