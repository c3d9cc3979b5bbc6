"""The grammar of ECS services, task definitions and containers, as the file writes it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipectl.kinds.deployed_block import LatticeTarget, ServiceConnect, ServiceVolume
from pipectl.spec.block import Arn, Block, MadeRole, Part, RoleArn, SecurityGroup, Subnet, Whole


class Port(Part):
    """A port that a container listens on."""

    container: Whole = Field(ge=1, le=65535, description="where it listens")
    host: Whole | None = Field(None, ge=0, le=65535, description="for `bridge` and `host` networks")
    protocol: Literal["tcp", "udp"] = Field("tcp", description="of the transport")
    name: str | None = Field(None, description="the name for Service Connect")
    app_protocol: Literal["http", "http2", "grpc"] | None = Field(None, description="for Service Connect")


def _port(value: Any) -> Any:
    """`3000` means `{container: 3000}`."""
    is_number = (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and value.isdigit()
    )
    return {"container": int(value)} if is_number else value


class HealthCheck(Part):
    """How ECS asks a container whether it is well."""

    command: str | list[str] = Field(description="a line for the container's shell, or words for exec")
    interval: Whole = Field(30, ge=5, le=300, description="seconds")
    timeout: Whole = Field(5, ge=2, le=60, description="seconds")
    retries: Whole = Field(3, ge=1, le=10, description="failures in a row until it is unhealthy")
    start_period: Whole | None = Field(None, ge=0, le=300, description="seconds")


class Container(Part):
    """One container. With `repository` its image belongs to the pipeline; `image` alone is the spec's."""

    repository: str | None = Field(
        None, description="the ECR repository that the pipeline pushes its image to"
    )
    image: str | None = Field(None, description="an image; beside `repository` the first one only")
    essential: bool = Field(True, description="false: the task goes on when this container ends")
    cpu: Whole | None = Field(None, ge=0, description="CPU units of the task that are kept for it")
    memory: Whole | None = Field(None, ge=6, description="MiB, hard limit")
    memory_reservation: Whole | None = Field(None, ge=6, description="MiB, soft limit")
    ports: list[Annotated[Port, BeforeValidator(_port)]] = Field(
        default_factory=list, max_length=100, description="what it listens on"
    )
    command: list[str] | None = Field(None, description="in place of the image's command")
    entry_point: list[str] | None = Field(None, description="in place of the image's entry point")
    working_directory: str | None = Field(None, description="in place of the image's")
    user: str | None = Field(None, description="in place of the image's")
    environment: dict[str, str] = Field(default_factory=dict, description="variables")
    secrets: dict[str, str] = Field(
        default_factory=dict, description="SSM parameter by name or ARN, or Secrets Manager ARN"
    )
    health_check: HealthCheck | None = Field(None, description="how ECS asks whether it is well")
    depends_on: dict[str, Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]] = Field(
        default_factory=dict, description="other container: the state that it must have first"
    )
    docker_labels: dict[str, str] = Field(
        default_factory=dict, description="labels; `FAIL` makes it fail on the local AWS"
    )
    read_only_root_filesystem: bool | None = Field(
        None, description="whether it may write to its file system"
    )
    stop_timeout: Whole | None = Field(None, ge=0, le=120, description="seconds")
    start_timeout: Whole | None = Field(None, ge=2, description="seconds")
    logging: bool = Field(default=True, description="false: no log driver; the service's log group otherwise")
    aws: dict[str, Any] = Field(default_factory=dict, description="raw members of ContainerDefinition")


class TaskDefinition(Part):
    """What a task of the service is made of. Each change registers a new revision."""

    family: str = Field(pattern=r"^[A-Za-z0-9_-]{1,255}$", description="the name that its revisions share")
    cpu: Whole | None = Field(None, description="CPU units, 1024 to a vCPU")
    memory: Whole | None = Field(None, description="MiB")
    architecture: Literal["X86_64", "ARM64"] | None = Field(
        None, description="of the processor; X86_64 when it is not stated"
    )
    network_mode: Literal["awsvpc", "bridge", "host", "none"] = Field(
        "awsvpc", description="`awsvpc` for Fargate"
    )
    ephemeral_storage: Whole | None = Field(None, ge=21, le=200, description="GiB")
    task_role: RoleArn | MadeRole | None = Field(
        None,
        description="what the code in the containers may do: a role of your own, or `{statements: [...]}` "
        "for one that is made",
    )
    execution_role: RoleArn | Literal[False] | MadeRole | None = Field(
        None,
        description="a role of your own to start tasks with; false: none; `{statements: [...]}`: more "
        "statements for the one that is made",
    )
    containers: dict[str, Container] = Field(
        min_length=1, max_length=10, description="one to ten containers, by their names"
    )
    volumes: list[dict[str, Any]] = Field(default_factory=list, description="as ECS writes them")
    aws: dict[str, Any] = Field(default_factory=dict, description="raw parameters of RegisterTaskDefinition")


