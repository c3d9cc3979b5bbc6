"""CodeCommit: comments on commits and pull requests, and reactions to them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import OURS, commit, diverge, tip
from tests.local.refusals import refused
from tests.plain import session

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


@pytest.fixture
def compared(codecommit: Any) -> dict[str, str]:
    before = diverge(codecommit, {"a": OURS}, {"c": b"1"})
    return {"repositoryName": "shop", "beforeCommitId": before, "afterCommitId": tip(codecommit, "main")}


@pytest.fixture
def other(server: Server, client: Callable[..., Any]) -> Any:
    """The client of the IAM user rita"""
    iam = client("iam")
    iam.create_user(UserName="rita")
    iam.attach_user_policy(UserName="rita", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="rita")["AccessKey"]
    mine = session(key["AccessKeyId"])
    return mine.client("codecommit", region_name="eu-west-1", endpoint_url=server.url)


@pytest.fixture
def events(server: Server, account: str) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    def listen(owner: str, region: str, event: dict[str, Any]) -> None:
        if owner == account:
            heard.append(event["detail"])

    server.world.on_event(listen)
    return heard


def post(codecommit: Any, compared: dict[str, Any], content: str = "Why?", **more: Any) -> dict[str, Any]:
    return dict(codecommit.post_comment_for_compared_commit(**compared, content=content, **more))


def test_a_comment_on_a_line_is_listed_with_its_replies(
    codecommit: Any, compared: dict[str, str], events: list[dict[str, Any]]
) -> None:
    location = {"filePath": "a", "filePosition": 1, "relativeFileVersion": "AFTER"}
    answer = post(codecommit, compared, location=location)
    assert answer["location"] == location
    after = codecommit.get_file(repositoryName="shop", filePath="a", commitSpecifier="main")
    assert answer["afterBlobId"] == after["blobId"] != answer["beforeBlobId"]
    identity = answer["comment"]["commentId"]
    assert (events[-1]["event"], events[-1]["commentId"]) == ("commentOnCommitCreated", identity)
    reply = codecommit.post_comment_reply(inReplyTo=identity, content="Because")["comment"]
    post(codecommit, compared, "In general")
    threads = codecommit.get_comments_for_compared_commit(**compared)["commentsForComparedCommitData"]
    assert [[comment["content"] for comment in thread["comments"]] for thread in threads] == [
        ["Why?", "Because"],
        ["In general"],
    ]
    assert reply["inReplyTo"] == identity
    assert "location" not in threads[1]


def test_a_comment_is_changed_and_emptied(codecommit: Any, compared: dict[str, str]) -> None:
    identity = post(codecommit, compared)["comment"]["commentId"]
    codecommit.update_comment(commentId=identity, content="How?")
    assert codecommit.get_comment(commentId=identity)["comment"]["content"] == "How?"
    gone = codecommit.delete_comment_content(commentId=identity)["comment"]
    assert (gone["deleted"], "content" in gone) == (True, False)
    for call in (codecommit.get_comment, codecommit.delete_comment_content):
        with refused("CommentDeletedException"):
            call(commentId=identity)


def test_only_the_author_changes_a_comment(codecommit: Any, compared: dict[str, str], other: Any) -> None:
    identity = post(codecommit, compared)["comment"]["commentId"]
    with refused("CommentNotCreatedByCallerException"):
        other.update_comment(commentId=identity, content="Mine")


def test_a_token_posts_once(codecommit: Any, compared: dict[str, str]) -> None:
    first = post(codecommit, compared, clientRequestToken="once")
    assert post(codecommit, compared, clientRequestToken="once")["comment"] == first["comment"]
    with refused("IdempotencyParameterMismatchException"):
        post(codecommit, compared, "Other", clientRequestToken="once")


def test_comments_of_a_pull_request_are_its_own(
    codecommit: Any, compared: dict[str, str], events: list[dict[str, Any]]
) -> None:
    target = {"repositoryName": "shop", "sourceReference": "next"}
    codecommit.create_pull_request(title="Next", targets=[target])
    commits = compared | {
        "beforeCommitId": tip(codecommit, "main"),
        "afterCommitId": tip(codecommit, "next"),
    }
    answer = codecommit.post_comment_for_pull_request(pullRequestId="1", **commits, content="Good")
    assert answer["pullRequestId"] == "1"
    assert (events[-1]["event"], events[-1]["pullRequestId"]) == ("commentOnPullRequestCreated", "1")
    for question in ({}, commits):
        (thread,) = codecommit.get_comments_for_pull_request(pullRequestId="1", **question)[
            "commentsForPullRequestData"
        ]
        assert thread["comments"] == [answer["comment"]]
    commits["beforeCommitId"] = compared["beforeCommitId"]
    answer = codecommit.get_comments_for_pull_request(pullRequestId="1", **commits)
    assert answer["commentsForPullRequestData"] == []
    assert codecommit.get_comments_for_compared_commit(**commits)["commentsForComparedCommitData"] == []
    with refused("CommitIdRequiredException"):
        codecommit.get_comments_for_pull_request(pullRequestId="1", repositoryName="shop")


def test_each_user_has_one_reaction(
    codecommit: Any, compared: dict[str, str], other: Any, account: str, events: list[dict[str, Any]]
) -> None:
    identity = post(codecommit, compared)["comment"]["commentId"]
    codecommit.put_comment_reaction(commentId=identity, reactionValue=":thumbsup:")
    codecommit.put_comment_reaction(commentId=identity, reactionValue="U+1F604")
    assert [event["event"] for event in events[-2:]] == ["commentReactionCreated", "commentReactionUpdated"]
    other.put_comment_reaction(commentId=identity, reactionValue="\U0001f44d")
    comment = codecommit.get_comment(commentId=identity)["comment"]
    assert (comment["callerReactions"], comment["reactionCounts"]) == (["SMILE"], {"SMILE": 1, "THUMBSUP": 1})
    rita = f"arn:aws:iam::{account}:user/rita"
    (reaction,) = codecommit.get_comment_reactions(commentId=identity, reactionUserArn=rita)[
        "reactionsForComment"
    ]
    assert reaction["reaction"] == {"emoji": "\U0001f44d", "shortCode": "thumbsup", "unicode": "U+1F44D"}
    assert reaction["reactionUsers"] == [rita]
    other.put_comment_reaction(commentId=identity, reactionValue="none")
    assert len(codecommit.get_comment_reactions(commentId=identity)["reactionsForComment"]) == 1
    with refused("InvalidReactionValueException"):
        other.put_comment_reaction(commentId=identity, reactionValue=":llama:")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"content": " "}, "CommentContentRequiredException"),
        ({"content": "x" * 10241}, "CommentContentSizeLimitExceededException"),
        ({"afterCommitId": "main"}, "InvalidCommitIdException"),
        ({"afterCommitId": "0" * 40}, "CommitDoesNotExistException"),
        ({"location": {"filePath": "nowhere"}}, "PathDoesNotExistException"),
        ({"location": {"filePosition": 1}}, "InvalidFileLocationException"),
        ({"location": {"filePath": "a", "filePosition": -1}}, "InvalidFilePositionException"),
        (
            {"location": {"filePath": "a", "relativeFileVersion": "NOW"}},
            "InvalidRelativeFileVersionEnumException",
        ),
    ],
)
def test_a_wrong_comment_is_refused(
    codecommit: Any, compared: dict[str, str], members: dict[str, Any], code: str
) -> None:
    with refused(code):
        codecommit.post_comment_for_compared_commit(**{"content": "Why?"} | compared | members)


def test_the_first_commit_is_commented_without_one_before(codecommit: Any) -> None:
    first = commit(codecommit, "main", {"a": b"1"})
    assert "beforeCommitId" not in post(codecommit, {"repositoryName": "shop", "afterCommitId": first})
    with refused("BeforeCommitIdAndAfterCommitIdAreSameException"):
        post(codecommit, {"repositoryName": "shop", "afterCommitId": first, "beforeCommitId": first})


@pytest.mark.parametrize(
    ("identity", "code"),
    [(str(uuid.UUID(int=1)), "CommentDoesNotExistException"), ("x", "InvalidCommentIdException")],
)
def test_a_missing_comment_is_refused(codecommit: Any, identity: str, code: str) -> None:
    with refused(code):
        codecommit.get_comment(commentId=identity)
