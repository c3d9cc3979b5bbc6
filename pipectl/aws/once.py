"""A Cloud that sends the same read once, however many ask for it, side by side too."""

import json
import threading
from concurrent.futures import Future
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud


class Once:
    """Answers a repeated question from memory, also with the error that it was answered with.

    What is answered belongs to all who asked: nobody may change it.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str, str], Future[dict[str, Any]]] = {}

    @property
    def account(self) -> Account:
        """The account behind the door."""
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Send the call, or wait for the answer of whoever has sent it."""
        key = (service, operation, json.dumps(params, sort_keys=True, default=str))
        with self._lock:
            known = self._answers.get(key)
            answer = known or self._answers.setdefault(key, Future())
        if known is None:
            self._ask(answer, service, operation, params)
        return answer.result()

    def _ask(
        self, answer: "Future[dict[str, Any]]", service: str, operation: str, params: dict[str, Any]
    ) -> None:
        try:
            answer.set_result(self._cloud.call(service, operation, **params))
        except BaseException as error:  # noqa: BLE001  whoever asked raises it
            answer.set_exception(error)
