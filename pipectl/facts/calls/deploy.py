"""What deploy actions call in the name of the pipeline's role, but for CloudFormation and Beanstalk."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipectl.facts.calls.build import log_calls, network_calls, split
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
    use_key,
    value,
)
from pipectl.facts.place import Place

TASKS = "ecs-tasks.amazonaws.com"


@dataclass(frozen=True)
class Deployed:
    """What is known of the task definition that an ECS action registers: its family and its roles.

    Those of a service that is described elsewhere are not known: any family, and any role of the account.
    """

    family: str = "*"
    roles: tuple[str, ...] | None = None


def _pass_roles(deployed: Deployed, place: Place, source: str) -> Iterator[Call]:
    if deployed.roles is None:
        yield from pass_role("PassAnyTaskRole", [place.arn("iam", "role/*")], TASKS, source)
    else:
        yield from pass_role("PassTaskRoles", deployed.roles, TASKS, source)


def ecs(configuration: Configuration, place: Place, deployed: Deployed) -> Iterator[Call]:
    """An ECS action: a new revision of the service's definition, then the service and its tasks."""
    source = f"{GUIDE}Amazon Elastic Container Service deploy action reference"
    cluster = arn(place, "ecs", "cluster/", configuration.get("ClusterName", "")).partition(":cluster/")[2]
    service = arn(place, "ecs", f"service/{cluster}/", configuration.get("ServiceName", ""))
    definition = place.arn("ecs", f"task-definition/{deployed.family}:*")
    instances, tasks = (place.arn("ecs", f"{kind}/{cluster}/*") for kind in ("container-instance", "task"))
    yield from calls("DeployToService", of("ecs", "DescribeServices", "UpdateService"), [service], source)
    yield from calls(
        "RegisterRevision", of("ecs", "RegisterTaskDefinition", "TagResource"), [definition], source
    )
    yield from calls("TagService", ["ecs:TagResource"], [service], source, required=False)
    yield from calls("LookAtTasks", ["ecs:DescribeTasks"], [tasks], source)
    yield from calls("LookForTasks", ["ecs:ListTasks"], [instances], source)
    yield from calls("LookAtRevisions", ["ecs:DescribeTaskDefinition"], [EVERY_RESOURCE], source)
    yield from _pass_roles(deployed, place, source)


def s3(configuration: Configuration, place: Place) -> Iterator[Call]:
    """An S3 deploy action. Below which key it writes is known when it does not unpack."""
    source = f"{GUIDE}Amazon S3 deploy action reference"
    bucket = arn(place, "s3", "", configuration.get("BucketName", ""))
    key = pattern(configuration.get("ObjectKey", ""))
    unpacks = configuration.get("Extract") != "false"
    objects = f"{bucket}/{key.rstrip('/') + '/*' if key and unpacks else key or '*'}"
    acl = bool(configuration.get("CannedACL"))
    yield from calls("DeployObjects", ["s3:PutObject"], [objects], source)
    yield from calls(
        "DeployObjects", of("s3", "PutObjectAcl", "PutObjectVersionAcl"), [objects], source, required=acl
    )
    yield from calls("LookAtBucket", ["s3:GetBucketVersioning"], [bucket], source, required=False)
    if named := configuration.get("KMSEncryptionKeyARN"):
        actions = of(
            "kms", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo"
        )
        yield from use_key(named, place, actions, "UseDeployKey")


