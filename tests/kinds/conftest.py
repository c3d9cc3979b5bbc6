"""What the tests of the kinds share: specs, what they need to exist, and a look at the whole account."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests import roles

if TYPE_CHECKING:
    from tests.conftest import World

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDERS = (HERE / "specs", HERE / "recorded", ROOT / "config")
OWN_ROLE = re.compile(r"arn:aws:iam::\d{12}:role/([\w-]+)")
ALIAS = re.compile(r"alias/[a-z]+")
NAMESPACE = re.compile(r"\bnamespace: ([a-z]+)")
SECRETS_OF_SPECS = {"SECRET_OAUTHTOKEN": "ghp_secret"}
"""What the specs hold that scripts and exports must not show: variable -> secret"""
PRINCIPALS = ("codebuild", "codepipeline", "ecs-tasks", "events", "cloudformation")

Account = dict[str, Any]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a parameter `file` runs for every spec that must work"""
    if "file" in metafunc.fixturenames:
        files = sorted(file for folder in FOLDERS for file in folder.glob("*.yaml"))
        metafunc.parametrize("file", files, ids=[file.stem for file in files])


@pytest.fixture
def named() -> Callable[[str], Path]:
    """The file of a spec by its name"""

    def file(name: str) -> Path:
        return next(path for folder in FOLDERS if (path := folder / f"{name}.yaml").exists())

    return file


@pytest.fixture
def values(named: Callable[[str], Path]) -> Callable[[str], dict[str, Any]]:
    """The values of a spec by its name, to be changed"""

    def read(name: str) -> dict[str, Any]:
        found: dict[str, Any] = copy.deepcopy(yaml.safe_load(named(name).read_text(encoding="utf-8")))
        return found

    return read


