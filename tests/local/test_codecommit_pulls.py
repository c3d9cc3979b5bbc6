"""CodeCommit: pull requests, their events, and their merges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import FAR, NEAR, OURS, commit, diverge, read, tip
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server


TARGET = {"repositoryName": "shop", "sourceReference": "next"}


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


@pytest.fixture
def events(server: Server, account: str) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    def listen(owner: str, region: str, event: dict[str, Any]) -> None:
        if owner == account:
            heard.append(event)

    server.world.on_event(listen)
    return heard


def create(codecommit: Any, **members: Any) -> dict[str, Any]:
    request = {"title": "Next", "targets": [TARGET]} | members
    return dict(codecommit.create_pull_request(**request)["pullRequest"])


def recorded(codecommit: Any, **members: Any) -> list[str]:
    answer = codecommit.describe_pull_request_events(pullRequestId="1", **members)
    return [event["pullRequestEventType"] for event in answer["pullRequestEvents"]]


def test_a_pull_request_is_created_and_read(codecommit: Any, events: list[dict[str, Any]]) -> None:
    base = diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    made = create(codecommit, description="All of it")
    assert made == codecommit.get_pull_request(pullRequestId="1")["pullRequest"]
    assert (made["pullRequestId"], made["pullRequestStatus"], made["approvalRules"]) == ("1", "OPEN", [])
    assert made["pullRequestTargets"] == [
        {
            "repositoryName": "shop",
            "sourceReference": "refs/heads/next",
            "destinationReference": "refs/heads/main",
            "sourceCommit": tip(codecommit, "next"),
            "destinationCommit": tip(codecommit, "main"),
            "mergeBase": base,
            "mergeMetadata": {"isMerged": False},
        }
    ]
    assert events[-1]["detail-type"] == "CodeCommit Pull Request State Change"
    detail = events[-1]["detail"]
    assert (detail["event"], detail["isMerged"], detail["pullRequestStatus"]) == (
        "pullRequestCreated",
        "False",
        "Open",
    )
    assert detail["repositoryNames"] == ["shop"]


def test_a_token_creates_once(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    made = create(codecommit, clientRequestToken="once")
    assert create(codecommit, clientRequestToken="once") == made
    with refused("IdempotencyParameterMismatchException"):
        create(codecommit, clientRequestToken="once", title="Other")
    assert codecommit.list_pull_requests(repositoryName="shop")["pullRequestIds"] == ["1"]


def test_pull_requests_are_listed_by_status_and_author(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    author = create(codecommit)["authorArn"]
    create(codecommit)
    codecommit.update_pull_request_status(pullRequestId="1", pullRequestStatus="CLOSED")

    def listed(**members: Any) -> list[str]:
        return list(codecommit.list_pull_requests(repositoryName="shop", **members)["pullRequestIds"])

    assert (listed(), listed(pullRequestStatus="OPEN"), listed(pullRequestStatus="CLOSED")) == (
        ["1", "2"],
        ["2"],
        ["1"],
    )
    assert (listed(authorArn=author), listed(authorArn=f"{author}x")) == (["1", "2"], [])
    with refused("InvalidAuthorArnException"):
        listed(authorArn="me")


def test_an_open_pull_request_changes_and_a_closed_one_does_not(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    create(codecommit)
    codecommit.update_pull_request_title(pullRequestId="1", title="Better")
    answer = codecommit.update_pull_request_description(pullRequestId="1", description="Why")
    assert (answer["pullRequest"]["title"], answer["pullRequest"]["description"]) == ("Better", "Why")
    closed = codecommit.update_pull_request_status(pullRequestId="1", pullRequestStatus="CLOSED")
    assert closed["pullRequest"]["pullRequestStatus"] == "CLOSED"
    with refused("InvalidPullRequestStatusUpdateException"):
        codecommit.update_pull_request_status(pullRequestId="1", pullRequestStatus="OPEN")
    with refused("PullRequestAlreadyClosedException"):
        codecommit.update_pull_request_title(pullRequestId="1", title="Best")
    assert recorded(codecommit) == ["PULL_REQUEST_CREATED", "PULL_REQUEST_STATUS_CHANGED"]
    assert recorded(codecommit, pullRequestEventType="PULL_REQUEST_CREATED") == ["PULL_REQUEST_CREATED"]


def test_a_push_to_the_source_makes_a_new_revision(codecommit: Any, events: list[dict[str, Any]]) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    before = create(codecommit)
    source = commit(codecommit, "next", {"c": b"3"})
    destination = commit(codecommit, "main", {"b": b"2"})
    after = codecommit.get_pull_request(pullRequestId="1")["pullRequest"]
    (target,) = after["pullRequestTargets"]
    assert (target["sourceCommit"], target["destinationCommit"]) == (source, destination)
    assert after["revisionId"] != before["revisionId"]
    assert recorded(codecommit) == ["PULL_REQUEST_CREATED", "PULL_REQUEST_SOURCE_REFERENCE_UPDATED"]
    assert "pullRequestSourceBranchUpdated" in [event["detail"]["event"] for event in events]


@pytest.mark.parametrize(("way", "option"), [("squash", "SQUASH_MERGE"), ("three_way", "THREE_WAY_MERGE")])
def test_a_merge_closes_and_moves_the_destination(
    codecommit: Any, events: list[dict[str, Any]], way: str, option: str
) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    made = create(codecommit)
    merge = getattr(codecommit, f"merge_pull_request_by_{way}")
    with refused("TipOfSourceReferenceIsDifferentException"):
        merge(pullRequestId="1", repositoryName="shop", sourceCommitId="0" * 40)
    (before,) = made["pullRequestTargets"]
    answer = merge(pullRequestId="1", repositoryName="shop", sourceCommitId=before["sourceCommit"])
    merged = answer["pullRequest"]
    (target,) = merged["pullRequestTargets"]
    assert (merged["pullRequestStatus"], target["destinationCommit"]) == (
        "CLOSED",
        before["destinationCommit"],
    )
    assert target["mergeMetadata"] == {
        "isMerged": True,
        "mergedBy": merged["authorArn"],
        "mergeCommitId": tip(codecommit, "main"),
        "mergeOption": option,
    }
    assert read(codecommit, "c") == b"2"
    assert [(event["detail-type"], event["detail"]["event"]) for event in events[-2:]] == [
        ("CodeCommit Repository State Change", "referenceUpdated"),
        ("CodeCommit Pull Request State Change", "pullRequestMergeStatusUpdated"),
    ]
    assert recorded(codecommit)[-1] == "PULL_REQUEST_MERGE_STATE_CHANGED"
    with refused("PullRequestAlreadyClosedException"):
        merge(pullRequestId="1", repositoryName="shop")


def test_fast_forward_needs_a_branch_that_is_ahead(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    create(codecommit)
    with refused("ManualMergeRequiredException"):
        codecommit.merge_pull_request_by_fast_forward(pullRequestId="1", repositoryName="shop")
    codecommit.create_branch(repositoryName="shop", branchName="ahead", commitId=tip(codecommit, "main"))
    ahead = commit(codecommit, "ahead", {"d": b"3"})
    create(codecommit, targets=[{"repositoryName": "shop", "sourceReference": "refs/heads/ahead"}])
    answer = codecommit.merge_pull_request_by_fast_forward(pullRequestId="2", repositoryName="shop")
    assert answer["pullRequest"]["pullRequestTargets"][0]["mergeMetadata"]["mergeCommitId"] == ahead
    assert tip(codecommit, "main") == ahead


def test_a_branch_that_is_moved_to_the_source_closes_as_merged(codecommit: Any) -> None:
    base = diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    codecommit.create_branch(repositoryName="shop", branchName="old", commitId=base)
    create(codecommit, targets=[{**TARGET, "destinationReference": "old"}])
    codecommit.merge_branches_by_fast_forward(
        repositoryName="shop", sourceCommitSpecifier="next", destinationCommitSpecifier="old"
    )
    pull = codecommit.get_pull_request(pullRequestId="1")["pullRequest"]
    (target,) = pull["pullRequestTargets"]
    assert (pull["pullRequestStatus"], target["destinationCommit"]) == ("CLOSED", base)
    assert target["mergeMetadata"]["mergeOption"] == "FAST_FORWARD_MERGE"
    assert recorded(codecommit) == ["PULL_REQUEST_CREATED", "PULL_REQUEST_MERGE_STATE_CHANGED"]


def test_a_deleted_branch_closes_without_a_merge(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    create(codecommit)
    codecommit.delete_branch(repositoryName="shop", branchName="next")
    pull = codecommit.get_pull_request(pullRequestId="1")["pullRequest"]
    assert pull["pullRequestStatus"] == "CLOSED"
    assert pull["pullRequestTargets"][0]["mergeMetadata"] == {"isMerged": False}


def test_conflicts_stop_a_merge_until_they_are_resolved(codecommit: Any) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR})
    create(codecommit)
    names = {"pullRequestId": "1", "repositoryName": "shop"}
    with refused("ManualMergeRequiredException"):
        codecommit.merge_pull_request_by_three_way(**names)
    assert codecommit.get_pull_request(pullRequestId="1")["pullRequest"]["pullRequestStatus"] == "OPEN"
    codecommit.merge_pull_request_by_three_way(
        **names,
        conflictResolutionStrategy="AUTOMERGE",
        conflictResolution={
            "replaceContents": [{"filePath": "a", "replacementType": "USE_NEW_CONTENT", "content": FAR}]
        },
    )
    assert read(codecommit, "a") == FAR


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"title": " "}, "TitleRequiredException"),
        ({"title": "x" * 151}, "InvalidTitleException"),
        ({"description": "x" * 10241}, "InvalidDescriptionException"),
        ({"targets": []}, "TargetsRequiredException"),
        ({"sourceReference": "other"}, "ReferenceDoesNotExistException"),
        ({"sourceReference": "a..b"}, "InvalidReferenceNameException"),
        ({"sourceReference": ""}, "ReferenceNameRequiredException"),
        ({"sourceReference": "refs/tags/v1"}, "ReferenceTypeNotSupportedException"),
        ({"sourceReference": "main"}, "SourceAndDestinationAreSameException"),
        ({"repositoryName": "other"}, "RepositoryDoesNotExistException"),
    ],
)
def test_a_wrong_pull_request_is_refused(codecommit: Any, members: dict[str, Any], code: str) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    target = TARGET | {
        name: members[name] for name in members if name in ("repositoryName", "sourceReference")
    }
    rest = {name: members[name] for name in members if name not in target}
    with refused(code):
        create(codecommit, **{"targets": [target]} | rest)


@pytest.mark.parametrize(
    ("identity", "code"),
    [("7", "PullRequestDoesNotExistException"), ("seven", "InvalidPullRequestIdException")],
)
def test_a_missing_pull_request_is_refused(codecommit: Any, identity: str, code: str) -> None:
    with refused(code):
        codecommit.get_pull_request(pullRequestId=identity)
