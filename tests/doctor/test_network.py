"""Where a subnet leads, as its route table says it"""

from typing import Any

from pipectl.doctor import Network


def table(*routes: dict[str, str], subnet: str | None = None) -> dict[str, Any]:
    association = {"SubnetId": subnet} if subnet else {"Main": True}
    return {"RouteTableId": f"rtb-{subnet}", "Associations": [association], "Routes": list(routes)}


LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}
LOST = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-2", "State": "blackhole"}
TRANSIT = {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active"}
CLOUD_WAN = {
    "DestinationCidrBlock": "0.0.0.0/0",
    "CoreNetworkArn": "arn:aws:networkmanager::1:core-network/core-network-1",
    "State": "active",
}
OF_SIX = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"}


def test_a_subnet_without_a_table_of_its_own_has_the_main_one() -> None:
    net = Network([table(LOCAL, subnet="subnet-1"), table(LOCAL, NAT)], [])
    assert (net.way_out("subnet-1"), net.way_out("subnet-2")) == (None, "nat-1")


def test_a_route_whose_gateway_was_deleted_leads_nowhere() -> None:
    net = Network([table(LOCAL, LOST)], [])
    assert (net.way_out("subnet-1"), net.lost_way("subnet-1")) == (None, "nat-2")


def test_other_ways_than_gateways_count_and_those_of_ipv6_do_not() -> None:
    assert Network([table(LOCAL, TRANSIT)], []).way_out("subnet-1") == "tgw-1"
    assert Network([table(LOCAL, CLOUD_WAN)], []).way_out("subnet-1") == CLOUD_WAN["CoreNetworkArn"]
    assert Network([table(LOCAL, OF_SIX)], []).way_out("subnet-1") is None


def test_without_any_table_nothing_is_known() -> None:
    net = Network([], [])
    assert (net.way_out("subnet-1"), net.lost_way("subnet-1")) == (None, None)
    assert not net.has_endpoint("s3", "subnet-1")
