"""What ECS remembers in one account and Region, and how a name or an ARN finds it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pipectl.local.ecs.names import client_error, invalid, last_part
from pipectl.local.service import Refused, Service

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.ecs.instances import ContainerInstance
    from pipectl.local.ecs.task_set_records import TaskSet
    from pipectl.local.world import World

# API reference, Setting: every name, what it may say, and what an account says that never chose. The long
# formats are the default since 2021 (inferred); `on` and `off` are the older spelling of two of them.
SWITCH = ("enabled", "disabled")
SETTINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "awsvpcTrunking": ("disabled", SWITCH),
    "containerInsights": ("disabled", (*SWITCH, "enhanced")),
    "containerInstanceLongArnFormat": ("enabled", SWITCH),
    "defaultLogDriverMode": ("non-blocking", ("blocking", "non-blocking")),
    "fargateEventWindows": ("disabled", SWITCH),
    "fargateFIPSMode": ("disabled", (*SWITCH, "on", "off")),
    "fargateTaskRetirementWaitPeriod": ("7", ("0", "7", "14")),
    "guardDutyActivate": ("off", ("on", "off")),
    "serviceLongArnFormat": ("enabled", SWITCH),
    "tagResourceAuthorization": ("off", ("on", "off")),
    "taskLongArnFormat": ("enabled", SWITCH),
}
EVENTS_KEPT = 100  # API reference, Service.events: the newest 100


@dataclass
class Revision:
    """One revision of a task definition, in the members of the answer"""

    definition: dict[str, Any]
    tags: dict[str, str]

    @property
    def arn(self) -> str:
        """Name the revision"""
        return str(self.definition["taskDefinitionArn"])

    @property
    def family(self) -> str:
        """Name the family"""
        return str(self.definition["family"])

    @property
    def number(self) -> int:
        """Count from 1"""
        return int(self.definition["revision"])

    @property
    def status(self) -> str:
        """ACTIVE, INACTIVE or DELETE_IN_PROGRESS"""
        return str(self.definition["status"])


@dataclass(eq=False)
class Deployment:
    """One entry of a service's `deployments`"""

    id: str
    revision: Revision
    created_at: datetime
    updated_at: datetime
    desired: int
    settings: dict[str, Any]  # launch type, platform, network: as the service had them when it began
    status: str = "PRIMARY"
    state: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    counted: int = 0  # what the circuit breaker counts: a healthy task need not set it back
    retry_at: datetime | None = None  # a failed start is tried again then
    outcome: str = "IN_PROGRESS"  # as DescribeServiceDeployments calls it
    finished_at: datetime | None = None
    replaced: tuple[str, ...] = ()  # the ids of those that it found running
    back_to: Deployment | None = None  # what a circuit breaker went back to
    rolls_back: bool = False

    @property
    def number(self) -> str:
        """The digits of its id, which its service deployment and service revision share here"""
        return last_part(f"arn:{self.id}")


@dataclass
class Task:
    """One task; `service` and `deployment` are empty for one that RunTask started"""

    arn: str
    revision: Revision
    cluster_arn: str
    created_at: datetime
    settings: dict[str, Any]
    group: str
    tags: dict[str, str] = field(default_factory=dict)
    service: str = ""
    deployment: str = ""
    started_by: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    version: int = 1
    stop_code: str = ""
    stopped_reason: str = ""
    container_reasons: dict[str, str] = field(default_factory=dict)
    exit_codes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)  # startedAt, stoppingAt, ... by member
    steps_left: int | None = None  # of a task that ends by itself
    client_token: str = ""
    instance: ContainerInstance | None = None  # where it was placed; None on Fargate, and without instances
    protected_until: datetime | None = None

    @property
    def id(self) -> str:
        """The end of its ARN"""
        return last_part(self.arn)

    @property
    def active(self) -> bool:
        """Whether it shall run"""
        return self.desired_status == "RUNNING"


@dataclass
class ServiceRecord:
    """One ECS service: `fields` are the members of the answer that nobody computes"""

    name: str
    arn: str
    cluster_arn: str
    arguments: dict[str, Any]  # as CreateService sent them, to know a repeated request
    fields: dict[str, Any]
    desired: int
    tags: dict[str, str]
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)  # the PRIMARY first
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    last_completed: Deployment | None = None
    history: deque[Deployment] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))  # newest first
    steady: bool = False
    task_sets: dict[str, TaskSet] = field(default_factory=dict)  # of an EXTERNAL controller

    @property
    def primary_task_set(self) -> TaskSet | None:
        """The task set that serves production traffic"""
        return next((each for each in self.task_sets.values() if each.status == "PRIMARY"), None)

    def deployment_of(self, identity: str) -> Deployment | None:
        """A deployment, or that of a task set, by its id"""
        found = [each for each in self.deployments if each.id == identity]
        if identity in self.task_sets:
            return self.task_sets[identity].deployment
        return found[0] if found else None

    @property
    def primary(self) -> Deployment | None:
        """The newest deployment; a service of an EXTERNAL controller has none"""
        return next((each for each in self.deployments if each.status == "PRIMARY"), None)


