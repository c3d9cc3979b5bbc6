"""How much IAM takes in one policy, and policies that are too large cut into parts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipectl.aws.policy import VERSION

Statement = Mapping[str, Any]

MANAGED = 6_144
"""Characters of a managed policy, white space not counted (IAM user guide, quotas)."""

INLINE = 10_240
"""Characters of all inline policies of a role together, white space not counted (the same)."""

ATTACHED = 10
"""Managed policies that a role takes, as long as the account's quota is not raised (the same)."""

ROOM = 10
"""Characters that the number of a part may take."""


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": VERSION, "Statement": list(statements)}


def size(policy: Mapping[str, Any]) -> int:
    """The characters that IAM counts."""
    return len(json.dumps(policy, separators=(",", ":")))


def parts(statements: Sequence[Statement], first: int = MANAGED) -> list[list[Statement]]:
    """The statements in as few lists as fit: `first` characters in the first one, then those of managed ones.

    A statement that fits nowhere alone, and has one resource only, is a part of its own that is too large.
    """
    if size(document(statements)) <= first:
        return [list(statements)]
    found: list[list[Statement]] = [[]]
    for statement in (piece for whole in statements for piece in _pieces(whole)):
        limit = first if len(found) == 1 else MANAGED
        if found[-1] and size(document([*found[-1], statement])) > limit:
            found.append([])
        found[-1].append(statement)
    return found


def _pieces(statement: Statement) -> list[Statement]:
    """A statement that fills a policy alone is cut between its resources."""
    halves = list(_halves(statement))
    if len(halves) == 1:
        return halves
    return [{**half, "Sid": f"{half['Sid']}Part{number}"} for number, half in enumerate(halves, 1)]


def _halves(statement: Statement) -> Iterator[Statement]:
    resources = statement.get("Resource")
    if (
        not isinstance(resources, list)
        or len(resources) == 1
        or size(document([statement])) <= MANAGED - ROOM
    ):
        yield statement
        return
    middle = len(resources) // 2
    for half in (resources[:middle], resources[middle:]):
        yield from _halves({**statement, "Resource": half})
