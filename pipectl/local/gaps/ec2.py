"""EC2: the default VPC of a Region leads out, as in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World

_DONE = "ec2 default VPC"


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer, after its default VPC was made whole"""
    known = world.beside(_DONE, request.account, request.region)
    if not known:
        known["done"] = True
        _lead_out(world.moto("ec2", request.account, request.region))
    return forward(request)


def _lead_out(backend: Any) -> None:
    """User guide of VPC, "default VPCs": an internet gateway, to which the main route table leads"""
    vpc = backend.get_default_vpc()
    if vpc is None:
        return
    table = next(
        (
            each
            for each in backend.describe_route_tables()
            if each.vpc_id == vpc.id and each.main_association_id
        ),
        None,
    )
    if table is not None:
        gateway = backend.create_internet_gateway()
        backend.attach_internet_gateway(gateway.id, vpc.id)
        backend.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)
