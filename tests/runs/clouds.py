"""Clouds that answer what a test hands in, for states that no local AWS can be brought into quickly."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.errors import AwsError

Answer = Callable[..., Mapping[str, Any]] | Mapping[str, Any] | str


class Scripted:
    """Answers each operation from a mapping, by calling a function, or with an error's code"""

    account = Account("123456789012", "eu-west-1")

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._lock = threading.Lock()

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        with self._lock:
            self.asked.append((operation, params))
        answer = self.answers[operation]
        if isinstance(answer, str):
            raise AwsError(service, operation, answer, "")
        return dict(answer(**params) if callable(answer) else answer)

    def count(self, operation: str) -> int:
        return sum(asked == operation for asked, _ in self.asked)
