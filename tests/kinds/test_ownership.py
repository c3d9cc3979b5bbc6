"""Whose a thing is: another stack's is refused, nobody's is adopted, and what others put on it survives."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.engine.values import OWNER_TAG, Action
from pipectl.errors import Declined

if TYPE_CHECKING:
    from tests.conftest import World

REGION = "ap-southeast-1"
BUCKET = "friendreminders-artifacts-012345678901-ap-southeast-1"
Client = Callable[[str], Any]
Values = Callable[[str], dict[str, Any]]

TAGGED = {
    "codecommit repository FriendReminders",
    "ecr repository rails_app",
    "log group /ecs/rails-compose",
    "log group /aws/codebuild/FriendRemindersBuild",
    f"s3 bucket {BUCKET}",
    "iam role friendreminders-ap-southeast-1-remindersmgt-execution",
    "iam role friendreminders-ap-southeast-1-FriendRemindersBuild-build",
    "iam role friendreminders-ap-southeast-1-FriendReminders-pipeline",
    "iam role friendreminders-ap-southeast-1-FriendReminders-events",
    "ecs cluster friendreminders",
    "ecs service friendreminders/remindersmgt",
    "codebuild project FriendRemindersBuild",
    "event rule FriendReminders-Source",
    "pipeline FriendReminders",
}
"""Everything that the tutorial's system is made of"""


@pytest.fixture
def client(world: "World") -> Client:
    return lambda service: world.client(service, REGION)


def retag(client: Client, owner: str | None) -> None:
    """Give everything to another stack, or to nobody, and put another tag on it"""
    tags = {"someone": "else"} | ({OWNER_TAG: owner} if owner else {})
    small = [{"key": key, "value": value} for key, value in tags.items()]
    large = [{"Key": key, "Value": value} for key, value in tags.items()]
    for arn, service in arns(client):
        if not owner:
            untag(client, service, arn)
        if service in ("codecommit", "logs"):
            client(service).tag_resource(resourceArn=arn, tags=tags)
        elif service == "events":
            client(service).tag_resource(ResourceARN=arn, Tags=large)
        else:
            client(service).tag_resource(resourceArn=arn, tags=large if service == "ecr" else small)
    for role in roles(client):
        client("iam").untag_role(RoleName=role, TagKeys=[OWNER_TAG])
        client("iam").tag_role(RoleName=role, Tags=large)
    client("codebuild").update_project(name="FriendRemindersBuild", tags=small)
    client("s3").put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": large})


def untag(client: Client, service: str, arn: str) -> None:
    if service == "events":
        client(service).untag_resource(ResourceARN=arn, TagKeys=[OWNER_TAG])
    else:
        client(service).untag_resource(resourceArn=arn, tagKeys=[OWNER_TAG])


def arns(client: Client) -> Iterator[tuple[str, str]]:
    """What has a TagResource that takes an ARN, and its service"""
    prefix = f"arn:aws:{{}}:{REGION}:012345678901:{{}}"
    for service, resource in (
        ("codecommit", "FriendReminders"),
        ("ecr", "repository/rails_app"),
        ("logs", "log-group:/ecs/rails-compose"),
        ("logs", "log-group:/aws/codebuild/FriendRemindersBuild"),
        ("ecs", "cluster/friendreminders"),
        ("ecs", "service/friendreminders/remindersmgt"),
        ("events", "rule/FriendReminders-Source"),
        ("codepipeline", "FriendReminders"),
    ):
        yield prefix.format(service, resource), service


def roles(client: Client) -> list[str]:
    return [role["RoleName"] for role in client("iam").list_roles(PathPrefix="/pipectl/")["Roles"]]


def test_what_belongs_to_another_stack_is_refused_and_nothing_is_written(
    world: "World", client: Client, values: Values, look: Callable[[str], dict[str, Any]]
) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    retag(client, "blog")
    before = look(REGION)
    (plan,) = world.plan(spec)
    refused = {f"{step.resource.kind} {step.resource.name}": step.obstacle for step in plan.obstacles}
    assert refused.keys() == TAGGED
    assert all("belongs to the stack `blog`" in each.message for each in refused.values() if each)
    with pytest.raises(Declined, match="belongs to the stack `blog`") as declined:
        world.create(spec)
    assert "managed: false" in str(declined.value.hint)
    assert look(REGION) == before


