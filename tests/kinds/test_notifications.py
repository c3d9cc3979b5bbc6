"""Notifications of pipelines: made, taken over, taken away, and what reaches the queue behind a topic."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow, leaving
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG
from pipectl.errors import Declined
from tests.kinds.test_destroy import ALL, gone
from tests.local.codepipeline.conftest import until

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

REGION = "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:012345678901:failures"
SPEC = """
pipectl: 1
name: shop
region: eu-west-1
sns:
  failures: {}
codecommit: {code: {}}
codebuild:
  build:
    buildspec: {version: 0.2, phases: {build: {commands: [exit 3]}}}
codepipeline:
  shop:
    notifications:
      failures: {events: [failed, approval_needed], to: failures}
    stages:
      - name: Source
        actions: [{provider: CodeCommit, repository: code, branch: main}]
      - name: Approve
        actions: [{provider: Manual, custom_data: Look at the site}]
      - name: Build
        actions: [{provider: CodeBuild, project: build, inputs: [SourceOutput]}]
"""

Load = Callable[[str], "Spec"]


@pytest.fixture
def load(world: "World") -> Load:
    def load(text: str) -> "Spec":
        file = world.folder / "shop.yaml"
        file.write_text(text, encoding="utf-8")
        return world.load(file)

    return load


def rule(world: "World", name: str = "shop-failures") -> dict[str, Any]:
    api = world.client("codestar-notifications", REGION)
    arns = [each["Arn"] for each in api.list_notification_rules()["NotificationRules"]]
    rules = [dict(api.describe_notification_rule(Arn=arn)) for arn in arns]
    return next((each for each in rules if each["Name"] == name), {})


def queue(world: "World") -> Callable[[], list[Any]]:
    """A queue behind the topic; what is called answers all that it has received"""
    sqs, received = world.client("sqs", REGION), []
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    world.client("sns", REGION).subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn)

    def read() -> list[Any]:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            received.append(json.loads(json.loads(message["Body"])["Message"]))
        return received

    return read


def test_a_push_is_told_when_it_needs_an_approval_and_when_its_build_fails(
    world: "World", load: Load
) -> None:
    world.made(load(SPEC))
    read = queue(world)
    world.client("codecommit", REGION).put_file(
        repositoryName="code", branchName="main", filePath="a.txt", fileContent=b"a"
    )
    (needed,) = until(read)
    assert needed["detail"]["action"] == "Approve"
    assert needed["additionalAttributes"] == {"customData": "Look at the site"}
    pipelines = world.client("codepipeline", REGION)
    stages = pipelines.get_pipeline_state(name="shop")["stageStates"]
    pipelines.put_approval_result(
        pipelineName="shop",
        stageName="Approve",
        actionName="Approve",
        token=stages[1]["actionStates"][0]["latestExecution"]["token"],
        result={"summary": "fine", "status": "Approved"},
    )
    until(lambda: len(read()) > 1)
    failed = read()[1]
    assert (failed["detail"]["state"], failed["additionalAttributes"]["failedStage"]) == ("FAILED", "Build")
    assert failed["notificationRuleArn"] == rule(world)["Arn"]


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("  failures: {}\n", "  failures: {managed: false}\n", "failures"),
        ("to: failures", "to: somewhere", "somewhere"),
    ],
)
def test_a_topic_that_is_only_used_must_be_there(
    world: "World", load: Load, before: str, after: str, name: str
) -> None:
    spec = load(SPEC.replace(before, after))
    with pytest.raises(Declined, match=f"sns topic `{name}` does not exist, and the spec only uses it"):
        world.create(spec)
    world.client("sns", REGION).create_topic(Name=name)
    world.made(spec)


def test_a_rule_that_somebody_made_is_taken_over_and_left_when_the_stack_goes(
    world: "World", load: Load
) -> None:
    world.made(load(SPEC.replace("      failures: {events", "      others: {events")))
    api = world.client("codestar-notifications", REGION)
    api.create_notification_rule(
        Name="shop-failures",
        Resource=f"arn:aws:codepipeline:{REGION}:012345678901:shop",
        EventTypeIds=["codepipeline-pipeline-pipeline-execution-failed"],
        Targets=[{"TargetType": "SNS", "TargetAddress": TOPIC}],
        DetailType="BASIC",
        Tags={"team": "web"},
    )
    spec = load(SPEC)
    world.made(spec)
    taken = rule(world)
    assert taken["Tags"] == {"team": "web", OWNER_TAG: "shop", ADOPTED_TAG: "true"}
    assert (taken["DetailType"], len(taken["EventTypes"])) == ("FULL", 2)
    gone(world, spec)
    assert rule(world)["Tags"] == {"team": "web"}
    assert rule(world, "shop-others") == {}


def test_a_rule_of_another_stack_is_not_touched(world: "World", load: Load) -> None:
    world.made(load(SPEC))
    api = world.client("codestar-notifications", REGION)
    api.tag_resource(Arn=rule(world)["Arn"], Tags={OWNER_TAG: "other"})
    with pytest.raises(Declined, match="notification rule `shop-failures` belongs to the stack `other`"):
        world.create(load(SPEC.replace("[failed, approval_needed]", "[failed]")))


def test_a_rule_and_a_topic_that_the_spec_names_no_more_are_orphans_by_their_names(
    world: "World", load: Load
) -> None:
    world.made(load(SPEC))
    text = SPEC.replace("sns:\n  failures: {}\n", "").replace(
        "    notifications:\n      failures: {events: [failed, approval_needed], to: failures}\n", ""
    )
    stacks = flow.design([load(text)], world.connection, flow.Aws())
    plans = leaving.with_orphans(stacks, world.said.append)
    orphans = [("sns topic", "failures"), ("notification rule", "shop-failures")]
    assert [resource.key for resource in plans[0].orphans] == orphans
    pruned = leaving.prune(leaving.looking_once(stacks), plans, ALL)
    outcomes = tuple(leaving.apply(pruned, stacks, world.connection, lambda _: None))
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert rule(world) == {}
    assert world.client("codestar-notifications", REGION).list_targets()["Targets"] == []
    assert world.client("sns", REGION).list_topics()["Topics"] == []


def test_statements_and_subscribers_of_others_stay(world: "World", load: Load) -> None:
    spec = load(SPEC.replace("  failures: {}\n", "  failures: {subscribe: [ops@example.com]}\n"))
    world.made(spec)
    sns = world.client("sns", REGION)
    theirs = {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": TOPIC,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="lead@example.com")
    assert world.made(spec).writes == ["sns set_topic_attributes"]
    statements = json.loads(sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["Alarms", "AWSCodeStarNotifications_publish"]
    subscribed = sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert sorted(each["Endpoint"] for each in subscribed) == ["lead@example.com", "ops@example.com"]
    assert world.create(spec).writes == []


def test_a_spec_without_notifications_asks_nothing_of_them(world: "World", load: Load) -> None:
    text = SPEC.replace("sns:\n  failures: {}\n", "").replace(
        "    notifications:\n      failures: {events: [failed, approval_needed], to: failures}\n", ""
    )
    spec = load(text)
    world.made(spec)
    calls = world.create(spec).calls
    assert {service for service, _ in calls} & {"sns", "codestar-notifications"} == set()


def test_the_rules_of_several_pipelines_are_listed_at_once(world: "World", load: Load) -> None:
    """One list, and one call for each rule"""
    second = SPEC.partition("codepipeline:\n")[2].replace("  shop:\n", "  other:\n", 1)
    spec = load(SPEC + second)
    world.made(spec)
    calls = world.create(spec).calls
    asked = {operation: number for (service, operation), number in calls.items() if "notif" in service}
    assert asked == {"list_notification_rules": 1, "describe_notification_rule": 2}
