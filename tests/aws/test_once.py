"""The same read is sent once, however many ask and whatever the answer is"""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.aws.once import Once
from pipectl.errors import AwsError


class Counting:
    """Answers with the number of the call; `gate` holds answers back"""

    def __init__(self, error: Exception | None = None) -> None:
        self.account = Account("123456789012", "eu-west-1")
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.gate = threading.Event()
        self._error = error

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        self.asked.append((f"{service} {operation}", params))
        assert self.gate.wait(10)
        if self._error:
            raise self._error
        return {"number": len(self.asked)}


def test_side_by_side_one_asks_and_all_are_answered() -> None:
    cloud = Counting()
    once = Once(cloud)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(once.call, "ecs", "list_clusters") for _ in range(8)]
        cloud.gate.set()
        assert [future.result() for future in futures] == [{"number": 1}] * 8
    assert len(cloud.asked) == 1


def test_other_parameters_are_another_question() -> None:
    cloud = Counting()
    cloud.gate.set()
    once = Once(cloud)
    asked = [{"names": ["a"]}, {"names": ["b"]}, {"names": ["a"]}, {}]
    assert [once.call("ecs", "list_clusters", **params)["number"] for params in asked] == [1, 2, 1, 3]
    assert once.call("ecs", "describe_clusters")["number"] == 4


def test_an_error_is_everybodys_answer() -> None:
    cloud = Counting(AwsError("ecs", "list_clusters", "Throttled", "slow down"))
    cloud.gate.set()
    once = Once(cloud)
    for _ in range(2):
        with pytest.raises(AwsError, match="slow down"):
            once.call("ecs", "list_clusters")
    assert len(cloud.asked) == 1


def test_the_account_is_that_behind_the_door() -> None:
    cloud = Counting()
    assert Once(cloud).account is cloud.account
