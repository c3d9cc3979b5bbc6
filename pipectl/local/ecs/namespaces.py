"""Namespaces of Service Connect: ECS looks a service's up in Cloud Map, and makes a cluster's if need be."""

from __future__ import annotations

from typing import Any

from pipectl.local.ecs.state import State
from pipectl.local.service import Refused


class Namespaces(State):
    """How namespaces that requests name become ARNs, which ECS answers (developer guide, Service Connect)"""

    def default_namespace(self, sent: dict[str, Any] | None) -> dict[str, Any] | None:
        """A cluster's `serviceConnectDefaults`: a new name makes an HTTP namespace, an empty one ends it

        Source: API reference, ClusterServiceConnectDefaultsRequest. The ARN of a namespace is not looked up
        (inferred).
        """
        name = (sent or {}).get("namespace")
        if not sent or not name:
            return None
        if name.startswith("arn:"):
            return sent
        with self.world.lock:
            if self._named(name) is None:
                self._cloud_map().create_http_namespace(
                    name=name, creator_request_id=name, description="", tags=[]
                )
            return {**sent, "namespace": self._named(name)}

    def connected(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The members of a service with the ARN of its namespace, which must be in Cloud Map

        Raises NamespaceNotFoundException in words that users saw
        (terraform-aws-modules/terraform-aws-ecs#116); that ARNs are refused in the same words, and that a
        namespace of another account is not looked up, is inferred.
        """
        stated = fields.get("serviceConnectConfiguration") or {}
        name = stated.get("namespace")
        if not name:
            return fields
        with self.world.lock:
            arn = self._stated(name) if name.startswith("arn:") else self._named(name)
        if arn is None:
            raise Refused("NamespaceNotFoundException", f"Failed to retrieve namespace for {name}")
        return {**fields, "serviceConnectConfiguration": {**stated, "namespace": arn}}

    def _stated(self, arn: str) -> str | None:
        if arn.split(":")[4] != self.account:
            return arn
        return next((str(one.arn) for one in self._cloud_map().namespaces.values() if one.arn == arn), None)

    def _named(self, name: str) -> str | None:
        return next((str(one.arn) for one in self._cloud_map().namespaces.values() if one.name == name), None)

    def _cloud_map(self) -> Any:
        return self.world.moto("servicediscovery", self.account, self.region)
