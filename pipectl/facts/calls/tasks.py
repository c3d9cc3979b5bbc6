"""What the ECS agent calls to start a task, and what is called in the name of the task's own role."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.facts.calls.builds import SESSION
from pipectl.facts.calls.call import EVERY_RESOURCE, Call, calls, of, use_key
from pipectl.facts.calls.images import pull_calls
from pipectl.facts.calls.secrets import parameter_calls, secret_calls
from pipectl.facts.place import Place

GUIDE = "ECS developer guide, "
EXECUTION = f"{GUIDE}Amazon ECS task execution IAM role"

Definition = Mapping[str, Any]


def task_execution_calls(
    definition: Definition, place: Place, service: Mapping[str, Any] | None = None
) -> tuple[Call, ...]:
    """The calls in the execution role's name; both as RegisterTaskDefinition and CreateService take them."""
    containers = list(definition.get("containerDefinitions") or ())
    images = sorted({str(container.get("image") or "") for container in containers})
    return (
        *pull_calls(images, place, EXECUTION),
        *_logs(_log_configurations(definition, service), place),
        *_secrets(definition, service, place),
        *_files(definition, place),
    )


def _log_configurations(definition: Definition, service: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    containers = definition.get("containerDefinitions") or ()
    connect = (service or {}).get("serviceConnectConfiguration") or {}
    found = [container.get("logConfiguration") for container in containers]
    return [each for each in (*found, connect.get("logConfiguration")) if each]


def _logs(configurations: list[Mapping[str, Any]], place: Place) -> Iterator[Call]:
    for configuration in configurations:
        options = configuration.get("options") or {}
        if configuration.get("logDriver") != "awslogs" or not options.get("awslogs-group"):
            continue
        home = Place(place.partition, options.get("awslogs-region") or place.region, place.account)
        streams = [home.arn("logs", f"log-group:{options['awslogs-group']}:*")]
        yield from calls("WriteLogs", of("logs", "CreateLogStream", "PutLogEvents"), streams, EXECUTION)
        if str(options.get("awslogs-create-group")).lower() == "true":
            yield from calls("CreateLogGroups", ["logs:CreateLogGroup"], streams, EXECUTION)


def _secrets(definition: Definition, service: Mapping[str, Any] | None, place: Place) -> Iterator[Call]:
    containers = definition.get("containerDefinitions") or ()
    values = [secret["valueFrom"] for container in containers for secret in container.get("secrets") or ()]
    for configuration in _log_configurations(definition, service):
        values += [option["valueFrom"] for option in configuration.get("secretOptions") or ()]
    for volume in definition.get("volumes") or ():
        windows = (volume.get("fsxWindowsFileServerVolumeConfiguration") or {}).get(
            "authorizationConfig"
        ) or {}
        values += [windows["credentialsParameter"]] if windows.get("credentialsParameter") else []
    registries = [
        (container.get("repositoryCredentials") or {}).get("credentialsParameter") for container in containers
    ]
    managed = [value for value in sorted(set(values)) if ":secretsmanager:" in value]
    parameters = [value for value in sorted(set(values)) if ":secretsmanager:" not in value]
    yield from parameter_calls(parameters, place, f"{GUIDE}Pass sensitive data to an Amazon ECS container")
    yield from secret_calls(managed, place, f"{GUIDE}Pass sensitive data to an Amazon ECS container")
    private = sorted({registry for registry in registries if registry})
    yield from secret_calls(private, place, f"{GUIDE}Using non-AWS container images in Amazon ECS")


def _files(definition: Definition, place: Place) -> Iterator[Call]:
    """Files in S3: of environment variables, of FireLens, and credential specifications."""
    files: list[str] = []
    for container in definition.get("containerDefinitions") or ():
        files += [str(file.get("value")) for file in container.get("environmentFiles") or ()]
        options = (container.get("firelensConfiguration") or {}).get("options") or {}
        files += [options["config-file-value"]] if options.get("config-file-type") == "s3" else []
        for named in container.get("credentialSpecs") or ():
            resource = str(named).partition(":")[2]
            files += [resource] if ":s3:" in resource else []
            parameters = [resource] if ":ssm:" in resource else []
            yield from parameter_calls(parameters, place, f"{GUIDE}Using gMSA for Linux containers")
    for file in files:
        bucket = file.partition("/")[0]
        yield from calls(
            "ReadFiles", ["s3:GetObject"], [file], f"{EXECUTION}, Amazon S3 file storage permissions"
        )
        yield from calls(
            "FindFiles",
            ["s3:GetBucketLocation"],
            [bucket],
            f"{EXECUTION}, Amazon S3 file storage permissions",
        )


def task_calls(
    definition: Definition,
    place: Place,
    service: Mapping[str, Any] | None = None,
    cluster: Mapping[str, Any] | None = None,
) -> tuple[Call, ...]:
    """The calls of ECS's own agents in the task role's name: ECS Exec, EFS with IAM, outputs of FireLens."""
    sessions = _exec(cluster or {}, place) if (service or {}).get("enableExecuteCommand") else ()
    return (*sessions, *_file_systems(definition, place), *_outputs(definition, place))


def _exec(cluster: Mapping[str, Any], place: Place) -> Iterator[Call]:
    """Sessions of ECS Exec, and where the cluster's configuration logs them and how it encrypts them."""
    source = f"{GUIDE}Monitor Amazon ECS containers with ECS Exec"
    yield from calls("OpenSessions", SESSION, [EVERY_RESOURCE], source)
    configuration = (cluster.get("configuration") or {}).get("executeCommandConfiguration") or {}
    if key := configuration.get("kmsKeyId"):
        yield from use_key(key, place, of("kms", "Decrypt", "GenerateDataKey"), "EncryptSessions")
    logging = configuration.get("logConfiguration") or {}
    if group := logging.get("cloudWatchLogGroupName"):
        streams = [place.arn("logs", f"log-group:{group}:*")]
        writes = of("logs", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")
        yield from calls("FindSessionLogs", ["logs:DescribeLogGroups"], [EVERY_RESOURCE], source)
        yield from calls("LogSessions", writes, streams, source)
    if bucket := logging.get("s3BucketName"):
        name = place.arn("s3", bucket)
        looks = of("s3", "GetBucketLocation", "GetEncryptionConfiguration")
        yield from calls("FindSessionStore", looks, [name], source)
        yield from calls("StoreSessions", ["s3:PutObject"], [f"{name}/*"], source)


def _file_systems(definition: Definition, place: Place) -> Iterator[Call]:
    for volume in definition.get("volumes") or ():
        system = volume.get("efsVolumeConfiguration") or {}
        authorization = system.get("authorizationConfig") or {}
        if authorization.get("iam") != "ENABLED" or not system.get("fileSystemId"):
            continue
        point = authorization.get("accessPointId")
        own = [place.arn("elasticfilesystem", f"file-system/{system['fileSystemId']}")]
        arn = place.arn("elasticfilesystem", f"access-point/{point}")
        context = (("elasticfilesystem:AccessPointArn", arn),) if point else ()
        actions = of("elasticfilesystem", "ClientMount", "ClientWrite")
        yield from calls(
            "MountFileSystems", actions, own, f"{GUIDE}Use Amazon EFS volumes with Amazon ECS", context
        )


def _outputs(definition: Definition, place: Place) -> Iterator[Call]:
    source = f"{GUIDE}Send Amazon ECS logs to an AWS service or AWS Partner"
    for container in definition.get("containerDefinitions") or ():
        configuration = container.get("logConfiguration") or {}
        if configuration.get("logDriver") == "awsfirelens":
            yield from _output(configuration.get("options") or {}, place, source)


def _output(options: Mapping[str, str], place: Place, source: str) -> Iterator[Call]:
    home = Place(place.partition, options.get("region") or place.region, place.account)
    name = options.get("Name") or options.get("name") or ""
    if name.startswith("cloudwatch"):
        group = options.get("log_group_name") or "*"
        actions = of("logs", "CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")
        yield from calls("RouteLogs", actions, [home.arn("logs", f"log-group:{group}:*")], source)
    elif name in ("firehose", "kinesis_firehose"):
        stream = home.arn("firehose", f"deliverystream/{options.get('delivery_stream') or '*'}")
        yield from calls("RouteLogs", ["firehose:PutRecordBatch"], [stream], source)
    elif name in ("kinesis", "kinesis_streams"):
        stream = home.arn("kinesis", f"stream/{options.get('stream') or '*'}")
        yield from calls("RouteLogs", ["kinesis:PutRecords"], [stream], source)
    elif name == "s3":
        bucket = home.arn("s3", f"{options.get('bucket') or '*'}/*")
        yield from calls("RouteLogs", ["s3:PutObject"], [bucket], source)
