"""The grammar of what ECS keeps with a deployment: Service Connect, managed volumes, VPC Lattice."""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pipectl.spec.block import Arn, Key, Part, RoleArn, Whole


class ClientAlias(Part):
    """Under which name and port other services reach a service."""

    port: Whole = Field(ge=1, le=65535, description="the port that clients use")
    dns_name: str | None = Field(
        None, max_length=127, description="the name that clients use; DISCOVERY_NAME.NAMESPACE without it"
    )


class ConnectTimeout(Part):
    """How long the Service Connect proxy waits."""

    idle_seconds: Whole | None = Field(
        None, ge=0, le=2147483647, description="until an idle connection is closed; 0: never"
    )
    per_request_seconds: Whole | None = Field(
        None, ge=0, le=2147483647, description="for a whole answer; 0: for ever; not with TCP"
    )


class ConnectTls(Part):
    """Encryption between Service Connect proxies."""

    certificate_authority: Arn = Field(description="a private certificate authority of AWS Private CA")
    kms_key: Key | None = Field(None, description="the key that encrypts the private key of the certificate")
    role: RoleArn | None = Field(None, description="the infrastructure role that issues certificates")


class ConnectService(Part):
    """A port that other services reach by a name."""

    port_name: str = Field(description="the `name` of a port of the task definition's containers")
    discovery_name: str | None = Field(
        None, max_length=64, description="its name in the namespace; the port name when it is not stated"
    )
    client_aliases: list[ClientAlias] = Field(
        default_factory=list, max_length=1, description="under which name and port clients reach it"
    )
    ingress_port_override: Whole | None = Field(
        None, ge=1, le=65535, description="the port on which the proxy listens in place of the container's"
    )
    timeout: ConnectTimeout | None = Field(None, description="how long the proxy waits")
    tls: ConnectTls | None = Field(None, description="encryption between the proxies")


class LogSettings(Part):
    """Where a container of AWS's own writes its logs."""

    driver: Literal["awslogs", "awsfirelens", "fluentd", "gelf", "journald", "json-file", "splunk"] = Field(
        "awslogs", description="the log driver"
    )
    options: dict[str, str] = Field(default_factory=dict, description="the options of the driver")


class AccessLog(Part):
    """Whether the Service Connect proxy logs requests."""

    format: Literal["TEXT", "JSON"] = Field(description="of a line")
    include_query_parameters: Literal["ENABLED", "DISABLED"] | None = Field(
        None, description="whether lines hold query parameters, which may be secret"
    )


class ServiceConnect(Part):
    """How services of a namespace find each other: ECS runs a proxy beside each task."""

    namespace: str | None = Field(
        None, description="name or ARN of a Cloud Map namespace; the cluster's default when not stated"
    )
    services: list[ConnectService] = Field(
        default_factory=list, description="what others reach by a name; none: the service is a client only"
    )
    log_configuration: LogSettings | None = Field(None, description="where the proxy writes its logs")
    access_log: AccessLog | None = Field(None, description="whether the proxy logs requests")


class ManagedEbs(Part):
    """An EBS volume that ECS makes for each task."""

    role: RoleArn = Field(description="the infrastructure role that makes and attaches volumes")
    size_gib: Whole | None = Field(None, ge=1, le=65536, description="GiB; the snapshot's when not stated")
    snapshot: str | None = Field(None, pattern=r"^snap-[0-9a-f]+$", description="what it is a copy of")
    volume_type: Literal["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] | None = Field(
        None, description="gp3 when it is not stated"
    )
    iops: Whole | None = Field(None, ge=100, le=256000, description="needed for io1 and io2")
    throughput: Whole | None = Field(None, ge=125, le=2000, description="MiB a second, gp3 only")
    encrypted: bool | None = Field(None, description="whether it is encrypted")
    kms_key: Key | None = Field(None, description="the key; AWS's own for EBS when it is not stated")
    filesystem: Literal["ext3", "ext4", "xfs", "ntfs"] | None = Field(
        None, description="xfs, for Windows ntfs, when it is not stated"
    )

    @model_validator(mode="after")
    def _of_some_size(self) -> "ManagedEbs":
        if self.size_gib is None and self.snapshot is None:
            raise PydanticCustomError("size_or_snapshot", "give `size_gib`, `snapshot` or both")
        return self


class ServiceVolume(Part):
    """A volume of the task definition that is configured when tasks start."""

    name: str = Field(description="a volume of the task definition with `configuredAtLaunch: true`")
    managed_ebs: ManagedEbs = Field(description="the EBS volume that ECS makes for each task")


class LatticeTarget(Part):
    """A VPC Lattice target group that gets the addresses of the tasks."""

    target_group: Arn = Field(description="the ARN of the target group")
    port_name: str = Field(description="the `name` of a port of the task definition's containers")
    role: RoleArn = Field(description="the infrastructure role that registers targets")


CLIENT_ALIAS = {"port": "port", "dns_name": "dnsName"}
TIMEOUT = {"idle_seconds": "idleTimeoutSeconds", "per_request_seconds": "perRequestTimeoutSeconds"}
TLS = {
    "certificate_authority": "issuerCertificateAuthority.awsPcaAuthorityArn",
    "kms_key": "kmsKey",
    "role": "roleArn",
}
CONNECTED = {
    "port_name": "portName",
    "discovery_name": "discoveryName",
    "client_aliases": ("clientAliases", CLIENT_ALIAS),
    "ingress_port_override": "ingressPortOverride",
    "timeout": ("timeout", TIMEOUT),
    "tls": ("tls", TLS),
}
SERVICE_CONNECT = {
    "enabled": "enabled",
    "namespace": "namespace",
    "services": ("services", CONNECTED),
    "log_configuration": ("logConfiguration", {"driver": "logDriver", "options": "options"}),
    "access_log": (
        "accessLogConfiguration",
        {"format": "format", "include_query_parameters": "includeQueryParameters"},
    ),
}
EBS = {
    "role": "roleArn",
    "size_gib": "sizeInGiB",
    "snapshot": "snapshotId",
    "volume_type": "volumeType",
    "iops": "iops",
    "throughput": "throughput",
    "encrypted": "encrypted",
    "kms_key": "kmsKeyId",
    "filesystem": "filesystemType",
}
VOLUME = {"name": "name", "managed_ebs": ("managedEBSVolume", EBS)}
LATTICE = {"target_group": "targetGroupArn", "port_name": "portName", "role": "roleArn"}
"""Our words -> AWS's members (service model of ECS); kinds/naming.py reads these tables."""
