"""The recording cloud: reads go through, writes are written down, in an order that is always the same."""

import threading
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import side_by_side
from pipectl.review.recording import Recording


class Answering:
    """Answers what it was asked"""

    account = Account("012345678901", "eu-west-1")

    def __init__(self) -> None:
        self.asked: list[str] = []

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        self.asked.append(operation)
        return params


def test_reads_go_through_and_writes_do_not() -> None:
    cloud = Answering()
    recording = Recording(cloud)
    assert recording.call("ecr", "describe_repositories", names=["a"]) == {"names": ["a"]}
    assert recording.call("ecr", "create_repository", name="a") == {}
    assert cloud.asked == ["describe_repositories"]
    assert [call.operation for call in recording.take()] == ["create_repository"]
    assert recording.take() == ()


def test_a_revision_is_answered_by_its_family() -> None:
    answer = Recording(Answering()).call("ecs", "register_task_definition", family="web")
    assert answer["taskDefinition"]["taskDefinitionArn"] == "web"


def test_the_same_call_is_written_down_once() -> None:
    recording = Recording(Answering())
    for reason in ("a", "a", "b"):
        recording.call("codepipeline", "disable_stage_transition", reason=reason)
    assert [call.params["reason"] for call in recording.take()] == ["a", "b"]


def test_what_is_sent_side_by_side_is_ordered_and_what_follows_follows() -> None:
    recording = Recording(Answering())
    later = threading.Event()

    def put_last(operation: str) -> None:
        later.wait()
        recording.call("s3", operation)

    def put_first(operation: str) -> None:
        recording.call("s3", operation)
        later.set()

    recording.call("s3", "create_bucket")
    side_by_side([partial(put_last, "put_bucket_encryption"), partial(put_first, "put_bucket_policy")])
    recording.call("s3", "delete_bucket")
    assert [call.operation for call in recording.take()] == [
        "create_bucket",
        "put_bucket_encryption",
        "put_bucket_policy",
        "delete_bucket",
    ]
