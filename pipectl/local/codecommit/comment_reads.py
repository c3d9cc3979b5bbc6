"""Lists of comments, and reactions to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import store
from pipectl.local.codecommit.comments import CommentOperations, commit_of
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.codecommit.comment_records import Comment
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_PAGE, _MOST = 100, 500  # API reference, GetCommentsForPullRequest
_EMOJIS = {
    "thumbsup": "\U0001f44d",
    "thumbsdown": "\U0001f44e",
    "smile": "\U0001f604",
    "heart": "\u2764",
    "angry": "\U0001f620",
    "confused": "\U0001f615",
    "scream": "\U0001f631",
    "sleeping": "\U0001f634",
    "clap": "\U0001f44f",
    "poop": "\U0001f4a9",
}
"""Reactions: thumbsup, thumbsdown, smile, confused, clap by AWS CLI, get-comment and get-comment-reactions;
the others are inferred."""


class CommentReadOperations(CommentOperations):
    """GetCommentsForComparedCommit, GetCommentsForPullRequest, GetCommentReactions, PutCommentReaction."""

    def get_comments_for_compared_commit(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Comments of pull requests are not among them (inferred)"""
        repository = self.found(request["repositoryName"])
        commits = request.get("beforeCommitId"), request["afterCommitId"]
        _check_commits(repository, commits)
        found = [
            comment
            for comment in self.comments.values()
            if comment.thread.pull is None
            and comment.thread.repository is repository
            and commits == (comment.thread.before, comment.thread.after)
        ]
        threads, token = self._threads(found, request, caller)
        return {"commentsForComparedCommitData": threads, "nextToken": token}

    def get_comments_for_pull_request(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: with a repository both commits are required"""
        pull, commits = self.pull(request), (request.get("beforeCommitId"), request.get("afterCommitId"))
        if request.get("repositoryName") is not None:
            repository = self.found(request["repositoryName"])
            if pull.repository is not repository:
                raise Refused(
                    "RepositoryNotAssociatedWithPullRequestException",
                    "The repository does not contain any pull requests with that pull request ID.",
                )
            if None in commits:
                raise Refused("CommitIdRequiredException", "A commit ID was not specified.")
        elif commits != (None, None):
            raise Refused("RepositoryNameRequiredException", "A repository name is required")
        _check_commits(pull.repository, commits)
        found = [
            comment
            for comment in self.comments.values()
            if comment.thread.pull == pull.identity
            and commits in ((None, None), (comment.thread.before, comment.thread.after))
        ]
        threads, token = self._threads(found, request, caller)
        return {"commentsForPullRequestData": threads, "nextToken": token}

    def put_comment_reaction(self, request: dict[str, Any], caller: Caller) -> None:
        """API reference: one reaction for each user; a blank or `none` removes it"""
        comment, value = self.present_comment(request["commentId"]), request["reactionValue"].strip()
        if value.lower() in ("", "none"):
            comment.reactions.pop(caller.arn, None)
            return
        change = "Updated" if caller.arn in comment.reactions else "Created"
        comment.reactions[caller.arn] = code = _short_code(value)
        reaction = _formats(code)
        detail = {
            "event": f"commentReaction{change}",
            **comment.thread.repository.named(),
            "callerUserArn": caller.arn,
            "commentId": comment.identity,
            "reactionEmojis": [reaction["emoji"]],
            "reactionShortcodes": [f":{code}:"],
            "reactionUnicodes": [reaction["unicode"]],
        }
        self.tell(comment.thread.repository, "Comment Reaction Change", detail)

    def get_comment_reactions(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        comment, user = self.present_comment(request["commentId"]), request.get("reactionUserArn")
        if user is not None and not user.startswith("arn:"):
            raise Refused(
                "InvalidReactionUserArnException", f"The Amazon Resource Name (ARN) is not valid: {user}"
            )
        users: dict[str, list[str]] = {}
        for arn, code in comment.reactions.items():
            if user in (None, arn):
                users.setdefault(code, []).append(arn)
        reactions = [
            {"reaction": _formats(code), "reactionUsers": arns, "reactionsFromDeletedUsersCount": 0}
            for code, arns in users.items()
        ]
        shown, token = self.page(reactions, request.get("nextToken"), self.page_size(request))
        return {"reactionsForComment": shown, "nextToken": token}

    def _threads(
        self, comments: Iterable[Comment], request: dict[str, Any], caller: Caller
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of comments, gathered by their place"""
        size = min(self.page_size(request, _PAGE), _MOST)
        shown, token = self.page(list(comments), request.get("nextToken"), size)
        threads: dict[tuple[Any, ...], dict[str, Any]] = {}
        for comment in shown:
            place = comment.thread.place()
            thread = threads.setdefault(place, {**comment.thread.described(), "comments": []})
            thread["comments"].append(comment.described(caller.arn))
        return list(threads.values()), token


def _check_commits(repository: Repository, commits: Iterable[str | None]) -> None:
    with store.opened(repository.folder) as git:
        for commit in commits:
            if commit is not None:
                commit_of(git, commit)


def _short_code(value: str) -> str:
    """The short code of a reaction, which is given as such, as emoji, or as code point"""
    for code, emoji in _EMOJIS.items():
        if value in (code, f":{code}:", emoji, emoji + "\ufe0f", _formats(code)["unicode"]):
            return code
    raise Refused("InvalidReactionValueException", f"The value of the reaction is not valid: {value}")


def _formats(code: str) -> dict[str, str]:
    """API reference, ReactionValueFormats"""
    emoji = _EMOJIS[code]
    return {"emoji": emoji, "shortCode": code, "unicode": f"U+{ord(emoji):04X}"}
