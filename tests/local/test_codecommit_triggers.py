"""CodeCommit: repository triggers send reference changes to SNS topics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


@pytest.fixture
def topic(client: Callable[..., Any]) -> str:
    return str(client("sns").create_topic(Name="pushes")["TopicArn"])


@pytest.fixture
def messages(client: Callable[..., Any], topic: str) -> Callable[[], list[dict[str, Any]]]:
    """What a queue that subscribes to the topic received since the last call"""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="pushes")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def receive() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    return receive


def trigger(topic: str, **members: Any) -> dict[str, Any]:
    return {"name": "pushes", "destinationArn": topic, "events": ["all"], "branches": []} | members


def set_triggers(codecommit: Any, *triggers: dict[str, Any]) -> str:
    answer = codecommit.put_repository_triggers(repositoryName="shop", triggers=list(triggers))
    return str(answer["configurationId"])


def put(codecommit: Any, content: bytes, parent: str | None = None) -> str:
    more = {"parentCommitId": parent} if parent else {}
    answer = codecommit.put_file(
        repositoryName="shop", branchName="main", filePath="a", fileContent=content, **more
    )
    return str(answer["commitId"])


def records(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for message in messages for record in json.loads(message["Message"])["Records"]]


def test_triggers_are_replaced_and_removed(codecommit: Any, topic: str) -> None:
    assert codecommit.get_repository_triggers(repositoryName="shop")["triggers"] == []
    identity = set_triggers(codecommit, {"name": "pushes", "destinationArn": topic, "events": ["all"]})
    answer = codecommit.get_repository_triggers(repositoryName="shop")
    assert answer["configurationId"] == identity
    assert answer["triggers"] == [trigger(topic, customData="")]
    set_triggers(codecommit)
    assert codecommit.get_repository_triggers(repositoryName="shop")["triggers"] == []


def test_a_reference_change_is_published(
    codecommit: Any, topic: str, messages: Callable[[], list[dict[str, Any]]], account: str
) -> None:
    identity = set_triggers(codecommit, trigger(topic, customData="mine"))
    commit = put(codecommit, b"1")
    (message,) = messages()
    assert message["Subject"] == "UPDATE: AWS CodeCommit eu-west-1 push: shop"
    (record,) = records([message])
    assert record["codecommit"] == {
        "references": [{"commit": commit, "ref": "refs/heads/main", "created": True}]
    }
    assert record["eventSourceARN"] == f"arn:aws:codecommit:eu-west-1:{account}:shop"
    assert (record["eventName"], record["eventTriggerName"]) == ("ReferenceChanges", "pushes")
    assert (record["eventTriggerConfigId"], record["customData"]) == (identity, "mine")
    assert record["eventTime"].endswith("+0000")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"events": ["createReference"]}, [["refs/heads/main"], ["refs/heads/next"]]),
        ({"events": ["updateReference"]}, [["refs/heads/main"]]),
        ({"events": ["deleteReference"]}, [["refs/heads/next"]]),
        ({"branches": ["next"]}, [["refs/heads/next"], ["refs/heads/next"]]),
    ],
)
def test_events_and_branches_filter(
    codecommit: Any,
    topic: str,
    messages: Callable[[], list[dict[str, Any]]],
    filters: dict[str, Any],
    expected: list[list[str]],
) -> None:
    set_triggers(codecommit, trigger(topic, **filters))
    first = put(codecommit, b"1")
    second = put(codecommit, b"2", first)
    codecommit.create_branch(repositoryName="shop", branchName="next", commitId=second)
    codecommit.delete_branch(repositoryName="shop", branchName="next")
    sent = [[entry["ref"] for entry in record["codecommit"]["references"]] for record in records(messages())]
    assert sorted(sent) == expected


def test_a_test_sends_the_last_commit_and_lists_what_failed(
    codecommit: Any, topic: str, messages: Callable[[], list[dict[str, Any]]], account: str
) -> None:
    commit = put(codecommit, b"1")
    function = f"arn:aws:lambda:eu-west-1:{account}:function:build"
    answer = codecommit.test_repository_triggers(
        repositoryName="shop",
        triggers=[
            trigger(topic),
            trigger(f"{topic}-gone", name="gone"),
            trigger(function, name="function"),
        ],
    )
    assert answer["successfulExecutions"] == ["pushes"]
    failures = {failure["trigger"]: failure["failureMessage"] for failure in answer["failedExecutions"]}
    assert "does not exist" in failures["gone"]
    assert "does not invoke Lambda functions" in failures["function"]
    (record,) = records(messages())
    assert (record["eventName"], record["codecommit"]["references"][0]["commit"]) == (
        "TriggerEventTest",
        commit,
    )
    assert codecommit.get_repository_triggers(repositoryName="shop")["triggers"] == []


def test_a_trigger_to_a_missing_topic_does_not_stop_a_push(codecommit: Any, topic: str) -> None:
    set_triggers(codecommit, trigger(f"{topic}-gone"))
    assert put(codecommit, b"1")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"name": "my trigger"}, "InvalidRepositoryTriggerNameException"),
        ({"name": ""}, "RepositoryTriggerNameRequiredException"),
        ({"destinationArn": ""}, "RepositoryTriggerDestinationArnRequiredException"),
        (
            {"destinationArn": "arn:aws:sqs:eu-west-1:123456789012:q"},
            "InvalidRepositoryTriggerDestinationArnException",
        ),
        (
            {"destinationArn": "arn:aws:sns:us-east-1:123456789012:t"},
            "InvalidRepositoryTriggerRegionException",
        ),
        ({"events": []}, "RepositoryTriggerEventsListRequiredException"),
        ({"events": ["all", "createReference"]}, "InvalidRepositoryTriggerEventsException"),
        ({"events": ["push"]}, "InvalidRepositoryTriggerEventsException"),
        ({"branches": ["a..b"]}, "InvalidRepositoryTriggerBranchNameException"),
        ({"branches": [f"b{number}" for number in range(11)]}, "MaximumBranchesExceededException"),
        ({"customData": "x" * 1001}, "InvalidRepositoryTriggerCustomDataException"),
    ],
)
def test_a_wrong_trigger_is_refused(codecommit: Any, topic: str, members: dict[str, Any], code: str) -> None:
    with refused(code):
        set_triggers(codecommit, trigger(topic, **members))


def test_ten_triggers_are_the_most(codecommit: Any, topic: str) -> None:
    triggers = [trigger(topic, name=f"t{number}") for number in range(11)]
    set_triggers(codecommit, *triggers[:10])
    with refused("MaximumRepositoryTriggersExceededException"):
        set_triggers(codecommit, *triggers)
