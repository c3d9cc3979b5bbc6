"""Fargate tasks in subnets from which neither images nor logs can be reached."""

from collections.abc import Iterator

from pipectl.command import aws
from pipectl.doctor._case import Case, Service
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._network import Network, network, subnet
from pipectl.doctor._tools import each

TITLE = "way out"
NAT = "or take a subnet with a route to a NAT gateway"


def check(case: Case) -> list[Finding]:
    """Every subnet of every service on Fargate."""
    places = [
        (service, name)
        for service in case.services()
        if service.on_fargate
        for name in service.network.get("subnets", [])
    ]
    return each(places, lambda place: place[1], lambda place: _look(case, *place))


def _look(case: Case, service: Service, name: str) -> Iterator[Finding]:
    found = subnet(case.cloud, name)
    if found is None:
        text = f"is not there, and tasks of {service.title} are to run in it"
        yield wrong(
            name, text, f"name a subnet of {case.cloud.account.region} ({aws('ec2 describe-subnets')})"
        )
        return
    around = network(case.cloud, found["VpcId"])
    way = around.way_out(name)
    public = service.network.get("assignPublicIp") == "ENABLED"
    if way and (public or not way.startswith("igw-")):
        yield good(name, f"leads out by {way}")
        return
    outside = [image for image in _images(service) if ".dkr.ecr." not in image]
    missing = [part for part in _needed(service) if not around.has_endpoint(part, name)]
    if way or outside or missing:
        yield _stuck(service, name, around, outside, missing)
    else:
        yield good(name, "reaches what tasks need by VPC endpoints")


def _stuck(service: Service, name: str, around: Network, outside: list[str], missing: list[str]) -> Finding:
    way, lost = around.way_out(name), around.lost_way(name)
    tasks = f"tasks of {service.title} cannot start"
    if way:
        text = f"leads out by {way} only, and tasks get no public address: {tasks}"
        return wrong(name, text, f"let them have one (`assign_public_ip: true`), {NAT}")
    why = f"its way out {lost} was deleted" if lost else "has no way out"
    if outside:
        text = f"{why}, and {outside[0]} is pulled from outside: {tasks}"
        return wrong(name, text, "copy the image to ECR and make VPC endpoints for it, " + NAT)
    text = f"{why}, and no VPC endpoint for {', '.join(missing)}: {tasks}"
    return wrong(name, text, f"make these endpoints in its VPC, {NAT}")


def _images(service: Service) -> list[str]:
    return [str(container.get("image", "")) for container in service.containers]


def _needed(service: Service) -> Iterator[str]:
    """What a task on Fargate asks before it runs (user guide of ECR, "VPC endpoints")."""
    if any(".dkr.ecr." in image for image in _images(service)):
        yield from ("ecr.api", "ecr.dkr", "s3")
    drivers = {(each.get("logConfiguration") or {}).get("logDriver") for each in service.containers}
    if "awslogs" in drivers:
        yield "logs"
    yield from sorted(
        {_kept(each) for container in service.containers for each in container.get("secrets", [])}
    )


def _kept(secret: dict[str, str]) -> str:
    return "secretsmanager" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
