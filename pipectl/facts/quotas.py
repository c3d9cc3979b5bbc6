"""How many calls a second AWS takes, and with which error it refuses more: the buckets, with their sources.

A bucket holds `burst` calls and gets `rate` new ones a second. What AWS documents, pipectl keeps to without
being told; what is inferred is only enforced by the local AWS (`pipectl local start --throttle`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

ECS = 'Amazon ECS API reference, "Request throttling for the Amazon ECS API"'
LOGS = 'Amazon CloudWatch Logs user guide, "CloudWatch Logs quotas"'
EVENTS = 'Amazon EventBridge user guide, "Amazon EventBridge quotas"'
ECR = 'Amazon ECR user guide, "Amazon ECR service quotas"'
STS = 'IAM user guide, "IAM and AWS STS quotas"'
INFERRED = "inferred: AWS publishes no number"


@dataclass(frozen=True)
class Quota:
    """One bucket. `operations` are names of the API reference, with `*` as in file names."""

    service: str
    name: str
    operations: tuple[str, ...]
    burst: float
    rate: float
    source: str
    regional: bool = True
    """False: one bucket for all Regions of an account."""

    @property
    def documented(self) -> bool:
        """Whether AWS publishes the numbers."""
        return not self.source.startswith("inferred")

    def covers(self, service: str, operation: str) -> bool:
        """Whether a call takes from this bucket."""
        return service == self.service and any(fnmatchcase(operation, shape) for shape in self.operations)


def _ecs(name: str, burst: float, rate: float, *operations: str) -> Quota:
    return Quota("ecs", name, operations, burst, rate, ECS)


def _one_by_one(service: str, source: str, rates: dict[float, str]) -> Iterable[Quota]:
    """A bucket for each operation, which holds what one second brings: the quotas name no burst."""
    for rate, operations in rates.items():
        yield from (Quota(service, name, (name,), rate, rate, source) for name in operations.split())


QUOTAS = (
    _ecs("cluster modify actions", 20, 1, "CreateCluster", "DeleteCluster", "PutClusterCapacityProviders",
         "UpdateCluster", "UpdateClusterSettings"),
    _ecs("cluster read actions", 50, 20, "DescribeClusters", "ListClusters"),
    _ecs("task definition modify actions", 20, 1, "DeregisterTaskDefinition", "RegisterTaskDefinition"),
    _ecs("task definition read actions", 50, 20, "DescribeTaskDefinition", "ListTaskDefinitions",
         "ListTaskDefinitionFamilies"),
    _ecs("task definition deletion actions", 5, 1, "DeleteTaskDefinitions"),
    _ecs("capacity provider modify actions", 10, 1, "CreateCapacityProvider", "DeleteCapacityProvider",
         "UpdateCapacityProvider"),
    _ecs("capacity provider read actions", 50, 20, "DescribeCapacityProviders"),
    _ecs("tag modify actions", 20, 10, "TagResource", "UntagResource"),
    _ecs("tag read actions", 50, 20, "ListTagsForResource"),
    _ecs("setting modify actions", 10, 1, "DeleteAccountSetting", "PutAccountSetting",
         "PutAccountSettingDefault"),
    _ecs("setting read actions", 50, 20, "ListAccountSettings"),
    _ecs("cluster resource modify actions", 100, 40, "DeleteAttributes", "DeregisterContainerInstance",
         "ExecuteCommand", "PutAttributes", "RunTask", "StartTask", "StopTask", "UpdateContainerAgent",
         "UpdateContainerInstancesState"),
    _ecs("cluster resource read actions", 100, 20, "DescribeContainerInstances", "DescribeTasks",
         "ListAttributes", "ListContainerInstances", "ListTasks"),
    _ecs("agent modify actions", 200, 120, "RegisterContainerInstance", "SubmitAttachmentStateChanges",
         "SubmitContainerStateChange", "SubmitTaskStateChange"),
    _ecs("service modify actions", 50, 5, "CreateService", "DeleteService", "UpdateService"),
    _ecs("service read actions", 100, 20, "DescribeServices", "ListServices"),
    _ecs("service deployment actions", 50, 20, "DescribeServiceDeployments", "ListServiceDeployments"),
    _ecs("service revision actions", 50, 20, "DescribeServiceRevisions"),
    _ecs("task protection actions", 200, 80, "UpdateTaskProtection", "GetTaskProtection"),
    _ecs("cluster service resource read actions", 10, 1, "ListServicesByNamespace"),
    *_one_by_one("logs", LOGS, {
        5: "AssociateKmsKey DeleteRetentionPolicy DeleteSubscriptionFilter DeleteMetricFilter "
           "DescribeMetricFilters DescribeSubscriptionFilters ListTagsForResource ListTagsLogGroup "
           "PutMetricFilter PutRetentionPolicy PutSubscriptionFilter TagLogGroup TagResource UntagLogGroup "
           "UntagResource",
        10: "CreateLogGroup DeleteLogGroup DescribeLogGroups FilterLogEvents GetLogEvents GetQueryResults "
            "StartQuery",
        15: "DeleteLogStream",
        25: "DescribeLogStreams",
        50: "CreateLogStream",
        5000: "PutLogEvents",
    }),
    *_one_by_one("ecr", ECR, {
        10: "PutImage",
        100: "CompleteLayerUpload InitiateLayerUpload",
        500: "GetAuthorizationToken UploadLayerPart",
        1000: "BatchCheckLayerAvailability",
        2000: "BatchGetImage",
        3000: "GetDownloadUrlForLayer",
    }),
    Quota("events", "PutEvents", ("PutEvents",), 10000, 10000, EVENTS),
    Quota("events", "all other actions", ("*",), 50, 50, EVENTS),
    Quota("sts", "requests", ("*",), 600, 600, STS),
    # IAM says that it has buckets and how it refuses, but no numbers; 15 reads a second were seen
    # ("How do I resolve API throttling or Rate exceeded errors for IAM and AWS STS?", AWS re:Post).
    Quota("iam", "read actions", ("Get*", "List*", "Simulate*"), 15, 15, INFERRED, regional=False),
    Quota("iam", "modify actions", ("*",), 15, 5, INFERRED, regional=False),
    Quota("codepipeline", "all actions", ("*",), 50, 20, INFERRED),
    Quota("codebuild", "all actions", ("*",), 50, 20, INFERRED),
)  # fmt: skip
"""The first that covers a call counts. FilterLogEvents and GetLogEvents differ by Region: the smaller common
number is taken."""


def quota(service: str, operation: str) -> Quota | None:
    """The bucket that a call takes from; None where nothing is known."""
    return next((each for each in QUOTAS if each.covers(service, operation)), None)


@dataclass(frozen=True)
class Refusal:
    """How a service says that it throttles."""

    code: str = "ThrottlingException"
    message: str = "Rate exceeded"
    status: int = 400


REFUSALS = {
    "iam": Refusal("Throttling"),
    "sts": Refusal("Throttling"),
    "resourcegroupstaggingapi": Refusal("ThrottledException"),
}
"""Services whose code differs: query protocols say `Throttling` (IAM API reference, "Common errors")."""


def refusal(service: str) -> Refusal:
    """The error with which a service refuses a call beyond its quota."""
    return REFUSALS.get(service, Refusal())


THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
    "RequestThrottled", "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded",
    "PriorRequestNotComplete", "EC2ThrottledException", "SlowDown",
})  # fmt: skip
"""Error codes that mean: later. (botocore, retries/standard.py.)"""

LIMITS = frozenset({"LimitExceeded", "LimitExceededException"})
"""Codes that IAM, CodePipeline and Logs use for a full quota, which no waiting mends, and some services for a
throttle: only the message tells. botocore takes the second one for a throttle always."""


def is_throttle(code: str, message: str, status: int = 400) -> bool:
    """Whether an error means that the same call will pass later."""
    text = message.lower()
    if code in LIMITS:
        return any(word in text for word in ("rate exceeded", "throttl", "too many requests"))
    return code in THROTTLED or status == 429  # noqa: PLR2004  HTTP, "Too Many Requests"
