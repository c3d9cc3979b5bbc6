"""Cloud, the one-method door to AWS, and what can be said of a call without sending it."""

import contextvars
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from pipectl.aws.account import Account
from pipectl.errors import AwsError

A = TypeVar("A")
T = TypeVar("T")

READING = ("get_", "list_", "describe_", "batch_get_", "head_", "simulate_")
"""How the names of operations begin that change nothing."""

SIDE_BY_SIDE = 16
"""How many calls are under way at once (one connection each)."""


@dataclass(frozen=True)
class Batch:
    """Calls that were begun together, and how many of them have ended."""

    total: int
    _ended: list[None] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many have ended."""
        return len(self._ended)

    def run(self, call: Callable[[], Any]) -> Any:
        """Make one call of the batch; who waits in it can tell how far all have come."""
        batch.set(self)
        try:
            return call()
        finally:
            self._ended.append(None)


batch: contextvars.ContextVar[Batch | None] = contextvars.ContextVar("batch", default=None)
"""The calls among which the running one stands."""


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


def side_by_side(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """Run calls at the same time; the results stand in the order of the calls.

    Every call is finished before the first error is raised. May be nested: the number of connections is
    bounded at the door, not here.
    """
    todo = list(calls)
    if len(todo) < 2:  # noqa: PLR2004  one call needs no thread
        return [call() for call in todo]
    together = Batch(len(todo))
    with ThreadPoolExecutor(min(len(todo), SIDE_BY_SIDE)) as pool:
        futures = [pool.submit(contextvars.copy_context().run, together.run, call) for call in todo]
    return [future.result() for future in futures]


def for_each(do: Callable[[A], T], items: Iterable[A]) -> list[T]:
    """Do the same for every item, side by side; the results stand in the order of the items."""
    return side_by_side([partial(do, item) for item in items])


def by_name(ask: Callable[[Cloud, str], T], cloud: Cloud, names: Iterable[str]) -> dict[str, T]:
    """Ask for every name, side by side: what each one answered."""
    ordered = list(names)
    return dict(zip(ordered, for_each(partial(ask, cloud), ordered), strict=True))


def in_batches(
    ask: Callable[[Cloud, list[str]], list[T]], cloud: Cloud, names: Iterable[str], size: int
) -> list[T]:
    """Ask for at most `size` names in each call, side by side: all that was answered."""
    ordered = list(names)
    batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [item for answer in for_each(partial(ask, cloud), batches) for item in answer]