def test_one_foreign_thing_is_enough_to_write_nothing(
    world: "World", client: Client, values: Values, look: Callable[[str], dict[str, Any]]
) -> None:
    client("ecr").create_repository(repositoryName="rails_app", tags=[{"Key": OWNER_TAG, "Value": "blog"}])
    before = look(REGION)
    with pytest.raises(Declined, match="ecr repository `rails_app` belongs to the stack `blog`"):
        world.create(world.load(values("friendreminders")))
    assert look(REGION) == before


def test_what_belongs_to_nobody_is_adopted_as_it_is(
    world: "World", client: Client, values: Values, look: Callable[[str], dict[str, Any]]
) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    retag(client, None)
    (plan,) = world.plan(spec)
    assert {f"{step.resource.kind} {step.resource.name}" for step in plan.adoptions} == TAGGED
    assert plan.count(Action.ADOPT) == len(plan.pending) == len(TAGGED)
    adopted = world.made(spec)
    assert all("create_" not in call and "register_" not in call for call in adopted.writes)
    assert all("put_" not in call for call in adopted.writes if call != "s3 put_bucket_tagging")
    assert world.create(spec).writes == []
    assert str(look(REGION)).count("someone") == len(TAGGED)


def test_other_tags_survive_an_update_of_the_tags(
    world: "World", client: Client, values: Values, look: Callable[[str], dict[str, Any]]
) -> None:
    world.made(world.load(values("friendreminders")))
    retag(client, "friendreminders")
    spec = world.load(values("friendreminders") | {"tags": {"team": "reminders"}})
    run = world.made(spec)
    assert len(run.lines) == len(TAGGED)
    found = str(look(REGION))
    # a task definition's revision is never tagged anew: it has none of the new tags
    assert found.count("someone") == len(TAGGED)
    assert found.count("reminders'") >= len(TAGGED)
    assert world.create(spec).writes == []


