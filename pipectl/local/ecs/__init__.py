"""The local ECS: clusters, task definitions, services whose deployments really roll, and their tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.ecs import enums, unmodelled
from pipectl.local.ecs.account_settings import AccountSettings
from pipectl.local.ecs.agent_calls import AgentCalls
from pipectl.local.ecs.by_namespace import ByNamespace
from pipectl.local.ecs.capacity import Capacity
from pipectl.local.ecs.clusters import Clusters
from pipectl.local.ecs.container_instances import ContainerInstances
from pipectl.local.ecs.custom_attributes import CustomAttributes
from pipectl.local.ecs.execute_command import ExecuteCommand
from pipectl.local.ecs.protection import Protection
from pipectl.local.ecs.service_deployments import ServiceDeployments
from pipectl.local.ecs.service_updates import ServiceUpdates
from pipectl.local.ecs.services import Services
from pipectl.local.ecs.start_task import StartTask
from pipectl.local.ecs.tags import Tags
from pipectl.local.ecs.task_definitions import TaskDefinitions
from pipectl.local.ecs.task_sets import TaskSets
from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Caller, Request


class Ecs(
    Services,
    ServiceUpdates,
    ServiceDeployments,
    TaskSets,
    Protection,
    StartTask,
    ExecuteCommand,
    ByNamespace,
    ContainerInstances,
    CustomAttributes,
    AgentCalls,
    Capacity,
    Clusters,
    TaskDefinitions,
    Tags,
    AccountSettings,
):
    """ECS of one account and Region"""

    def answer(self, request: Request, caller: Caller) -> Answer:
        """Answer a call; ECS words some refusals before the model's"""
        if words := unmodelled.refusal(request.operation):
            raise Refused("UnknownOperationException", words)
        enums.check(request.operation, request.json())
        return super().answer(request, caller)


SERVICE = Ecs
