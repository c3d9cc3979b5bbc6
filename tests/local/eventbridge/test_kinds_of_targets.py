"""Every kind of target gets its event, or the dead-letter queue tells why not."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.codepipeline.conftest import until
from tests.local.eventbridge.conftest import ENTRY
from tests.local.refusals import refusal

Client = Callable[..., Any]
REGION = "eu-west-1"
ASSUMED = "FAILED_TO_ASSUME_ROLE"
ONLY_TRANSFORMED = (
    "Input and InputPath are not valid forms of input for target l. "
    "The only valid form of input is InputTransformer."
)


def _targets(events: Any, *targets: dict[str, Any]) -> None:
    events.put_targets(Rule="sold", Targets=list(targets))
    assert events.put_events(Entries=[ENTRY])["FailedEntryCount"] == 0


def _letter(messages: Callable[[str], list[Any]], name: str = "dead") -> tuple[str, dict[str, str]]:
    (message,) = messages(name)
    attributes = message["MessageAttributes"]
    return message["Body"], {key: value["StringValue"] for key, value in attributes.items()}


@pytest.fixture
def dead(messages: Callable[[str], list[Any]], account: str) -> dict[str, str]:
    """A dead-letter queue."""
    messages("dead")
    return {"Arn": f"arn:aws:sqs:{REGION}:{account}:dead"}


def test_a_topic_passes_the_event_on(
    client: Client, events: Any, queue: str, received: Callable[[str], list[Any]]
) -> None:
    topic = client("sns").create_topic(Name="sold")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    _targets(events, {"Id": "t", "Arn": topic})
    (notice,) = received("queue")
    assert json.loads(notice["Message"])["detail"] == {"id": 7}


@pytest.mark.parametrize(
    ("parameters", "key"),
    [
        ({"PartitionKeyPath": "$.detail.id"}, "7"),
        ({"PartitionKeyPath": "$.source"}, '"shop"'),
        ({"PartitionKeyPath": "$.detail.none"}, "{}"),
    ],
)
def test_a_stream_has_the_record_under_the_key_of_the_event(
    client: Client, events: Any, account: str, role: str, parameters: dict[str, str], key: str
) -> None:
    """Recorded in radkawar/stackd, kinesis_targets.json: the key is JSON, a missing one `{}`."""
    client("kinesis").create_stream(StreamName="sold", ShardCount=1)
    target = {"Id": "s", "Arn": f"arn:aws:kinesis:{REGION}:{account}:stream/sold", "RoleArn": role}
    _targets(events, {**target, "InputPath": "$.detail", "KinesisParameters": parameters})
    assert [(one["PartitionKey"], one["Data"]) for one in _records(client)] == [(key, b'{"id":7}')]


def test_a_stream_without_a_path_has_the_events_id_in_the_key(
    client: Client, events: Any, account: str, role: str
) -> None:
    client("kinesis").create_stream(StreamName="sold", ShardCount=1)
    arn = f"arn:aws:kinesis:{REGION}:{account}:stream/sold"
    _targets(events, {"Id": "s", "Arn": arn, "RoleArn": role})
    (record,) = _records(client)
    assert record["PartitionKey"].startswith(json.loads(record["Data"])["id"] + "_")


def _records(client: Client) -> list[Any]:
    kinesis = client("kinesis")
    shard = kinesis.list_shards(StreamName="sold")["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(StreamName="sold", ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    return list(kinesis.get_records(ShardIterator=iterator)["Records"])


def test_a_delivery_stream_writes_the_event_to_its_bucket(
    client: Client, events: Any, account: str, role: str
) -> None:
    bucket = f"sold-{account}"
    s3 = client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    destination = {"RoleARN": role, "BucketARN": f"arn:aws:s3:::{bucket}"}
    arn = client("firehose").create_delivery_stream(
        DeliveryStreamName="sold", ExtendedS3DestinationConfiguration=destination
    )["DeliveryStreamARN"]
    _targets(events, {"Id": "f", "Arn": arn, "RoleArn": role, "InputPath": "$.detail"})
    (kept,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert s3.get_object(Bucket=bucket, Key=kept["Key"])["Body"].read() == b'{"id":7}'


def test_a_cluster_runs_the_task_with_the_overrides_of_the_input(
    client: Client, events: Any, account: str, role: str
) -> None:
    """Recorded in radkawar/stackd, ecs_targets.json: group, startedBy, tags, overrides."""
    ecs = client("ecs")
    cluster = ecs.create_cluster(clusterName="sold")["cluster"]["clusterArn"]
    container = {"name": "web", "image": "busybox", "essential": True, "memory": 64}
    definition = ecs.register_task_definition(family="job", containerDefinitions=[container])
    overrides = {"containerOverrides": [{"name": "web", "command": ["echo", "sold"]}], "other": 1}
    parameters = {
        "TaskDefinitionArn": definition["taskDefinition"]["taskDefinitionArn"],
        "TaskCount": 1,
        "Group": "jobs",
        "Tags": [{"Key": "why", "Value": "sold"}],
    }
    target = {"Id": "e", "Arn": cluster, "RoleArn": role, "EcsParameters": parameters}
    _targets(events, {**target, "Input": json.dumps(overrides)})
    (arn,) = ecs.list_tasks(cluster=cluster)["taskArns"]
    (task,) = ecs.describe_tasks(cluster=cluster, tasks=[arn], include=["TAGS"])["tasks"]
    assert (task["group"], task["startedBy"]) == ("jobs", "events-rule/sold")
    assert {"key": "why", "value": "sold"} in task["tags"]
    assert task["overrides"]["containerOverrides"][0]["command"] == ["echo", "sold"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"TaskDefinitionArn": "bad"}, "Parameter(s) TaskDefinitionArn not valid for target: e."),
        ({"TaskCount": 11}, "Parameter(s) TaskCount not valid for target: e."),
        (
            {"LaunchType": "FARGATE"},
            "Parameter NetworkConfiguration must be specified for target e when launch type is FARGATE",
        ),
        (
            {"NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": []}}},
            "Parameter Subnets is not valid. Reason: size must be in between 1 and 16.",
        ),
    ],
)
def test_the_parameters_of_a_task_are_checked(
    events: Any, account: str, role: str, change: dict[str, Any], words: str
) -> None:
    """Recorded in radkawar/stackd, ecs_targets.json."""
    definition = f"arn:aws:ecs:{REGION}:{account}:task-definition/job:1"
    parameters = {"TaskDefinitionArn": definition, **change}
    target = {
        "Id": "e",
        "Arn": f"arn:aws:ecs:{REGION}:{account}:cluster/c",
        "RoleArn": role,
        "EcsParameters": parameters,
    }
    found = refusal(events.put_targets, Rule="sold", Targets=[target])
    assert found == ("ValidationException", words)


def test_a_function_in_python_runs_and_logs(client: Client, events: Any, role: str) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handle(event, context):\n    print('sold', event['detail']['id'])\n")
    arn = client("lambda").create_function(
        FunctionName="seller",
        Runtime="python3.12",
        Role=role,
        Handler="app.handle",
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    _targets(events, {"Id": "l", "Arn": arn})
    lines = until(lambda: _lines(client))
    assert [line.split()[0] for line in lines] == ["START", "sold", "END", "REPORT"]
    assert lines[1] == "sold 7\n"


def _lines(client: Client) -> list[str]:
    logs, name = client("logs"), "/aws/lambda/seller"
    if not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        return []
    return [event["message"] for event in logs.filter_log_events(logGroupName=name)["events"]]


def test_a_state_machine_starts_with_the_event(client: Client, events: Any, role: str) -> None:
    machines = client("stepfunctions")
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    arn = machines.create_state_machine(name="sold", definition=definition, roleArn=role)["stateMachineArn"]
    _targets(events, {"Id": "m", "Arn": arn, "RoleArn": role, "InputPath": "$.detail"})
    (execution,) = machines.list_executions(stateMachineArn=arn)["executions"]
    started = machines.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(started["input"]) == {"id": 7}


def test_a_log_group_gets_the_message_of_a_transformer_at_its_time(
    client: Client, events: Any, account: str
) -> None:
    """Recorded in radkawar/stackd, logs_destination.json."""
    client("logs").create_log_group(logGroupName="sold")
    transformer = {
        "InputPathsMap": {"at": "$.time", "id": "$.detail.id"},
        "InputTemplate": '{"timestamp":<at>,"message":"sold <id>"}',
    }
    arn = f"arn:aws:logs:{REGION}:{account}:log-group:sold"
    _targets(events, {"Id": "l", "Arn": arn, "InputTransformer": transformer})
    (line,) = client("logs").filter_log_events(logGroupName="sold")["events"]
    assert line["message"] == "sold 7"
    assert line["timestamp"] % 1000 == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:role/r"}, "RoleArn is not supported for target {arn}."),
        (
            {"InputPath": "$.detail"},
            ONLY_TRANSFORMED,
        ),
    ],
)
def test_a_log_group_takes_no_role_and_no_other_input(
    events: Any, account: str, change: dict[str, str], words: str
) -> None:
    """Recorded in radkawar/stackd, logs_destination.json."""
    arn = f"arn:aws:logs:{REGION}:{account}:log-group:sold"
    found = refusal(events.put_targets, Rule="sold", Targets=[{"Id": "l", "Arn": arn, **change}])
    assert found == ("ValidationException", words.format(arn=arn))


def test_a_queue_that_is_not_there_leads_to_the_dead_letter_queue(
    events: Any, account: str, dead: dict[str, str], messages: Callable[[str], list[Any]]
) -> None:
    """Recorded in radkawar/stackd, inputs.json (missing-static-input)."""
    arn = f"arn:aws:sqs:{REGION}:{account}:nowhere"
    _targets(events, {"Id": "q", "Arn": arn, "Input": '{"a":1}', "DeadLetterConfig": dead})
    body, attributes = _letter(messages)
    assert body == '{"a":1}'
    assert attributes.pop("ERROR_MESSAGE").startswith("The specified queue does not exist")
    assert attributes == {
        "ERROR_CODE": "NO_RESOURCE",
        "RULE_ARN": f"arn:aws:events:{REGION}:{account}:rule/sold",
        "TARGET_ARN": arn,
    }


def test_a_template_that_makes_no_json_leads_to_the_dead_letter_queue(
    events: Any, queue: str, dead: dict[str, str], messages: Callable[[str], list[Any]]
) -> None:
    """Recorded in radkawar/stackd, inputs.json."""
    transformer = {"InputPathsMap": {"s": "$.source"}, "InputTemplate": "<s>"}
    _targets(events, {"Id": "q", "Arn": queue, "InputTransformer": transformer, "DeadLetterConfig": dead})
    body, attributes = _letter(messages)
    assert (body, attributes["ERROR_CODE"]) == ("shop", "INVALID_JSON")
    assert attributes["ERROR_MESSAGE"] == "Invalid input for target."


def test_a_role_that_nobody_can_assume_leads_to_the_dead_letter_queue(
    events: Any, account: str, queue: str, dead: dict[str, str], messages: Callable[[str], list[Any]]
) -> None:
    """Recorded in radkawar/stackd, target_roles.json: PutTargets takes such a role of a queue."""
    missing = f"arn:aws:iam::{account}:role/nobody"
    _targets(events, {"Id": "q", "Arn": queue, "RoleArn": missing, "DeadLetterConfig": dead})
    assert _letter(messages)[1]["ERROR_CODE"] == ASSUMED


def test_targets_come_back_by_their_id_with_all_they_were_put_with(events: Any, queue: str) -> None:
    """Recorded in radkawar/stackd, kinesis_targets.json."""
    policy = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    second = {"Id": "b", "Arn": queue, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": queue}}
    first = {"Id": "a", "Arn": queue}
    events.put_targets(Rule="sold", Targets=[second, first])
    assert events.list_targets_by_rule(Rule="sold")["Targets"] == [first, second]
    page = events.list_targets_by_rule(Rule="sold", Limit=1)
    assert events.list_targets_by_rule(Rule="sold", NextToken=page["NextToken"])["Targets"] == [second]


def test_an_api_destination_gets_nothing_and_the_others_do(
    events: Any, account: str, role: str, queue: str, received: Callable[[str], list[Any]]
) -> None:
    arn = f"arn:aws:events:{REGION}:{account}:api-destination/shop/{base64.b16encode(b'x' * 8).decode()}"
    _targets(events, {"Id": "a", "Arn": arn, "RoleArn": role}, {"Id": "q", "Arn": queue})
    assert len(received("queue")) == 1
