"""The door: which operations write, how missing things are found, how calls go side by side."""

import contextvars
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import botocore.session
import pytest

from pipectl.aws.account import Account
from pipectl.aws.cloud import SIDE_BY_SIDE, by_name, find, for_each, in_batches, side_by_side, writes
from pipectl.aws.ledger import Book, Call, Ledger
from pipectl.aws.readonly import ReadOnly
from pipectl.errors import AwsError


class Fake:
    """A cloud that answers by a function"""

    account = Account("123456789012", "eu-west-1", caller="arn:aws:iam::123456789012:user/dev")

    def __init__(self, answer: Callable[[str, str, dict[str, Any]], dict[str, Any]] = lambda *_: {}) -> None:
        self.answer = answer
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        self.calls.append((service, operation, params))
        return self.answer(service, operation, params)


@pytest.mark.parametrize(
    "operation",
    [
        "get_role",
        "list_tags_for_resource",
        "describe_services",
        "batch_get_projects",
        "head_bucket",
        "simulate_principal_policy",
    ],
)
def test_reading_operations_do_not_write(operation: str) -> None:
    assert not writes(operation)


def test_whatever_is_no_reading_operation_writes() -> None:
    session = botocore.session.get_session()
    reading = ("Get", "List", "Describe", "BatchGet", "Head", "Simulate")
    for service in ("codepipeline", "codebuild", "ecs", "ecr", "iam", "s3", "logs", "events", "codecommit"):
        for name in session.get_service_model(service).operation_names:
            assert writes(botocore.xform_name(name)) is not name.startswith(reading), name


def test_a_read_only_cloud_lets_reads_through_and_refuses_to_write() -> None:
    fake = Fake()
    cloud = ReadOnly(fake)
    cloud.call("iam", "get_role", RoleName="a")
    with pytest.raises(RuntimeError, match="iam create_role would write where pipectl only looks"):
        cloud.call("iam", "create_role", RoleName="a")
    assert fake.calls == [("iam", "get_role", {"RoleName": "a"})]
    assert cloud.account is fake.account


def test_a_ledger_counts_what_is_sent_by_service_and_operation() -> None:
    book = Book()
    cloud = Ledger(Fake(), book)
    for name in ("a", "b"):
        cloud.call("iam", "get_role", RoleName=name)
    cloud.call("ecs", "create_cluster", clusterName="a")
    assert book.calls() == [Call("ecs", "create_cluster", 1, True), Call("iam", "get_role", 2, False)]
    assert (book.count(writing=True), book.count(writing=False)) == (1, 2)


def test_a_ledger_counts_a_call_that_fails() -> None:
    def refuse(service: str, operation: str, _: dict[str, Any]) -> dict[str, Any]:
        raise AwsError(service, operation, "Refused", "no")

    book = Book()
    with pytest.raises(AwsError):
        Ledger(Fake(refuse), book).call("ecs", "create_cluster")
    assert book.count(writing=True) == 1


def test_ledgers_of_several_regions_share_a_book() -> None:
    book = Book()
    for cloud in (Ledger(Fake(), book), Ledger(Fake(), book)):
        cloud.call("iam", "get_role")
    assert book.calls() == [Call("iam", "get_role", 2, False)]


def test_a_ledger_keeps_no_parameters() -> None:
    book = Book()
    Ledger(Fake(), book).call("codebuild", "create_project", environment="a secret")
    assert "a secret" not in repr(book.calls())


def test_no_call_is_lost_when_many_threads_count() -> None:
    book = Book()
    cloud = Ledger(Fake(), book)
    side_by_side([partial(cloud.call, "iam", "get_role")] * 500)
    assert book.count(writing=False) == 500


def raises(code: str) -> Fake:
    def refuse(service: str, operation: str, _: dict[str, Any]) -> dict[str, Any]:
        raise AwsError(service, operation, code, "said")

    return Fake(refuse)


def test_a_missing_thing_is_none() -> None:
    assert find(["NoSuchEntity"], raises("NoSuchEntity"), "iam", "get_role", RoleName="a") is None


def test_any_other_refusal_is_an_error() -> None:
    with pytest.raises(AwsError) as refused:
        find(["NoSuchEntity"], raises("Throttling"), "iam", "get_role", RoleName="a")
    assert refused.value.code == "Throttling"


def test_results_stand_in_the_order_of_the_calls() -> None:
    last_first = [threading.Event() for _ in range(3)]

    def answer(number: int) -> int:
        if number < 2:
            assert last_first[number + 1].wait(10)
        last_first[number].set()
        return number

    assert side_by_side([partial(answer, number) for number in range(3)]) == [0, 1, 2]


def test_the_first_error_is_raised_when_all_calls_have_ended() -> None:
    ended: list[int] = []
    failed = threading.Event()

    def work(number: int) -> None:
        if number == 1:
            failed.set()
            raise ValueError("first")
        assert failed.wait(10)
        ended.append(number)
        if number == 3:
            raise ValueError("second")

    with pytest.raises(ValueError, match="first"):
        side_by_side([partial(work, number) for number in range(5)])
    assert sorted(ended) == [0, 2, 3, 4]


def test_calls_side_by_side_may_be_nested() -> None:
    """More nested calls than threads in one pool must not wait for each other for ever"""

    def inner(number: int) -> list[int]:
        return for_each(lambda each: number * 100 + each, range(3))

    assert for_each(inner, range(40))[39] == [3900, 3901, 3902]


def test_one_call_needs_no_thread() -> None:
    assert side_by_side([threading.get_ident]) == [threading.get_ident()]
    assert side_by_side([]) == []


def test_what_is_said_in_a_thread_belongs_to_the_step_that_began_it() -> None:
    step: contextvars.ContextVar[str] = contextvars.ContextVar("step")
    step.set("web")
    assert side_by_side([step.get, step.get]) == ["web", "web"]


def test_every_name_is_asked_for_alone() -> None:
    fake = Fake(lambda _service, _operation, params: {"name": params["RoleName"].upper()})

    def ask(cloud: Any, name: str) -> str:
        return str(cloud.call("iam", "get_role", RoleName=name)["name"])

    assert by_name(ask, fake, ["b", "a"]) == {"b": "B", "a": "A"}
    assert len(fake.calls) == 2


@pytest.mark.parametrize(
    ("names", "calls"), [(0, []), (1, [1]), (100, [100]), (101, [1, 100]), (250, [50, 100, 100])]
)
def test_names_are_asked_for_in_batches(names: int, calls: list[int]) -> None:
    fake = Fake(lambda _service, _operation, params: {"found": params["names"]})

    def ask(cloud: Any, batch: list[str]) -> list[str]:
        return list(cloud.call("codebuild", "batch_get_projects", names=batch)["found"])

    wanted = [f"project {number}" for number in range(names)]
    assert in_batches(ask, fake, wanted, 100) == wanted
    assert sorted(len(params["names"]) for _, _, params in fake.calls) == calls


def test_side_by_side_means_sixteen() -> None:
    assert SIDE_BY_SIDE == 16
