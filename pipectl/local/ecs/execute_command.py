"""ExecuteCommand: answered as AWS answers; the session that it names is refused when somebody opens it."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import invalid
from pipectl.local.ecs.state import State
from pipectl.local.ecs.task_shape import described

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Task
    from pipectl.local.service import Caller

# As fabfuel/ecs-deploy#193 and aws/amazon-ecs-agent#3166 quote it
_NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or the execute "
    "command agent isn’t running. Wait and try again or run a new task with execute command enabled and try "
    "again."
)


class ExecuteCommand(State):
    """The operation ExecuteCommand"""

    def execute_command(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Name a session for a running task that was started with execute command enabled

        API reference, ExecuteCommand. The stream is an address of this server, which refuses it in words (see
        `control`): the local AWS runs no containers. Other refusals than the one above are in inferred words.
        """
        cluster = self.active_cluster(request.get("cluster"))
        task = cluster.tasks.get(self.own_name(request["task"], "task"))
        if task is None:
            raise invalid("The specified task was not found.")
        if not request["interactive"]:
            raise invalid("Interactive is the only mode supported currently.")
        if not task.settings.get("enableExecuteCommand") or task.last_status != "RUNNING" or not task.active:
            raise invalid(_NOT_ENABLED)
        container = _container(task, request.get("container"))
        session = f"ecs-execute-command-{uuid.uuid4().hex[:17]}"
        stream = self.world.url.replace("http", "ws", 1)
        return {
            "clusterArn": cluster.arn,
            "containerArn": container["containerArn"],
            "containerName": container["name"],
            "interactive": True,
            "session": {
                "sessionId": session,
                "streamUrl": f"{stream}/_pipectl/sessions/{session}?role=publish_subscribe",
                "tokenValue": secrets.token_urlsafe(48),
            },
            "taskArn": task.arn,
        }


def _container(task: Task, name: str | None) -> dict[str, Any]:
    """The container that is named; a task of several needs a name (API reference, ExecuteCommand)"""
    containers: list[dict[str, Any]] = described(task)["containers"]
    if name is None and len(containers) > 1:
        raise invalid("The container name must be specified for tasks with multiple containers.")
    found = [each for each in containers if name in (None, each["name"])]
    if not found:
        raise invalid(f"The container {name} was not found in the task.")
    return found[0]
