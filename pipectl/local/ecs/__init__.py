"""The local ECS: clusters, task definitions, services whose deployments really roll, and their tasks."""

from __future__ import annotations

from pipectl.local.ecs.account_settings import AccountSettings
from pipectl.local.ecs.capacity import Capacity
from pipectl.local.ecs.clusters import Clusters
from pipectl.local.ecs.service_deployments import ServiceDeployments
from pipectl.local.ecs.service_updates import ServiceUpdates
from pipectl.local.ecs.services import Services
from pipectl.local.ecs.tags import Tags
from pipectl.local.ecs.task_definitions import TaskDefinitions
from pipectl.local.ecs.tasks import Tasks


class Ecs(
    Services,
    ServiceUpdates,
    ServiceDeployments,
    Tasks,
    Capacity,
    Clusters,
    TaskDefinitions,
    Tags,
    AccountSettings,
):
    """ECS of one account and Region"""


SERVICE = Ecs
