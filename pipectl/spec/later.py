"""The placeholder of a value that is decided later: `pipectl init` writes it, `validate` explains it."""

from collections.abc import Iterator
from typing import Any

from pipectl.spec.document import Document, of_shell, problem_at
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem

LATER = "<later>"
RULE = "later"

STEPS = {
    "name": "enter a name for the stack: small letters, digits and `-`",
    "region": "enter a Region, such as eu-west-1",
    "repository": "enter the name of a CodeCommit repository, or owner/name with "
    "`provider: CodeStarSourceConnection` and `connection`",
    "branch": "enter the branch to deploy, such as main",
    "connection": "enter the ARN of a connection; `aws codeconnections list-connections` lists them, "
    "`aws codeconnections create-connection --provider-type GitHub --connection-name github` creates one",
    "ports": "enter the port that the container listens on, such as 8080",
    "port": "enter the port that the container listens on, such as 8080",
    "subnets": "enter subnet IDs, such as subnet-0a1b2c3d4e5f60718; `aws ec2 describe-subnets` lists them",
    "security_groups": "enter security group IDs, such as sg-0a1b2c3d4e5f60718; "
    "`aws ec2 describe-security-groups` lists them; without the key the VPC's default group is used",
    "assign_public_ip": "enter true in public subnets, false where a NAT gateway leads out",
    "target_group": "enter the ARN of a target group; `aws elbv2 describe-target-groups` lists them; "
    "without a load balancer delete `load_balancer`",
    "cluster": "enter the name of the cluster",
    "ecs": "enter the name of the cluster",
}
"""Key -> what to enter (API references of ECS, EC2, CodeConnections and Elastic Load Balancing)."""


def later(document: Document) -> Iterator[tuple[Path, Problem]]:
    """Every placeholder in the values and keys of a document, as an error that says what to enter."""
    return _in(document, document.values, ())


def _in(document: Document, value: Any, path: Path) -> Iterator[tuple[Path, Problem]]:
    if isinstance(value, dict):
        for key, inside in value.items():
            if key == LATER:
                place = document.places.of_key((*path, key))
                yield (*path, key), problem_at(place, RULE, _message(path), _step(path))
            yield from _in(document, inside, (*path, key))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _in(document, inside, (*path, number))
    elif value == LATER and not of_shell(path, LATER):
        yield path, document.problem(path, RULE, _message(path), _step(path))


def _message(path: Path) -> str:
    return f"`{_key(path)}` is left for later"


def _step(path: Path) -> str:
    return STEPS.get(_key(path), "replace it by a value")


def _key(path: Path) -> str:
    """The last key that is a word: an entry of a list is told by the list's."""
    return next((part for part in reversed(path) if isinstance(part, str) and part != LATER), "")
