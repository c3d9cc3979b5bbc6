"""The ledger of a command as a table: what was sent to AWS, and whether it may have written."""

from collections.abc import Sequence
from typing import Protocol

from pipectl.render.text import counted


class Call(Protocol):
    """What the ledger remembers of one kind of call (pipectl.aws.ledger)."""

    @property
    def service(self) -> str:
        """As boto3 names it."""

    @property
    def operation(self) -> str:
        """In snake case."""

    @property
    def count(self) -> int:
        """How often it was sent."""

    @property
    def writes(self) -> bool:
        """Whether it may have changed something."""


def calls_text(calls: Sequence[Call]) -> str:
    """Service, operation, count, read or write; the sums below."""
    rows = [
        (call.service, call.operation, str(call.count), "write" if call.writes else "read") for call in calls
    ]
    table = [("service", "operation", "calls", ""), *rows]
    wide = [max(len(row[column]) for row in table) for column in range(3)]
    lines = [
        f"{service:{wide[0]}}  {operation:{wide[1]}}  {count:>{wide[2]}}  {what}".rstrip()
        for service, operation, count, what in table
    ]
    reads = sum(call.count for call in calls if not call.writes)
    writes = sum(call.count for call in calls if call.writes)
    return "\n".join([*lines, f"{counted(reads, 'read')}, {counted(writes, 'write')}"])
