"""What an account offers a first spec: network, connections, clusters, target groups. Only reads."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipectl.aws.account import partition
from pipectl.aws.cloud import Cloud, pages, side_by_side
from pipectl.doctor import Network, all_of, network, refused
from pipectl.errors import AwsError

MOST = 3
"""Subnets that are proposed: one for each of so many zones."""

PROVIDERS = {"github.com": "GitHub", "gitlab.com": "GitLab", "bitbucket.org": "Bitbucket"}
"""Host -> what the connections to it are called."""


@dataclass(frozen=True)
class Subnet:
    """A subnet. `way` is where it leads out: `private` by NAT, `public` by an internet gateway, else None."""

    id: str
    zone: str
    way: str | None
    name: str = ""

    @property
    def title(self) -> str:
        """It in one line."""
        kind = {"private": "private, leads out", "public": "public", None: "no way out"}[self.way]
        return "  ".join(filter(None, (self.id, self.zone, kind, self.name)))


@dataclass(frozen=True)
class GitConnection:
    """A connection to a Git host; one that is not AVAILABLE has to be completed in the console."""

    arn: str
    name: str
    provider: str
    status: str

    @property
    def title(self) -> str:
        """It in one line."""
        kind = "" if self.works else f"{self.status.lower()}: complete it in the console"
        return "  ".join(filter(None, (self.name, self.provider, kind)))

    @property
    def works(self) -> bool:
        """Whether a pipeline can use it."""
        return self.status == "AVAILABLE"


@dataclass(frozen=True)
class TargetGroup:
    """A target group for IP addresses; `url` is that of its load balancer."""

    arn: str
    name: str
    url: str = ""

    @property
    def title(self) -> str:
        """It in one line."""
        return "  ".join(filter(None, (self.name, self.url or "no load balancer sends to it")))


@dataclass(frozen=True)
class Offers:
    """What there is. `unseen` says what could not be looked at."""

    vpc: str | None = None
    subnets: tuple[Subnet, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    """Id and name of each security group."""
    connections: tuple[GitConnection, ...] = ()
    clusters: tuple[str, ...] = ()
    targets: tuple[TargetGroup, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def proposed(self) -> tuple[Subnet, ...]:
        """Private subnets that lead out, else public ones, in different zones."""
        for way in ("private", "public"):
            by_zone = {each.zone: each for each in reversed(self.subnets) if each.way == way}
            if by_zone:
                return tuple(sorted(by_zone.values(), key=lambda each: each.zone))[:MOST]
        return ()

    @property
    def proposed_groups(self) -> tuple[str, ...]:
        """The VPC's own group."""
        return tuple(identity for identity, name in self.groups if name == "default")[:1]

    def connection_to(self, host: str | None) -> str | None:
        """The only connection that works to a host."""
        provider = PROVIDERS.get(host or "")
        found = [each.arn for each in self.connections if each.works and provider in (None, each.provider)]
        return found[0] if len(found) == 1 else None


