"""CodeConnections (and codestar-connections, its old name): connections that `local connect` completes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from pipectl.local import connections
from pipectl.local.service import Refused, Service

if TYPE_CHECKING:
    from pipectl.local.service import Caller

_MADE = "codeconnections made"


class CodeConnections(Service):
    """CreateConnection, GetConnection, ListConnections, DeleteConnection.

    A new connection is PENDING until a person completes it in the console (API reference, CreateConnection);
    here that is `pipectl local connect`.
    """

    model_name: ClassVar[str] = "codeconnections"
    validation_code: ClassVar[str] = "InvalidInputException"

    @property
    def _made(self) -> dict[str, dict[str, Any]]:
        return self.world.beside(_MADE, self.account, self.region)

    def create_connection(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Make a connection that waits for its handshake"""
        arn = self.arn(f"connection/{uuid.uuid4()}")
        kept = ("ConnectionName", "ProviderType", "HostArn")
        self._made[arn] = {key: request[key] for key in kept if key in request}
        return {"ConnectionArn": arn}

    def get_connection(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Tell of one, by its new or its old kind of ARN"""
        arn = request["ConnectionArn"]
        if arn not in self._known():
            raise Refused("ResourceNotFoundException", f"Connection {arn} was not found")
        return {"Connection": self._told(arn)}

    def list_connections(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Tell of all of them, in one page"""
        return {"Connections": [self._told(arn) for arn in self._known()]}

    def delete_connection(self, request: dict[str, Any], caller: Caller) -> None:
        """Forget one; one that is not there is no mistake (inferred)"""
        self._made.pop(request["ConnectionArn"], None)
        connections.linked(self.world, self.account, self.region).pop(request["ConnectionArn"], None)

    def _known(self) -> list[str]:
        return [*dict.fromkeys([*self._made, *connections.linked(self.world, self.account, self.region)])]

    def _told(self, arn: str) -> dict[str, Any]:
        done = arn in connections.linked(self.world, self.account, self.region)
        return {
            "ConnectionName": arn.rpartition("/")[2][:32],
            **self._made.get(arn, {}),
            "ConnectionArn": arn,
            "OwnerAccountId": self.account,
            "ConnectionStatus": "AVAILABLE" if done else "PENDING",
        }


SERVICE = CodeConnections
