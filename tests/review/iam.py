"""A second opinion on IAM: what a call on the wire needs, and whether a policy allows it.

Actions and resources are those of the Service Authorization Reference; it was written from the calls, and not
from what pipectl says of itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree as ET

from pipectl.local.wire import Request

Shape = Mapping[str, Any]
Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One action on one resource, with the keys of the request that conditions may look at"""

    action: str
    resource: str
    keys: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join([self.action, self.resource, *(f"{key}={value}" for key, value in self.keys)])


def allowing(policy: Iterable[Statement], asked: Asked) -> list[str]:
    """The Sids of the statements that allow it"""
    return [statement["Sid"] for statement in policy if _allows(statement, asked)]


def _allows(statement: Statement, asked: Asked) -> bool:
    equal = {key: value for tests in statement.get("Condition", {}).values() for key, value in tests.items()}
    return (
        statement["Effect"] == "Allow"
        and any(_glob(action.lower(), asked.action.lower()) for action in statement["Action"])
        and any(_glob(resource, asked.resource) for resource in statement["Resource"])
        and all(dict(asked.keys).get(key) == value for key, value in equal.items())
    )


def _glob(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


@dataclass
class Referee:
    """Knows what every call needs. It remembers the paths of roles, which later calls do not name."""

    account: str
    paths: dict[str, str] = field(default_factory=dict)

    def asked(self, request: Request) -> list[Asked]:
        reader: Callable[[Request], Iterator[Asked]] = {
            "s3": self._s3,
            "iam": self._iam,
            "sns": self._sns,
            "sts": lambda _: iter(()),  # GetCallerIdentity needs no permission (API reference)
        }.get(request.service, self._json)
        return list(reader(request))

    def _json(self, request: Request) -> Iterator[Asked]:
        service, operation, said = request.service, request.operation, request.json()
        prefix = f"arn:aws:{service}:{request.region}:{self.account}:"
        reader = {
            "codecommit": _codecommit,
            "ecr": _ecr,
            "logs": _logs,
            "ecs": _ecs,
            "codebuild": _codebuild,
            "events": _events,
            "servicediscovery": lambda operation, said: iter([(operation, f"namespace/{said['Id']}")]),
            "kms": lambda operation, said: _with_key(said["KeyId"], operation),
            "codepipeline": _codepipeline,
            "codestar-notifications": _notifications,
            "cloudtrail": _nothing,
            "resourcegroupstaggingapi": _nothing,
        }[service]
        name = {"resourcegroupstaggingapi": "tag"}.get(service, service)
        for action, resource, *keys in reader(operation, said):
            if resource.startswith("role/"):
                arn = f"arn:aws:iam::{self.account}:{resource}"
            elif resource.startswith("key/"):
                arn = f"arn:aws:kms:{request.region}:{self.account}:{resource}"
            else:
                arn = resource if resource == "*" or resource.startswith("arn:") else f"{prefix}{resource}"
            yield Asked(action if ":" in action else f"{name}:{action}", arn, tuple(keys))

    def _sns(self, request: Request) -> Iterator[Asked]:
        said = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        named = said.get("TopicArn") or said.get("ResourceArn")
        arn = named or f"arn:aws:sns:{request.region}:{self.account}:{said['Name']}"
        yield Asked(f"sns:{request.operation}", arn)
        if request.operation == "CreateTopic" and "Tags.member.1.Key" in said:
            yield Asked("sns:TagResource", arn)

    def _iam(self, request: Request) -> Iterator[Asked]:
        said = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        if request.operation == "ListRoles":
            yield Asked("iam:ListRoles", "*")
            return
        name = said["RoleName"]
        if request.operation == "CreateRole":
            self.paths[name] = said.get("Path", "/")
            if "Tags.member.1.Key" in said:
                yield Asked("iam:TagRole", self._role(name))
            if "PermissionsBoundary" in said:
                yield Asked("iam:PutRolePermissionsBoundary", self._role(name))
        yield Asked(f"iam:{request.operation}", self._role(name))

    def _role(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role{self.paths.get(name, '/')}{name}"

    def _s3(self, request: Request) -> Iterator[Asked]:
        bucket, _, key = unquote(request.path).lstrip("/").partition("/")
        arn = f"arn:aws:s3:::{bucket}"
        action = S3.get(request.operation, request.operation)
        if request.operation == "CreateBucket" and b"<Tags>" in request.body:
            yield Asked("s3:TagResource", arn)
        if request.operation == "DeleteObjects":
            yield from _deleted_objects(arn, request.body)
        else:
            yield Asked(f"s3:{action}", f"{arn}/{key}" if key else arn)


S3 = {
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
}
"""Operation -> action, where they differ."""


def _deleted_objects(bucket: str, body: bytes) -> Iterator[Asked]:
    """The version `null` is deleted with both rights (inferred: it may be called either)"""
    for each in ET.fromstring(body).iter():  # noqa: S314  what our own client has sent
        if each.tag.endswith("Object"):
            texts = {child.tag.rpartition("}")[2]: child.text or "" for child in each}
            version = texts.get("VersionId")
            if version:
                yield Asked("s3:DeleteObjectVersion", f"{bucket}/{texts['Key']}")
            if version in (None, "null"):
                yield Asked("s3:DeleteObject", f"{bucket}/{texts['Key']}")


Needed = Iterator[tuple[Any, ...]]


def _nothing(operation: str, said: Shape) -> Needed:
    yield operation, "*"


def _passed(role: str | None, service: str) -> Needed:
    if role:
        yield "iam:PassRole", role, ("iam:PassedToService", f"{service}.amazonaws.com")


BEHIND_ALIAS = "key/01234567-89ab-cdef-0123-456789abcdef"


def _with_key(key: str, *operations: str) -> Needed:
    """No alias is a resource of its key's calls: the key is, with its aliases (KMS guide, "Use aliases to
    control access to KMS keys")
    """
    head, is_alias, alias = key.rpartition("alias/")
    tests = [("kms:ResourceAliases", f"alias/{alias}")] if is_alias else []
    named = f"{head}{BEHIND_ALIAS}" if is_alias else key if key.startswith("arn:") else f"key/{key}"
    for operation in operations:
        yield f"kms:{operation}", named, *tests


def _codecommit(operation: str, said: Shape) -> Needed:
    for name in said.get("repositoryNames") or [said.get("repositoryName") or said["resourceArn"]]:
        yield operation, name
    if said.get("tags") and operation == "CreateRepository":
        yield "TagResource", said["repositoryName"]
    if key := said.get("kmsKeyId"):
        yield from _with_key(key, "Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey")
        yield from _with_key(key, "DescribeKey")


def _ecr(operation: str, said: Shape) -> Needed:
    for name in said.get("repositoryNames") or [said.get("repositoryName")]:
        yield operation, f"repository/{name}" if name else said["resourceArn"]
    if operation == "CreateRepository":
        if said.get("tags"):
            yield "TagResource", f"repository/{said['repositoryName']}"
        if key := said.get("encryptionConfiguration", {}).get("kmsKey"):
            yield from _with_key(key, "CreateGrant", "DescribeKey")


def _logs(operation: str, said: Shape) -> Needed:
    if operation == "DescribeLogGroups":
        yield operation, "*"
    elif "resourceArn" in said:
        yield operation, said["resourceArn"]
    else:  # as IAM names it when it refuses
        yield operation, f"log-group:{said['logGroupName']}:log-stream:{said.get('logStreamName', '')}"
        if operation == "CreateLogGroup" and said.get("tags"):
            yield "TagResource", f"log-group:{said['logGroupName']}"


ECS_NO_RESOURCE = frozenset({"DescribeTaskDefinition", "DeregisterTaskDefinition", "ListTaskDefinitions"})
LINKED = "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"


def _ecs(operation: str, said: Shape) -> Needed:
    if operation in ECS_NO_RESOURCE:
        yield operation, "*"
    elif "resourceArn" in said:
        yield operation, said["resourceArn"]
    elif operation == "RegisterTaskDefinition":
        yield operation, f"task-definition/{said['family']}:1"
        if said.get("tags"):
            yield "TagResource", f"task-definition/{said['family']}:1"
        yield from _passed(said.get("executionRoleArn"), "ecs-tasks")
        yield from _passed(said.get("taskRoleArn"), "ecs-tasks")
    else:
        yield from _in_clusters(operation, said)


def _in_clusters(operation: str, said: Shape) -> Needed:
    cluster = said.get("cluster") or said.get("clusterName")
    service = said.get("service") or said.get("serviceName")
    if operation == "ListTasks":
        named = [f"container-instance/{cluster}/0123456789abcdef"]
    elif operation == "DescribeTasks":
        named = said["tasks"]
    elif service or "services" in said:
        named = [f"service/{cluster}/{each}" for each in said.get("services") or [service]]
    else:
        named = [f"cluster/{each}" for each in said.get("clusters") or [cluster]]
    for each in named:
        yield operation, each
        if operation in ("CreateCluster", "CreateService"):
            yield from _linked()
            if said.get("tags"):
                yield "TagResource", each
    for role in sorted(set(_roles(said))):
        yield from _passed(role, "ecs")


def _roles(said: Any) -> Iterator[str]:
    """The roles of volumes, proxies and targets, which ECS itself takes (guide, infrastructure role)"""
    if isinstance(said, Mapping):
        yield from (value for key, value in said.items() if key == "roleArn")
    for inner in said.values() if isinstance(said, Mapping) else said if isinstance(said, list) else ():
        yield from _roles(inner)


def _linked() -> Needed:
    """The first use of ECS in an account makes its role (developer guide, service-linked roles)"""
    yield "iam:CreateServiceLinkedRole", LINKED, ("iam:AWSServiceName", "ecs.amazonaws.com")


def _codebuild(operation: str, said: Shape) -> Needed:
    names = [each.partition(":")[0] for each in said.get("ids", [])]
    for name in [*names, *said.get("names", []), *([said["name"]] if "name" in said else [])]:
        yield operation, f"project/{name}"
    yield from _passed(said.get("serviceRole"), "codebuild")


def _events(operation: str, said: Shape) -> Needed:
    if operation == "ListRuleNamesByTarget":
        yield operation, "*"
        return
    rule = said.get("Rule") or said.get("Name")
    yield operation, f"rule/{rule}" if rule else said["ResourceARN"]
    if operation == "PutRule" and said.get("Tags"):
        yield "TagResource", f"rule/{rule}"
    for target in said.get("Targets", []):
        yield from _passed(target.get("RoleArn"), "events")


NO_RULE = frozenset({"ListNotificationRules", "ListTargets", "ListEventTypes", "DeleteTarget"})
OF_NOTIFICATIONS = "codestar-notifications.amazonaws.com"


def _notifications(operation: str, said: Shape) -> Needed:
    """A new rule has an id that nobody knows; the first one makes the service's role"""
    if operation in NO_RULE:
        yield operation, "*"
        return
    yield operation, said.get("Arn") or "notificationrule/0123456789abcdef"
    if operation == "CreateNotificationRule":
        role = f"role/aws-service-role/{OF_NOTIFICATIONS}/AWSServiceRoleForCodeStarNotifications"
        yield "iam:CreateServiceLinkedRole", role, ("iam:AWSServiceName", OF_NOTIFICATIONS)
        if said.get("Tags"):
            yield "TagResource", "notificationrule/0123456789abcdef"


def _codepipeline(operation: str, said: Shape) -> Needed:
    if operation == "ListPipelines":
        yield operation, "*"
    elif operation == "PutApprovalResult":
        yield operation, f"{said['pipelineName']}/{said['stageName']}/{said['actionName']}"
    elif "stageName" in said:
        yield operation, f"{said['pipelineName']}/{said['stageName']}"
    elif "resourceArn" in said:
        yield operation, said["resourceArn"]
    elif operation in ("CreatePipeline", "UpdatePipeline"):
        yield from _declared(operation, said)
    else:
        yield operation, said.get("pipelineName") or said["name"]


def _declared(operation: str, said: Shape) -> Needed:
    pipeline = said["pipeline"]
    yield operation, pipeline["name"]
    if said.get("tags"):
        yield "TagResource", pipeline["name"]
    yield from _passed(pipeline["roleArn"], "codepipeline")
    for action in (action for stage in pipeline["stages"] for action in stage["actions"]):
        if arn := action.get("configuration", {}).get("ConnectionArn"):
            service = arn.split(":")[2]
            key = (f"{service}:PassedToService", "codepipeline.amazonaws.com")
            yield f"{service}:PassConnection", arn, key