def codedeploy(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A CodeDeploy action. Which deployment configuration the group has stands in no spec."""
    source = f"{GUIDE}AWS CodeDeploy deploy action reference"
    application = value(configuration, "ApplicationName")
    looks = of("codedeploy", "GetApplication", "GetApplicationRevision", "RegisterApplicationRevision")
    yield from calls("UseApplication", looks, [place.arn("codedeploy", f"application:{application}")], source)
    group = place.arn(
        "codedeploy", f"deploymentgroup:{application}/{value(configuration, 'DeploymentGroupName')}"
    )
    yield from calls("Deploy", of("codedeploy", "CreateDeployment", "GetDeployment"), [group], source)
    configurations = [place.arn("codedeploy", "deploymentconfig:*")]
    yield from calls("ReadDeploymentConfig", ["codedeploy:GetDeploymentConfig"], configurations, source)


def codedeploy_to_ecs(configuration: Configuration, place: Place, deployed: Deployed) -> Iterator[Call]:
    """A blue/green deployment: the template in the artifact names the definition's family and roles."""
    source = f"{GUIDE}CodeDeployToECS action reference"
    definition = place.arn("ecs", f"task-definition/{deployed.family}:*")
    yield from codedeploy(configuration, place)
    yield from calls(
        "RegisterAnyRevision", of("ecs", "RegisterTaskDefinition", "TagResource"), [definition], source
    )
    yield from _pass_roles(deployed, place, source)


def eks(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    """An EKS action: the cluster's endpoint, its network when it is private, and the log of the commands."""
    source = f"{GUIDE}Amazon Elastic Kubernetes Service deploy action reference"
    cluster = arn(place, "eks", "cluster/", configuration.get("ClusterName", ""))
    yield from calls("FindKubernetesCluster", ["eks:DescribeCluster"], [cluster], source)
    subnets = split(configuration.get("Subnets") or configuration.get("SubnetIds") or "")
    for call in network_calls(subnets, place, source, "DescribeRouteTables"):
        yield Call(call.action, call.resource, call.context, call.source, call.statement, bool(subnets))
    yield from log_calls(pipeline, place, source)


def ec2(configuration: Configuration, place: Place, pipeline: str) -> Iterator[Call]:
    """An EC2 action: commands of Systems Manager on the tagged instances, and their target groups."""
    source = f"{GUIDE}Amazon EC2 action reference"
    managed = configuration.get("InstanceType") == "SSM_MANAGED_NODE"
    looks = (
        "ec2:DescribeInstances",
        *of("ssm", "CancelCommand", "DescribeInstanceInformation", "ListCommandInvocations"),
    )
    yield from calls("LookAtInstances", looks, [EVERY_RESOURCE], source)
    key, text = configuration.get("InstanceTagKey") or "", value(configuration, "InstanceTagValue")
    tag = ((f"aws:ResourceTag/{key}", text),) if key and pattern(key) == key else ()
    instances = place.arn("ssm", "managed-instance/*") if managed else place.arn("ec2", "instance/*")
    yield from calls("CommandTaggedInstances", ["ssm:SendCommand"], [instances], source, tag)
    # AWS's own document belongs to no account
    document = Place(place.partition, place.region, "").arn("ssm", "document/AWS-RunShellScript")
    yield from calls("CommandByDocument", ["ssm:SendCommand"], [document], source)
    groups = split(configuration.get("TargetGroupNameList", ""))
    if groups:
        shows = of(
            "elasticloadbalancing",
            "DescribeTargetGroupAttributes",
            "DescribeTargetGroups",
            "DescribeTargetHealth",
        )
        moves = of("elasticloadbalancing", "DeregisterTargets", "RegisterTargets")
        named = [place.arn("elasticloadbalancing", f"targetgroup/{pattern(group)}/*") for group in groups]
        yield from calls("LookAtTargetGroups", shows, [EVERY_RESOURCE], source)
        yield from calls("MoveTargets", moves, named, source)
    yield from log_calls(pipeline, place, source)


def lambda_(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A Lambda deploy action: code, a version, and the alias that traffic is shifted by."""
    source = f"{GUIDE}AWS Lambda deploy action reference"
    function = arn(place, "lambda", "function:", configuration.get("FunctionName", ""))
    updates = of("lambda", "GetFunction", "GetFunctionConfiguration", "PublishVersion", "UpdateFunctionCode")
    yield from calls("DeployFunction", updates, [function, f"{function}:*"], source)
    shifts = of("lambda", "GetAlias", "GetProvisionedConcurrencyConfig", "UpdateAlias")
    alias = value(configuration, "FunctionAlias")
    yield from calls("ShiftTraffic", shifts[:1] + shifts[2:], [function], source, required=alias != "*")
    yield from calls("ShiftTraffic", shifts, [f"{function}:{alias}"], source, required=False)
    alarms = [
        place.arn("cloudwatch", f"alarm:{pattern(name)}") for name in split(configuration.get("Alarms", ""))
    ]
    yield from calls("WatchAlarms", ["cloudwatch:DescribeAlarms"], alarms, source)


def app_config(configuration: Configuration, place: Place) -> Iterator[Call]:
    """An AppConfig action; the deployment's number comes from the service."""
    source = f"{GUIDE}AWS AppConfig deploy action reference"
    application = f"application/{value(configuration, 'Application')}"
    environment = f"{application}/environment/{value(configuration, 'Environment')}"
    profile = f"{application}/configurationprofile/{value(configuration, 'ConfigurationProfile')}"
    strategy = f"deploymentstrategy/{value(configuration, 'DeploymentStrategy')}"
    begun = [place.arn("appconfig", part) for part in (application, environment, profile, strategy)]
    yield from calls("StartConfigurationDeployment", ["appconfig:StartDeployment"], begun, source)
    deployment = f"{environment}/deployment/*"
    follows = [place.arn("appconfig", part) for part in (application, environment, deployment)]
    yield from calls(
        "FollowConfigurationDeployment", of("appconfig", "GetDeployment", "StopDeployment"), follows, source
    )
