"""Namespaces of Service Connect: ECS looks a service's up in Cloud Map, and makes a cluster's if need be."""

from __future__ import annotations

from typing import Any

from pipectl.local.ecs.state import Cluster, State
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
        arn = self.namespace_arn(name)
        return {**fields, "serviceConnectConfiguration": {**stated, "namespace": arn}}

    def namespace_arn(self, reference: str) -> str:
        """The ARN of a namespace by its name or ARN; NamespaceNotFoundException: Cloud Map has none"""
        with self.world.lock:
            arn = self._stated(reference) if reference.startswith("arn:") else self._named(reference)
        if arn is None:
            raise Refused("NamespaceNotFoundException", f"Failed to retrieve namespace for {reference}")
        return arn

    @staticmethod
    def joined(cluster: Cluster, fields: dict[str, Any]) -> str | None:
        """The namespace of a service: its own, else its cluster's (developer guide, Service Connect)"""
        stated = fields.get("serviceConnectConfiguration") or {}
        if not stated.get("enabled"):
            return None
        default = cluster.service_connect or {}
        return stated.get("namespace") or default.get("namespace")

    def _stated(self, arn: str) -> str | None:
        if arn.split(":")[4] != self.account:
            return arn
        return next((str(one.arn) for one in self._cloud_map().namespaces.values() if one.arn == arn), None)

    def _named(self, name: str) -> str | None:
        return next((str(one.arn) for one in self._cloud_map().namespaces.values() if one.name == name), None)

    def _cloud_map(self) -> Any:
        return self.world.moto("servicediscovery", self.account, self.region)
