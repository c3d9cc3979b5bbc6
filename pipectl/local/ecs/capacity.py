"""Capacity: Fargate's own providers, and no container instances; EC2 tasks find room all the same here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.clusters import BUILT_IN_PROVIDERS
from pipectl.local.ecs.names import last_part
from pipectl.local.ecs.state import State

if TYPE_CHECKING:
    from pipectl.local.service import Caller


class Capacity(State):
    """The reading operations on capacity providers and container instances"""

    def describe_capacity_providers(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """FARGATE and FARGATE_SPOT are in every account (API reference)"""
        names = [last_part(each) for each in request.get("capacityProviders", BUILT_IN_PROVIDERS)]
        known = [name for name in names if name in BUILT_IN_PROVIDERS]
        failures = [
            {"arn": self.arn(f"capacity-provider/{name}"), "reason": "MISSING"}
            for name in names
            if name not in known
        ]
        providers = [
            {"capacityProviderArn": self.arn(f"capacity-provider/{name}"), "name": name, "status": "ACTIVE"}
            for name in known
        ]
        return {"capacityProviders": providers, "failures": failures}

    def list_container_instances(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """None: the local AWS has no instances"""
        self.active_cluster(request.get("cluster"))
        return {"containerInstanceArns": []}

    def describe_container_instances(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """All are missing"""
        self.active_cluster(request.get("cluster"))
        failures = [{"arn": each, "reason": "MISSING"} for each in request["containerInstances"]]
        return {"containerInstances": [], "failures": failures}
