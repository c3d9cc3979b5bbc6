"""A Cloud that refuses to write: planning runs behind it."""

from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, writes


class ReadOnly:
    """Lets reads through. A write is a bug in pipectl, so it is a RuntimeError and no PipectlError."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    @property
    def account(self) -> Account:
        """The account behind the door."""
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Send one reading call."""
        if writes(operation):
            raise RuntimeError(f"{service} {operation} would write where pipectl only looks")
        return self._cloud.call(service, operation, **params)
