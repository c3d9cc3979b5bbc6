"""What an ElasticBeanstalk deploy action calls: Beanstalk works on its environment in the caller's name.

The user guide lists whole services (`ec2:*`, `s3:*`, ...). This is the part of them that an update of an
environment uses, on Beanstalk's own names (`awseb-...`), as in the managed policy
AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy; what is not enough for one's environment says
`statements`.
"""

from collections.abc import Iterator

from pipectl.facts.calls.call import EVERY_RESOURCE, GUIDE, Call, Configuration, calls, of, value
from pipectl.facts.place import Place

SOURCE = f"{GUIDE}Manage the CodePipeline service role"
MANAGED = "AWS Managed Policy Reference, AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy"

LOOKS = (
    *of("elasticbeanstalk", "DescribeEvents", "DescribeEnvironments", "DescribeApplicationVersions"),
    *of(
        "autoscaling",
        "DescribeAutoScalingGroups",
        "DescribeLaunchConfigurations",
        "DescribeScalingActivities",
    ),
    *of(
        "ec2",
        "DescribeAddresses",
        "DescribeImages",
        "DescribeInstances",
        "DescribeKeyPairs",
        "DescribeLaunchTemplateVersions",
        "DescribeLaunchTemplates",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcs",
    ),
    *of(
        "elasticloadbalancing",
        "DescribeInstanceHealth",
        "DescribeLoadBalancers",
        "DescribeTargetGroups",
        "DescribeTargetHealth",
    ),
)
"""DescribeEvents: without it the action hangs and says nothing (user guide, the note below the policy)."""


def elastic_beanstalk(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A new version of an application, and the environment that is updated to it."""
    application, environment = (
        value(configuration, "ApplicationName"),
        value(configuration, "EnvironmentName"),
    )
    own = [
        place.arn("elasticbeanstalk", f"application/{application}"),
        place.arn("elasticbeanstalk", f"applicationversion/{application}/*"),
    ]
    yield from calls("LookAtEnvironment", LOOKS, [EVERY_RESOURCE], SOURCE)
    yield from calls("CreateVersion", ["elasticbeanstalk:CreateApplicationVersion"], own, SOURCE)
    updated = [place.arn("elasticbeanstalk", f"environment/{application}/{environment}")]
    yield from calls("UpdateEnvironment", ["elasticbeanstalk:UpdateEnvironment"], updated, SOURCE)
    yield from _resources(place)


def _resources(place: Place) -> Iterator[Call]:
    store = place.arn("s3", f"elasticbeanstalk-{place.region}-{place.account}")
    looks = of("s3", "GetBucketLocation", "GetBucketPolicy", "ListBucket")
    objects = of(
        "s3", "DeleteObject", "GetObject", "GetObjectAcl", "GetObjectVersion", "PutObject", "PutObjectAcl"
    )
    stacks = [place.arn("cloudformation", "stack/awseb-*/*")]
    works = of(
        "cloudformation",
        "CancelUpdateStack",
        "DescribeStackEvents",
        "DescribeStackResource",
        "DescribeStackResources",
        "DescribeStacks",
        "GetTemplate",
        "UpdateStack",
    )
    groups = [place.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/awseb-*")]
    scales = of(
        "autoscaling",
        "PutNotificationConfiguration",
        "ResumeProcesses",
        "SuspendProcesses",
        "TerminateInstanceInAutoScalingGroup",
        "UpdateAutoScalingGroup",
    )
    yield from calls("FindVersionStore", looks, [store], MANAGED, required=False)
    yield from calls("StoreVersions", objects, [f"{store}/*"], MANAGED, required=False)
    yield from calls("UpdateEnvironmentStack", works, stacks, MANAGED, required=False)
    yield from calls("RollInstances", scales, groups, MANAGED, required=False)
