"""Account: partition, Region and id; turns names into ARNs, so that a plan is complete before any write."""

from dataclasses import dataclass

from pipectl.facts.place import Place, partition

__all__ = ["Account", "partition"]


@dataclass(frozen=True)
class Account:
    """One account in one Region, as `caller` (an IAM or STS ARN) sees it."""

    id: str
    region: str
    partition: str = "aws"
    caller: str = ""

    @property
    def place(self) -> Place:
        """Where its calls arrive."""
        return Place(self.partition, self.region, self.id)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource part such as `repository/rails_app`."""
        return self.place.arn(service, resource)

    @property
    def dns_suffix(self) -> str:
        """What the host names of this partition end in."""
        return self.place.dns_suffix

    @property
    def registry(self) -> str:
        """The host of the account's private ECR registry in this Region."""
        return f"{self.id}.dkr.ecr.{self.region}.{self.dns_suffix}"