def test_other_statements_of_the_bucket_policy_survive(
    world: "World", client: Client, values: Values
) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    mine = {
        "Sid": "Mine",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    client("s3").put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [mine]})
    )
    assert world.made(spec).lines == [f"s3 bucket {BUCKET} tls_only: False -> True"]
    policy = json.loads(client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["Mine", "OnlyTls"]
    assert policy["Statement"][0] == mine


def test_a_bucket_policy_with_one_statement_that_is_no_list_survives(
    world: "World", client: Client, values: Values
) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    arn = f"arn:aws:s3:::{BUCKET}"
    mine = {"Sid": "Mine", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": arn}
    client("s3").put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": mine})
    )
    world.made(spec)
    policy = json.loads(client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["Mine", "OnlyTls"]


def test_other_lifecycle_rules_of_the_bucket_survive(world: "World", client: Client, values: Values) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    mine = {"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}}
    client("s3").put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [mine]})
    assert world.made(spec).lines == [f"s3 bucket {BUCKET} expire_days: None -> 90"]
    rules = client("s3").get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert {rule["ID"]: rule["Expiration"]["Days"] for rule in rules} == {"mine": 7, "pipectl-artifacts": 90}


def test_policies_that_others_gave_a_role_survive(world: "World", client: Client, values: Values) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    name = "friendreminders-ap-southeast-1-FriendReminders-pipeline"
    allowed = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:1:a"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    client("iam").put_role_policy(RoleName=name, PolicyName="mine", PolicyDocument=text)
    client("iam").delete_role_policy(RoleName=name, PolicyName="pipectl")
    world.made(spec)
    assert sorted(client("iam").list_role_policies(RoleName=name)["PolicyNames"]) == ["mine", "pipectl"]


def test_other_targets_of_the_rule_survive(world: "World", client: Client, values: Values) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    mine = {"Id": "mine", "Arn": "arn:aws:sqs:ap-southeast-1:012345678901:queue"}
    client("events").put_targets(Rule="FriendReminders-Source", Targets=[mine])
    assert world.create(spec).lines == []
    client("events").remove_targets(Rule="FriendReminders-Source", Ids=["pipeline"])
    world.made(spec)
    targets = client("events").list_targets_by_rule(Rule="FriendReminders-Source")["Targets"]
    assert sorted(target["Id"] for target in targets) == ["mine", "pipeline"]


def test_variables_that_others_gave_a_project_are_no_difference_and_survive(
    world: "World", client: Client, values: Values
) -> None:
    described = values("friendreminders")
    world.made(world.load(described))
    project = client("codebuild").batch_get_projects(names=["FriendRemindersBuild"])["projects"][0]
    mine = {"name": "CODEBUILD_CONFIG_AUTO_DISCOVER", "value": "false", "type": "PLAINTEXT"}
    environment = project["environment"]
    environment["environmentVariables"].append(mine)
    client("codebuild").update_project(name="FriendRemindersBuild", environment=environment)
    assert world.create(world.load(described)).lines == []
    described["codebuild"]["FriendRemindersBuild"]["compute"] = "BUILD_GENERAL1_LARGE"
    world.made(world.load(described))
    project = client("codebuild").batch_get_projects(names=["FriendRemindersBuild"])["projects"][0]
    assert mine in project["environment"]["environmentVariables"]
    assert project["environment"]["computeType"] == "BUILD_GENERAL1_LARGE"


def test_what_the_spec_has_no_word_for_survives_an_update_of_a_project(
    world: "World", client: Client, values: Values
) -> None:
    described = values("friendreminders")
    world.made(world.load(described))
    logs = {
        "cloudWatchLogs": {"status": "ENABLED", "groupName": "/aws/codebuild/other"},
        "s3Logs": {"status": "ENABLED", "location": "mine/logs"},
    }
    client("codebuild").update_project(name="FriendRemindersBuild", logsConfig=logs, description="Mine")
    world.made(world.load(described))
    project = client("codebuild").batch_get_projects(names=["FriendRemindersBuild"])["projects"][0]
    assert project["logsConfig"]["cloudWatchLogs"]["groupName"] == "/aws/codebuild/FriendRemindersBuild"
    assert project["logsConfig"]["s3Logs"]["location"] == "mine/logs"
    assert project["description"] == "Mine"


def test_json_spelled_differently_is_no_difference(
    world: "World", client: Client, values: Values, named: Callable[[str], Path]
) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    for role in roles(client):
        found = client("iam").get_role_policy(RoleName=role, PolicyName="pipectl")["PolicyDocument"]
        statements = [respelled(statement) for statement in reversed(found["Statement"])]
        text = json.dumps({"Statement": statements, "Version": "2012-10-17"}, indent=4)
        client("iam").put_role_policy(RoleName=role, PolicyName="pipectl", PolicyDocument=text)
    rule = client("events").describe_rule(Name="FriendReminders-Source")
    pattern = dict(reversed(json.loads(rule["EventPattern"]).items()))
    pattern["detail"]["event"].reverse()
    client("events").put_rule(Name="FriendReminders-Source", EventPattern=json.dumps(pattern, indent=2))
    lifecycle = client("ecr").get_lifecycle_policy(repositoryName="rails_app")["lifecyclePolicyText"]
    respelt = json.dumps(json.loads(lifecycle), indent=3, sort_keys=True)
    client("ecr").put_lifecycle_policy(repositoryName="rails_app", lifecyclePolicyText=respelt)
    assert world.create(spec).lines == []


def respelled(statement: dict[str, Any]) -> dict[str, Any]:
    """Lists the other way round, and a list of one as its item"""

    def value(found: Any) -> Any:
        if not isinstance(found, list):
            return found
        return found[0] if len(found) == 1 else found[::-1]

    return {key: value(found) for key, found in reversed(statement.items())}


def test_two_stacks_may_share_what_one_of_them_only_uses(world: "World", values: Values) -> None:
    world.made(world.load(values("friendreminders")))
    other = values("friendreminders")
    other["name"] = "other"
    other["codecommit"] = {"FriendReminders": {"managed": False}}
    other["ecr"] = {"rails_app": {"managed": False}}
    other["ecs"]["friendreminders"]["managed"] = False
    other["ecs"]["friendreminders"]["services"]["remindersmgt"] = {"managed": False}
    other["codebuild"] = {"FriendRemindersBuild": {"managed": False}}
    other["codepipeline"] = {"Other": other["codepipeline"]["FriendReminders"]}
    spec = world.load(other)
    run = world.made(spec)
    assert {outcome.step.resource.kind for outcome in run.outcomes} == {
        "iam role",
        "s3 bucket",
        "event rule",
        "pipeline",
    }
    assert world.create(spec).writes == []
