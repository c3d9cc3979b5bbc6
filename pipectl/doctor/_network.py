"""The network of tasks as EC2 tells it: subnets, their route tables, the endpoints of their VPC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, side_by_side
from pipectl.doctor._tools import all_of

Shape = Mapping[str, Any]
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Network:
    """One VPC: its route tables and its endpoints that work."""

    tables: Sequence[Shape]
    endpoints: Sequence[Shape]

    def table(self, subnet: str) -> Shape:
        """The table of a subnet: its own, else the VPC's main one (user guide of VPC, "route tables")."""
        main: Shape = {}
        for table in self.tables:
            for association in table.get("Associations", []):
                if association.get("SubnetId") == subnet:
                    return table
                if association.get("Main"):
                    main = table
        return main

    def way_out(self, subnet: str) -> str | None:
        """Where traffic to everywhere goes, as `nat-0123`; None when it goes nowhere."""
        for route in self.table(subnet).get("Routes", []):
            if route.get("DestinationCidrBlock") == EVERYWHERE and route.get("State") != "blackhole":
                return _leads_to(route)
        return None

    def lost_way(self, subnet: str) -> str | None:
        """What a route to everywhere led to before it was deleted."""
        for route in self.table(subnet).get("Routes", []):
            if route.get("DestinationCidrBlock") == EVERYWHERE and route.get("State") == "blackhole":
                return _leads_to(route) or "?"
        return None

    def has_endpoint(self, service: str, subnet: str) -> bool:
        """Whether tasks in a subnet reach a service within the VPC; a gateway only by their route table."""
        table = self.table(subnet).get("RouteTableId")
        for endpoint in self.endpoints:
            named = str(endpoint.get("ServiceName", "")).endswith(f".{service}")
            if named and (endpoint.get("VpcEndpointType") != "Gateway" or table in endpoint["RouteTableIds"]):
                return True
        return False


def _leads_to(route: Shape) -> str | None:
    """The gateway, interface or network behind a route (API reference of EC2, Route)."""
    named = (value for key, value in sorted(route.items()) if key.endswith(("Id", "Arn")) and value)
    return next(map(str, named), None)


def subnet(cloud: Cloud, name: str) -> Shape | None:
    """A subnet; None when it is not there."""
    answer = find(["InvalidSubnetID.NotFound"], cloud, "ec2", "describe_subnets", SubnetIds=[name])
    return next(iter(answer["Subnets"]), None) if answer else None


def network(cloud: Cloud, vpc: str) -> Network:
    """The tables and endpoints of a VPC."""
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    tables, endpoints = side_by_side([
        partial(all_of, partial(cloud.call, "ec2", "describe_route_tables", Filters=of_vpc), "RouteTables"),
        partial(all_of, partial(cloud.call, "ec2", "describe_vpc_endpoints", Filters=of_vpc), "VpcEndpoints"),
    ])  # fmt: skip
    works = [each for each in endpoints if str(each.get("State", "available")).lower() == "available"]
    return Network(tables, works)