class LoadBalancer(Part):
    """Where a target group sends its requests."""

    target_group: Arn = Field(description="the ARN of the target group")
    container: str = Field(description="the container that gets the requests")
    port: Whole = Field(ge=1, le=65535, description="the port of that container")


class CircuitBreaker(Part):
    """Whether ECS gives up a deployment that does not come up, and goes back."""

    rollback: bool = Field(True, description="whether it goes back to the last deployment that came up")


class Deployment(Part):
    """How a new revision takes over."""

    minimum_healthy_percent: Whole | None = Field(
        None, ge=0, le=100, description="of the desired count, while a revision takes over"
    )
    maximum_percent: Whole | None = Field(
        None, ge=100, le=200, description="of the desired count, while a revision takes over"
    )
    circuit_breaker: bool | CircuitBreaker | None = Field(
        None,
        description="whether ECS gives up a deployment that does not come up; true also rolls back,"
        " and is the default of a service that an ECS action deploys",
    )


class CapacityProvider(Part):
    """One part of a capacity provider strategy."""

    capacity_provider: str = Field(description="its name")
    weight: Whole = Field(0, ge=0, le=1000, description="its share of the tasks beyond `base`")
    base: Whole = Field(0, ge=0, le=100000, description="how many tasks it gets first")

    def request(self) -> dict[str, Any]:
        """The part as ECS takes it."""
        return {"capacityProvider": self.capacity_provider, "weight": self.weight, "base": self.base}


class Service(Block):
    """A service and its task definition: one thing with one life."""

    task_definition: TaskDefinition | None = Field(None, description="needed unless `managed: false`")
    desired_count: Whole | None = Field(
        None, ge=0, description="compared only when it is stated; 1 at creation"
    )
    launch_type: Literal["FARGATE", "EC2", "EXTERNAL"] | None = Field(
        None, description="FARGATE when nothing is said"
    )
    capacity_provider_strategy: list[CapacityProvider] | None = Field(
        None, description="in place of `launch_type`"
    )
    platform_version: str | None = Field(None, description="of Fargate, as `1.4.0`")
    subnets: list[Subnet] = Field(
        default_factory=list, max_length=16, description="of the tasks, with `network_mode: awsvpc`"
    )
    security_groups: list[SecurityGroup] = Field(
        default_factory=list, max_length=5, description="of the tasks; the VPC's default group without any"
    )
    assign_public_ip: bool = Field(False, description="a public address for each task")
    load_balancer: LoadBalancer | None = Field(None, description="where a target group sends its requests")
    load_balancers: list[LoadBalancer] = Field(
        default_factory=list, max_length=5, description="the same, for several"
    )
    health_check_grace_seconds: Whole | None = Field(
        None, ge=0, le=2147483647, description="how long the load balancer's checks are ignored after a start"
    )
    deployment: Deployment = Field(default_factory=Deployment, description="how a new revision takes over")
    deployment_controller: Literal["ECS", "CODE_DEPLOY", "EXTERNAL"] | None = Field(
        None, description="who deploys; fixed once the service exists"
    )
    scheduling_strategy: Literal["REPLICA", "DAEMON"] | None = Field(
        None, description="DAEMON: one task on every instance; fixed once the service exists"
    )
    availability_zone_rebalancing: Literal["ENABLED", "DISABLED"] | None = Field(
        None, description="whether ECS spreads tasks again when zones are uneven"
    )
    execute_command: bool | None = Field(None, description="ECS Exec")
    propagate_tags: Literal["TASK_DEFINITION", "SERVICE", "NONE"] | None = Field(
        None, description="whose tags the tasks get"
    )
    service_connect: ServiceConnect | Literal[False] | None = Field(
        None, description="how services of a namespace find each other; false: switched off"
    )
    volumes: list[ServiceVolume] | None = Field(
        None, max_length=1, description="volumes that are configured when tasks start"
    )
    lattice: list[LatticeTarget] | None = Field(
        None, description="VPC Lattice target groups that get the addresses of the tasks"
    )
    log_group: str | None = Field(None, description="a log group of your own")
    log_retention_days: Whole | None = Field(
        None, description="how long that log group keeps; forever when it is never stated"
    )

    @property
    def targets(self) -> list[LoadBalancer]:
        """All load balancers, one or several."""
        return [*([self.load_balancer] if self.load_balancer else []), *self.load_balancers]

    @property
    def launches(self) -> str | None:
        """The launch type; None when a capacity provider strategy takes its place."""
        return None if self.capacity_provider_strategy else self.launch_type or "FARGATE"

    @property
    def is_on_fargate(self) -> bool:
        """Whether Fargate runs its tasks, by its launch type or by its strategy."""
        providers = [each.capacity_provider for each in self.capacity_provider_strategy or ()]
        return self.launches == "FARGATE" or any(each.startswith("FARGATE") for each in providers)