def look(cloud: Cloud) -> Offers:
    """Ask for everything side by side. What AWS denies is said and left out."""
    unseen: list[str] = []

    def seen(what: str, ask: Callable[[], Any], nothing: Any) -> Any:
        try:
            return ask()
        except AwsError as error:
            unseen.append(f"{what}: {refused(what, error).text}")
            return nothing

    vpc, connections, clusters, targets = side_by_side([
        partial(seen, "VPCs", partial(_vpc, cloud), None),
        partial(seen, "connections", partial(_connections, cloud), ()),
        partial(seen, "clusters", partial(_clusters, cloud), ()),
        partial(seen, "target groups", partial(_targets, cloud), ()),
    ])  # fmt: skip
    subnets: tuple[Subnet, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    if vpc:
        around = seen("route tables", partial(network, cloud, vpc), None)
        subnets, groups = side_by_side([
            partial(seen, "subnets", partial(_subnets, cloud, vpc, around), ()),
            partial(seen, "security groups", partial(_groups, cloud, vpc), ()),
        ])  # fmt: skip
    return Offers(vpc, subnets, groups, connections, clusters, targets, tuple(unseen))


def _vpc(cloud: Cloud) -> str | None:
    """The default VPC, else the only one."""
    found = all_of(partial(cloud.call, "ec2", "describe_vpcs"), "Vpcs")
    default = [each["VpcId"] for each in found if each.get("IsDefault")]
    return str((default or [found[0]["VpcId"]])[0]) if default or len(found) == 1 else None


def _subnets(cloud: Cloud, vpc: str, around: Network | None) -> tuple[Subnet, ...]:
    ask = partial(cloud.call, "ec2", "describe_subnets", Filters=_of(vpc))
    found = sorted(all_of(ask, "Subnets"), key=lambda each: (each["AvailabilityZone"], each["SubnetId"]))
    return tuple(
        Subnet(
            each["SubnetId"],
            each["AvailabilityZone"],
            _way(around, each["SubnetId"]),
            _name(each.get("Tags")),
        )
        for each in found
    )


def _way(around: Network | None, subnet: str) -> str | None:
    way = around.way_out(subnet) if around else None
    return None if way is None else "public" if way.startswith("igw-") else "private"


def _groups(cloud: Cloud, vpc: str) -> tuple[tuple[str, str], ...]:
    ask = partial(cloud.call, "ec2", "describe_security_groups", Filters=_of(vpc))
    return tuple((each["GroupId"], each["GroupName"]) for each in all_of(ask, "SecurityGroups"))


def _connections(cloud: Cloud) -> tuple[GitConnection, ...]:
    found = all_of(partial(cloud.call, "codeconnections", "list_connections"), "Connections")
    return tuple(
        GitConnection(
            each["ConnectionArn"],
            each["ConnectionName"],
            each.get("ProviderType", ""),
            each["ConnectionStatus"],
        )
        for each in found
    )


def _clusters(cloud: Cloud) -> tuple[str, ...]:
    return tuple(
        sorted(arn.rpartition("/")[2] for arn in pages(cloud, "ecs", "list_clusters", "clusterArns"))
    )


def _targets(cloud: Cloud) -> tuple[TargetGroup, ...]:
    """Those that take the addresses of tasks (developer guide of ECS, "Use an Application Load Balancer")."""
    groups = _marked(partial(cloud.call, "elbv2", "describe_target_groups"), "TargetGroups")
    taken = [each for each in groups if each.get("TargetType") == "ip"]
    used = {arn for each in taken for arn in each.get("LoadBalancerArns", ())}
    balancers = (
        _marked(partial(cloud.call, "elbv2", "describe_load_balancers"), "LoadBalancers") if used else []
    )
    urls = {
        each["LoadBalancerArn"]: _url(cloud, each) for each in balancers if each["LoadBalancerArn"] in used
    }
    return tuple(
        TargetGroup(
            each["TargetGroupArn"],
            each["TargetGroupName"],
            next((urls[arn] for arn in each.get("LoadBalancerArns", ()) if arn in urls), ""),
        )
        for each in taken
    )


def _url(cloud: Cloud, balancer: Mapping[str, Any]) -> str:
    """By its listeners: HTTPS where there is one."""
    listeners = cloud.call("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])[
        "Listeners"
    ]
    found = {each.get("Protocol"): each.get("Port") for each in listeners}
    scheme, usual = ("https", 443) if "HTTPS" in found else ("http", 80)
    port = found.get(scheme.upper(), usual)
    return f"{scheme}://{balancer['DNSName']}{'' if port == usual else f':{port}'}"


def _marked(ask: Callable[..., Mapping[str, Any]], items: str) -> list[Any]:
    """All items of a read of Elastic Load Balancing, whose token is called `NextMarker`."""
    found: list[Any] = []
    marker: dict[str, str] = {}
    while True:
        answer = ask(**marker)
        found += answer.get(items) or []
        if not answer.get("NextMarker"):
            return found
        marker = {"Marker": answer["NextMarker"]}


def _of(vpc: str) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def _name(tags: Iterable[Mapping[str, str]] | None) -> str:
    return next((tag["Value"] for tag in tags or () if tag["Key"] == "Name"), "")


def local_connection(account: str, region: str, repository: str) -> str:
    """The ARN of a connection on the local AWS, where `local connect` completes any: one for a repository."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, repository)
    return f"arn:{partition(region)}:codeconnections:{region}:{account}:connection/{identity}"
