"""Cloud, the one-method door to AWS, and what can be said of a call without sending it."""

import contextvars
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from pipectl.aws.account import Account
from pipectl.errors import AwsError

T = TypeVar("T")

READING = ("get_", "list_", "describe_", "batch_get_", "head_")
"""How the names of operations begin that change nothing."""

SIDE_BY_SIDE = 16
"""How many calls are under way at once (one connection each)."""


class Cloud(Protocol):
    """The door: every call to AWS goes through `call`."""

    @property
    def account(self) -> Account:
        """The account behind the door. Asks STS once, at the first use."""

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Send one call; `operation` in snake case, as boto3 names it.

        Raises AwsError with the wire's code, AccessDenied, or NotConnected.
        """


def writes(operation: str) -> bool:
    """Whether an operation may change something."""
    return not operation.startswith(READING)


def find(
    missing: Iterable[str], cloud: Cloud, service: str, operation: str, /, **params: Any
) -> dict[str, Any] | None:
    """The answer of a read, or None when AWS answers with one of the `missing` codes."""
    try:
        return cloud.call(service, operation, **params)
    except AwsError as error:
        if error.code in set(missing):
            return None
        raise


def pages(cloud: Cloud, service: str, operation: str, items: str, /, **params: Any) -> list[Any]:
    """All items of a paged read; the token is `nextToken` in the question and in the answer."""
    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        answer = cloud.call(service, operation, **params, **token)
        found += answer.get(items) or []
        if not answer.get("nextToken"):
            return found
        token = {"nextToken": answer["nextToken"]}


def side_by_side(calls: Iterable[Callable[[], T]]) -> list[T]:
    """Run calls at the same time; the results stand in the order of the calls.

    Every call is finished before the first error is raised. May be nested: the number of connections is
    bounded at the door, not here.
    """
    todo = list(calls)
    if len(todo) < 2:  # noqa: PLR2004  one call needs no thread
        return [call() for call in todo]
    with ThreadPoolExecutor(min(len(todo), SIDE_BY_SIDE)) as pool:
        futures = [pool.submit(contextvars.copy_context().run, call) for call in todo]
    return [future.result() for future in futures]


def in_batches(names: Iterable[str], size: int) -> list[list[str]]:
    """The names, at most `size` in each list: what one batch call takes."""
    ordered = list(names)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
