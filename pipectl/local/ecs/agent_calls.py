"""The calls of the ECS agent (API reference: "only used by the Amazon ECS agent").

The local AWS moves tasks itself: what an agent says of them is acknowledged, checked for its cluster, and
changes nothing (inferred words of the acknowledgment: ecs-agent ignores them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.state import State

if TYPE_CHECKING:
    from pipectl.local.service import Caller

_ACKNOWLEDGED = {"acknowledgment": "ACK"}


class AgentCalls(State):
    """DiscoverPollEndpoint and the three state changes that agents submit"""

    def discover_poll_endpoint(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Name AWS's hosts of this Region, where nothing of the local AWS listens (inferred)"""
        domain = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return {
            "endpoint": f"https://ecs-a-1.{self.region}.{domain}/",
            "telemetryEndpoint": f"https://ecs-t-1.{self.region}.{domain}/",
        }

    def submit_task_state_change(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Acknowledge what an agent says of a task"""
        return self._acknowledge(request)

    def submit_container_state_change(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Acknowledge what an agent says of a container"""
        return self._acknowledge(request)

    def submit_attachment_state_changes(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Acknowledge what an agent says of network interfaces"""
        return self._acknowledge(request)

    def _acknowledge(self, request: dict[str, Any]) -> dict[str, Any]:
        self.active_cluster(request.get("cluster"))
        return dict(_ACKNOWLEDGED)
