"""Executions page by page, and the one that a prefix means. The cloud is a parameter: a small one is used."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.errors import AwsError, PipectlError, WrongUsage
from pipectl.runs.executions import execution, find, matches, recent

COMMIT = "4c1e9d0" + "0" * 33
DIGEST = "sha256:" + "ab12" * 16


def summary(number: int, revision: str | None = None, **members: Any) -> dict[str, Any]:
    sources = [{"actionName": "Source", "revisionId": revision, "revisionSummary": "Fix cart\n\nmore"}]
    return {
        "pipelineExecutionId": f"{number:08x}-0000-4000-8000-000000000000",
        "status": "Succeeded",
        **({"sourceRevisions": sources} if revision else {}),
        **members,
    }


class Pages:
    """A Cloud whose one pipeline has these executions, newest first"""

    account = Account("123456789012", "eu-west-1")

    def __init__(self, executions: Sequence[Mapping[str, Any]]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._executions = executions

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if operation == "list_pipelines":
            return {"pipelines": [{"name": "shop"}]}
        if params["pipelineName"] != "shop":
            raise AwsError(service, operation, "PipelineNotFoundException", "")
        self.asked.append(params)
        start = int(params.get("nextToken", "0"))
        end = start + params["maxResults"]
        more = {"nextToken": str(end)} if end < len(self._executions) else {}
        return {"pipelineExecutionSummaries": list(self._executions[start:end]), **more}


def many(count: int) -> Pages:
    return Pages([summary(number, f"{number:040x}") for number in range(count, 0, -1)])


def test_a_page_is_asked_for_only_when_it_is_needed() -> None:
    cloud = many(250)
    found = recent(cloud, "shop")
    assert [next(found).id[:8] for _ in range(100)][-1] == f"{151:08x}"
    assert len(cloud.asked) == 1
    assert next(found).id.startswith(f"{150:08x}")
    assert len(cloud.asked) == 2


def test_no_more_is_asked_for_than_is_wanted() -> None:
    cloud = many(250)
    assert len(list(recent(cloud, "shop", most=3))) == 3
    assert cloud.asked == [{"pipelineName": "shop", "maxResults": 3}]


def test_all_pages_are_walked_to_the_oldest() -> None:
    assert list(recent(many(250), "shop"))[-1].id.startswith(f"{1:08x}")


def test_a_pipeline_that_never_ran_has_none() -> None:
    assert list(recent(Pages([]), "shop")) == []


def test_an_unknown_pipeline_is_told_with_those_there_are() -> None:
    with pytest.raises(PipectlError, match="no pipeline `shpo`") as refused:
        list(recent(Pages([]), "shpo"))
    assert "shop" in str(refused.value.hint)


def test_an_execution_tells_everything_that_aws_says_of_it() -> None:
    told = execution(
        summary(
            7,
            COMMIT,
            status="Stopped",
            trigger={"triggerType": "ManualRollback", "triggerDetail": "arn:ann"},
            stopTrigger={"reason": "bad build"},
            executionMode="QUEUED",
            executionType="ROLLBACK",
            rollbackMetadata={"rollbackTargetPipelineExecutionId": "E1"},
        )
    )
    assert (told.revision, told.message, told.revisions["Source"].id) == (COMMIT, "Fix cart", COMMIT)
    assert (told.trigger, told.trigger_detail, told.stop_reason) == ("ManualRollback", "arn:ann", "bad build")
    assert (told.mode, told.type, told.rollback_target, told.ended) == ("QUEUED", "ROLLBACK", "E1", True)


@pytest.mark.parametrize("prefix", ["00000007", "00000007-0000-4000-8000-000000000000", "4c1e9d0", "4C1E"])
def test_a_prefix_of_an_id_or_of_a_commit_is_enough(prefix: str) -> None:
    cloud = Pages([summary(9, "f" * 40), summary(7, COMMIT), summary(5)])
    assert find(cloud, "shop", prefix).id.startswith("00000007")


@pytest.mark.parametrize("prefix", ["sha256:ab12", "ab12ab", DIGEST])
def test_an_image_is_named_by_its_digest_with_or_without_the_algorithm(prefix: str) -> None:
    assert find(Pages([summary(7, DIGEST)]), "shop", prefix).revision == DIGEST


def test_an_object_version_keeps_its_case() -> None:
    cloud = Pages([summary(7, "aBcDeF1")])
    assert find(cloud, "shop", "aBcD").revision == "aBcDeF1"
    with pytest.raises(PipectlError):
        find(cloud, "shop", "abcd")


def test_of_several_executions_of_one_commit_the_newest_is_meant() -> None:
    cloud = Pages([summary(9, COMMIT), summary(8, "f" * 40), summary(7, COMMIT)])
    assert [each.id[:8] for each in matches(cloud, "shop", "4c1e9")] == ["00000009", "00000007"]


def test_a_prefix_of_several_is_refused_with_those_it_fits() -> None:
    cloud = Pages([summary(9, COMMIT), summary(7, "4c1eaaa" + "0" * 33)])
    with pytest.raises(WrongUsage, match="`4c1e` fits 2 executions or commits") as refused:
        find(cloud, "shop", "4c1e")
    assert "00000009 (4c1e9d0), 00000007 (4c1eaaa)" in str(refused.value.hint)


def test_what_nothing_begins_with_is_told_with_the_newest() -> None:
    with pytest.raises(PipectlError, match="no execution of shop begins with `beef`") as refused:
        find(Pages([summary(9, COMMIT)]), "shop", "beef")
    assert refused.value.hint == "the newest is 00000009 (4c1e9d0); `pipectl history` lists all"
    with pytest.raises(PipectlError) as never:
        find(Pages([]), "shop", "beef")
    assert never.value.hint == "it has never run"


@pytest.mark.parametrize("prefix", ["", "3f", "sha256:ab"])
def test_a_prefix_that_fits_nearly_everything_is_refused_without_a_look(prefix: str) -> None:
    cloud = many(3)
    with pytest.raises(WrongUsage, match="too short"):
        find(cloud, "shop", prefix)
    assert cloud.asked == []


def test_a_long_prefix_ends_the_search_at_the_page_that_has_it_and_a_short_one_does_not() -> None:
    cloud = many(250)
    find(cloud, "shop", f"{240:08x}")
    assert len(cloud.asked) == 1
    cloud = Pages([summary(240, "abcd" + "0" * 36), *(summary(number) for number in range(239, 0, -1))])
    find(cloud, "shop", "abcd")
    assert len(cloud.asked) == 3