@dataclass
class CapacityProvider:
    """A capacity provider of an Auto Scaling group: `group` is `autoScalingGroupProvider` of the answer"""

    name: str
    arn: str
    group: dict[str, Any]
    tags: dict[str, str]
    status: str = "ACTIVE"
    update: dict[str, str] = field(default_factory=dict)  # updateStatus and its reason


@dataclass
class Cluster:
    """One cluster with everything that lives in it"""

    name: str
    arn: str
    arguments: dict[str, Any]
    settings: list[dict[str, str]]
    tags: dict[str, str]
    configuration: dict[str, Any] | None = None
    service_connect: dict[str, Any] | None = None
    capacity_providers: list[str] = field(default_factory=list)
    strategy: list[dict[str, Any]] = field(default_factory=list)
    status: str = "ACTIVE"
    services: dict[str, ServiceRecord] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    instances: dict[str, ContainerInstance] = field(default_factory=dict)

    def tasks_of(self, service: ServiceRecord) -> list[Task]:
        """The service's tasks that have not stopped yet, oldest first"""
        return [
            task
            for task in self.tasks.values()
            if task.service == service.name and task.last_status != "STOPPED"
        ]


class State(Service):
    """ECS of one account and Region: the attributes that its operations share"""

    model_name: ClassVar[str] = "ecs"
    validation_code: ClassVar[str] = "InvalidParameterException"

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.clusters: dict[str, Cluster] = {}
        self.families: dict[str, list[Revision]] = {}
        self.providers: dict[str, CapacityProvider] = {}  # of Auto Scaling groups; Fargate's are always there
        self.own_settings: dict[tuple[str, str], str] = {}  # (principal, setting) -> value
        self.default_settings: dict[str, str] = {}

    def setting_of(self, principal: str, name: str) -> str:
        """The value that counts for this principal: its own, else the account's, else AWS's"""
        return (
            self.own_settings.get((principal, name)) or self.default_settings.get(name) or SETTINGS[name][0]
        )

    def cluster_named(self, reference: str | None) -> Cluster | None:
        """The cluster of a name or an ARN, whatever its status; `default` when nothing is said"""
        name = self.own_name(reference or "default", "cluster")
        return self.clusters.get(name)

    def active_cluster(self, reference: str | None) -> Cluster:
        """The cluster, refused as AWS refuses a missing and an inactive one"""
        cluster = self.cluster_named(reference)
        if cluster is None:
            raise Refused("ClusterNotFoundException", "Cluster not found.")
        if cluster.status != "ACTIVE":
            raise invalid("The specified cluster is inactive. Specify an active cluster and try again.")
        return cluster

    def own_name(self, reference: str, resource: str) -> str:
        """The name in a reference; an ARN must be of this account and Region (inferred: its words)"""
        if not reference.startswith("arn:"):
            return reference
        prefix = self.arn(f"{resource}/")
        if not reference.startswith(prefix):
            raise invalid(f"Invalid identifier: Identifier is not for {prefix}: {reference}")
        return reference.removeprefix(prefix).rsplit("/", 1)[-1]

    def find_revision(self, reference: str) -> Revision | None:
        """The revision of a family (its newest ACTIVE one), of family:revision, or of an ARN

        What is no number is refused in the words of AWS, as deployments of CodeDeploy quoted them for
        `latest` and shell scripts for an empty one.
        """
        prefix = self.arn("task-definition/")
        family, colon, number = reference.removeprefix(prefix).partition(":")
        revisions = self.families.get(family, [])
        if not colon:
            return next((each for each in reversed(revisions) if each.status == "ACTIVE"), None)
        if not reference.startswith("arn:") and not (number.isascii() and number.isdigit()):
            raise invalid(f"Invalid revision number. Number: {number}")
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= len(revisions):
            return None
        return revisions[int(number) - 1]

    def usable_revision(self, reference: str) -> Revision:
        """What a service or a task may start from; words as AWS says them to CreateService and RunTask"""
        revision = self.find_revision(reference)
        if revision is None:
            raise client_error("TaskDefinition not found.")
        if revision.status != "ACTIVE":
            raise client_error("TaskDefinition is inactive")
        return revision
