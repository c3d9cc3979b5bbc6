"""What build, test and compute actions call in the pipeline's role's name."""

from collections.abc import Iterator

from pipectl.facts.calls.call import (
    EVERY_RESOURCE,
    GUIDE,
    Call,
    Configuration,
    arn,
    calls,
    of,
    pass_role,
    pattern,
    value,
)
from pipectl.facts.place import Place

CODEBUILD = f"{GUIDE}AWS CodeBuild build and test action reference"


def codebuild(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A CodeBuild action; a batch build has other calls, and a role in place of the project's is passed."""
    project = [place.arn("codebuild", f"project/{value(configuration, 'ProjectName')}")]
    batch = configuration.get("BatchEnabled", "false")
    is_open = "#{" in batch
    if batch != "true" or is_open:
        yield from calls("RunBuilds", of("codebuild", "StartBuild", "BatchGetBuilds"), project, CODEBUILD)
    if batch == "true" or is_open:
        batches = of("codebuild", "StartBuildBatch", "BatchGetBuildBatches")
        yield from calls("RunBatchBuilds", batches, project, CODEBUILD)
    if role := configuration.get("ServiceRoleArnOverride"):
        source = "aws/aws-cdk issue 38611"
        yield from pass_role("PassBuildRole", [pattern(role)], "codebuild.amazonaws.com", source)


def log_calls(pipeline: str, place: Place, source: str) -> Iterator[Call]:
    """The log of CodePipeline's own compute: a group named after the pipeline, made at its first use."""
    group = place.arn("logs", f"log-group:/aws/codepipeline/{pipeline}")
    yield from calls("LogCommands", ["logs:CreateLogGroup"], [group], source, required=False)
    actions = of("logs", "CreateLogGroup", "CreateLogStream", "PutLogEvents")
    yield from calls("LogCommands", actions, [f"{group}:*"], source)


def commands(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    """A Commands action: its log, and with a VPC the network interfaces of its compute."""
    source = f"{GUIDE}Commands action reference"
    yield from log_calls(pipeline, place, source)
    if configuration.get("VpcId") or configuration.get("Subnets"):
        yield from network_calls(split(configuration.get("Subnets", "")), place, source)


def publish(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    """An ECRBuildAndPublish action, to the private registry or the public one."""
    source = f"{GUIDE}ECRBuildAndPublish build action reference"
    repository = value(configuration, "ECRRepositoryName")
    kind = configuration.get("RegistryType") or "private"
    if kind != "public":
        yield from calls("LogInToEcr", ["ecr:GetAuthorizationToken"], [EVERY_RESOURCE], source)
        yield from calls(
            "PublishImages",
            of("ecr", *PUSH, "GetDownloadUrlForLayer"),
            [place.arn("ecr", f"repository/{repository}")],
            source,
        )
    if kind == "public" or "#{" in kind:
        log_in = ("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken")
        yield from calls("LogInToPublicEcr", log_in, [EVERY_RESOURCE], source)
        public = place.arn("ecr-public", f"repository/{repository.rpartition('/')[2]}")
        yield from calls("PublishPublicImages", of("ecr-public", *PUSH), [public], source)
    yield from log_calls(pipeline, place, source)


PUSH = (
    "DescribeRepositories",
    "BatchCheckLayerAvailability",
    "InitiateLayerUpload",
    "UploadLayerPart",
    "CompleteLayerUpload",
    "PutImage",
)


def inspect(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    """An InspectorScan action, of source code or of an image in ECR."""
    source = f"{GUIDE}Amazon Inspector InspectorScan invoke action reference"
    yield from calls("ScanForVulnerabilities", ["inspector-scan:ScanSbom"], [EVERY_RESOURCE], source)
    if configuration.get("InspectorRunMode", "SourceCodeScan") != "SourceCodeScan":
        pulls = of("ecr", "BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
        repository = place.arn("ecr", f"repository/{value(configuration, 'ECRRepositoryName')}")
        yield from calls("LogInToEcr", ["ecr:GetAuthorizationToken"], [EVERY_RESOURCE], source)
        yield from calls("PullScannedImages", pulls, [repository], source)
    yield from log_calls(pipeline, place, source)


def device_farm(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A DeviceFarm test; runs and uploads get their names from the service."""
    source = f"{GUIDE}AWS Device Farm test action reference"
    project = value(configuration, "ProjectId")
    own = arn(place, "devicefarm", "project:", project)
    pool = arn(place, "devicefarm", "devicepool:", configuration.get("DevicePoolArn") or f"{project}/*")
    yield from calls("FindDeviceFarmProjects", ["devicefarm:ListProjects"], [EVERY_RESOURCE], source)
    yield from calls(
        "TestOnDevices", of("devicefarm", "CreateUpload", "ListDevicePools", "ScheduleRun"), [own], source
    )
    yield from calls("TestOnDevicePool", ["devicefarm:ScheduleRun"], [pool], source, required=False)
    uploads, runs = (place.arn("devicefarm", f"{kind}:{project}/*") for kind in ("upload", "run"))
    yield from calls("ReadUploads", of("devicefarm", "GetUpload", "ScheduleRun"), [uploads], source)
    yield from calls("ReadTestRuns", ["devicefarm:GetRun"], [runs], source)


def split(text: str) -> list[str]:
    """A value that lists several with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


LOOKS = (
    "DescribeDhcpOptions",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
)


def network_calls(subnets: list[str], place: Place, source: str, *looks: str) -> Iterator[Call]:
    """What compute in a VPC calls. A network interface has no name before it is made."""
    yield from calls("LookAtNetwork", of("ec2", *LOOKS, *looks), [EVERY_RESOURCE], source)
    interface = place.arn("ec2", "network-interface/*")
    named = [pattern(subnet) for subnet in subnets] or ["*"]
    arns = [place.arn("ec2", f"subnet/{subnet}") for subnet in named]
    groups = place.arn("ec2", "security-group/*")
    yield from calls("CreateInterfaces", ["ec2:CreateNetworkInterface"], [interface, *arns, groups], source)
    # no subnet in the condition: CodeBuild's clean-up is not documented to name it
    yield from calls("DeleteInterfaces", ["ec2:DeleteNetworkInterface"], [interface], source)
    context = (
        ("ec2:AuthorizedService", "codebuild.amazonaws.com"),
        *((("ec2:Subnet", name) for name in arns) if subnets else ()),
    )
    yield from calls("UseInterfaces", ["ec2:CreateNetworkInterfacePermission"], [interface], source, context)