@pytest.fixture
def prepare(world: "World") -> Callable[..., None]:
    """Make what specs only use: the roles that they name by their ARNs, keys behind aliases, namespaces"""

    def make(*files: Path) -> None:
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        for name in sorted(set(OWN_ROLE.findall(text))):
            own_role(world.client("iam"), name)
        for name in sorted(set(ALIAS.findall(text))):
            kms = world.client("kms")
            kms.create_alias(AliasName=name, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
        for name in sorted(set(NAMESPACE.findall(text))):
            world.client("servicediscovery").create_http_namespace(Name=name)

    return make


def own_role(iam: Any, name: str) -> None:
    """A role that the services may take on, and the roles of its account, and that may do everything"""
    services = [f"{principal}.amazonaws.com" for principal in PRINCIPALS]
    principal = {"Service": services, "AWS": "arn:aws:iam::012345678901:root"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=roles.trust(principal))
    roles.put(iam, name, roles.allow("*"))


@pytest.fixture
def look(world: "World") -> Callable[[str], Account]:
    """Everything that an account has in a Region, asked by plain boto3, without times and random ids"""
    return lambda region: dict(_look(lambda service: world.client(service, region)))


def _look(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    for look in (_codecommit, _ecr, _logs, _s3, _iam, _ecs, _codebuild, _events, _codepipeline,
                 _sns, _notifications):  # fmt: skip
        yield from look(client)


RANDOM = frozenset({
    "badgeRequestUrl", "kmsKey", "kmsKeyId", "namespace",
    "ResponseMetadata", "created", "createdAt", "updated", "updatedAt", "creationDate", "CreateDate",
    "creationTime", "lastModified", "lastModifiedDate", "registeredAt", "repositoryId", "RoleId", "id",
    "events", "deployments", "lastChangedAt", "stateUpdatedAt", "pendingCount", "runningCount",
    "CreationDate", "pendingTasksCount", "runningTasksCount", "latestExecution", "inboundExecution",
    "inboundExecutions", "actionStates", "deregisteredAt", "startedAt", "lastEvaluatedAt", "RoleLastUsed",
    "currentServiceDeployment", "currentServiceRevisions", "taskSets", "storedBytes",
})  # fmt: skip


def _settled(answer: Any) -> Any:
    """Without what differs from run to run; lists of pairs sorted, since AWS gives them in any order"""
    if isinstance(answer, Mapping):
        return {key: _settled(value) for key, value in answer.items() if key not in RANDOM}
    if isinstance(answer, list):
        items = [_settled(item) for item in answer]
        return sorted(items, key=str) if items and isinstance(items[0], Mapping) else items
    return answer


def _or_none(call: Callable[..., Any], **params: Any) -> Any:
    try:
        return _settled(call(**params))
    except ClientError as error:
        return error.response["Error"]["Code"]


def _codecommit(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    codecommit = client("codecommit")
    for each in codecommit.list_repositories()["repositories"]:
        found = codecommit.get_repository(repositoryName=each["repositoryName"])["repositoryMetadata"]
        tags = codecommit.list_tags_for_resource(resourceArn=found["Arn"])["tags"]
        yield found["Arn"], (_settled(found), tags)


def _ecr(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    ecr = client("ecr")
    for each in ecr.describe_repositories()["repositories"]:
        name = {"repositoryName": each["repositoryName"]}
        lifecycle = _or_none(ecr.get_lifecycle_policy, **name)
        policy = _or_none(ecr.get_repository_policy, **name)
        tags = _settled(ecr.list_tags_for_resource(resourceArn=each["repositoryArn"])["tags"])
        yield each["repositoryArn"], (_settled(each), lifecycle, policy, tags)


def _logs(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    logs = client("logs")
    for each in logs.describe_log_groups()["logGroups"]:
        tags = logs.list_tags_for_resource(resourceArn=each["arn"].removesuffix(":*"))["tags"]
        yield each["arn"], (_settled(each), tags)


def _s3(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    s3 = client("s3")
    settings = ("public_access_block", "bucket_policy", "bucket_encryption", "bucket_lifecycle_configuration",
                "bucket_tagging", "bucket_versioning")  # fmt: skip
    for each in s3.list_buckets()["Buckets"]:
        asked = {setting: getattr(s3, f"get_{setting}") for setting in settings}
        yield (
            f"bucket {each['Name']}",
            {setting: _or_none(ask, Bucket=each["Name"]) for setting, ask in asked.items()},
        )


def _iam(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    iam = client("iam")
    for each in iam.list_roles()["Roles"]:
        name = each["RoleName"]
        if each["Path"].startswith("/aws-service-role/"):
            continue  # AWS makes it at the first use, and it stays
        role = _settled(iam.get_role(RoleName=name)["Role"])
        policies = {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        }
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        yield each["Arn"], (role, policies, attached)


def _ecs(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    ecs = client("ecs")
    for arn in ecs.list_task_definitions()["taskDefinitionArns"]:
        found = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        yield arn, (_settled(found["taskDefinition"]), _settled(found.get("tags")))
    for cluster in ecs.list_clusters()["clusterArns"]:
        include = ["SETTINGS", "TAGS", "CONFIGURATIONS"]
        yield (
            cluster,
            _settled(ecs.describe_clusters(clusters=[cluster], include=include)["clusters"]),
        )
        for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
            found = ecs.describe_services(cluster=cluster, services=[arn], include=["TAGS"])["services"]
            yield arn, _settled(found)


def _codebuild(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    codebuild = client("codebuild")
    names = codebuild.list_projects()["projects"]
    for each in codebuild.batch_get_projects(names=names)["projects"] if names else []:
        yield each["arn"], _settled(each)


def _events(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    events = client("events")
    for each in events.list_rules()["Rules"]:
        targets = events.list_targets_by_rule(Rule=each["Name"])["Targets"]
        tags = events.list_tags_for_resource(ResourceARN=each["Arn"])["Tags"]
        yield each["Arn"], (_settled(each), [_with_id(target) for target in targets], _settled(tags))


def _with_id(target: Mapping[str, Any]) -> tuple[str, Any]:
    return target["Id"], _settled(target)


def _codepipeline(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    codepipeline = client("codepipeline")
    for each in codepipeline.list_pipelines()["pipelines"]:
        name = each["name"]
        found = codepipeline.get_pipeline(name=name)
        arn = found["metadata"]["pipelineArn"]
        gates = {
            stage["stageName"]: _settled(stage["inboundTransitionState"])
            for stage in codepipeline.get_pipeline_state(name=name)["stageStates"]
        }
        tags = _settled(codepipeline.list_tags_for_resource(resourceArn=arn)["tags"])
        yield arn, (found["pipeline"], gates, tags)


def _sns(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    sns = client("sns")
    for each in sns.list_topics()["Topics"]:
        arn = each["TopicArn"]
        tags = _settled(sns.list_tags_for_resource(ResourceArn=arn)["Tags"])
        listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        subscribers = sorted((each["Protocol"], each["Endpoint"]) for each in listed)
        yield arn, (_settled(sns.get_topic_attributes(TopicArn=arn)["Attributes"]), tags, subscribers)


def _notifications(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    api = client("codestar-notifications")
    for each in api.list_notification_rules()["NotificationRules"]:
        rule = _settled(api.describe_notification_rule(Arn=each["Arn"]))
        yield f"notification rule {rule['Name']}", {key: rule[key] for key in rule if key not in _OF_RULES}
    for each in api.list_targets()["Targets"]:
        yield f"target {each['TargetAddress']}", each


_OF_RULES = frozenset({"Arn", "CreatedTimestamp", "LastModifiedTimestamp"})
