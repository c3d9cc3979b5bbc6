"""Comments on commits and pull requests: post, reply, read, update, delete."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.comment_records import Comment, Thread
from pipectl.local.codecommit.paths import clean
from pipectl.local.codecommit.pulls import PullRequestOperations
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.objects import Commit
    from dulwich.repo import Repo

    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_LONGEST = 10_240  # API reference, CommentContentSizeLimitExceededException


class CommentOperations(PullRequestOperations):
    """PostCommentForComparedCommit to DeleteCommentContent."""

    def post_comment_for_compared_commit(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: only the first commit has nothing before it"""
        thread = self._thread(self.found(request["repositoryName"]), request)
        return self._post(thread, request, caller)

    def post_comment_for_pull_request(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        pull, repository = self.pull(request), self.found(request["repositoryName"])
        if pull.repository is not repository:
            raise Refused(
                "RepositoryNotAssociatedWithPullRequestException",
                "The repository does not contain any pull requests with that pull request ID.",
            )
        thread = self._thread(repository, request)
        thread.pull = pull.identity
        return self._post(thread, request, caller)

    def post_comment_reply(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        parent = self.comment(request["inReplyTo"])
        comment = self._comment(parent.thread, request, caller, parent.identity)
        return {"comment": comment.described(caller.arn)}

    def get_comment(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"comment": self.present_comment(request["commentId"]).described(caller.arn)}

    def update_comment(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: only the author may"""
        comment = self.present_comment(request["commentId"])
        _check_content(request["content"])
        _check_author(comment, caller)
        comment.content, comment.modified = request["content"], self.world.now()
        self._tell_comment(comment, "Updated", caller.arn)
        return {"comment": comment.described(caller.arn)}

    def delete_comment_content(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """User guide, "Comment on a commit": only the author may (the code for others is inferred)"""
        comment = self.present_comment(request["commentId"])
        _check_author(comment, caller)
        comment.content, comment.modified = None, self.world.now()
        return {"comment": comment.described(caller.arn)}

    def comment(self, identity: str) -> Comment:
        """The comment of an ID"""
        try:
            uuid.UUID(identity)
        except ValueError:
            raise Refused(
                "InvalidCommentIdException", f"The comment ID is not in a valid format: {identity}"
            ) from None
        if identity not in self.comments:
            raise Refused("CommentDoesNotExistException", f"No comment exists with the ID {identity}")
        return self.comments[identity]

    def present_comment(self, identity: str) -> Comment:
        """The comment of an ID, whose content was not deleted"""
        comment = self.comment(identity)
        if comment.content is None:
            raise Refused(
                "CommentDeletedException",
                "This comment has already been deleted. You cannot edit or delete a deleted comment.",
            )
        return comment

    def _post(self, thread: Thread, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        comment = self._comment(thread, request, caller, None)
        return {**comment.thread.described(), "comment": comment.described(caller.arn)}

    def _comment(
        self, thread: Thread, request: dict[str, Any], caller: Caller, reply_to: str | None
    ) -> Comment:
        """A new comment, or the one that the same token posted before"""
        _check_content(request["content"])
        token = request.get("clientRequestToken")
        repeated = next((one for one in self.comments.values() if token and one.token == token), None)
        if repeated is not None:
            same = (repeated.content, repeated.reply_to, repeated.thread.place())
            if same != (request["content"], reply_to, thread.place()):
                raise Refused(
                    "IdempotencyParameterMismatchException",
                    "The client request token is not valid. Either the token is not in a valid format, or the"
                    " token has been used in a previous request and cannot be reused.",
                )
            return repeated
        now = self.world.now()
        comment = Comment(
            str(uuid.uuid4()), thread, request["content"], caller.arn, now, now, token, reply_to
        )
        self.comments[comment.identity] = comment
        self._tell_comment(comment, "Created", caller.arn)
        return comment

    def _thread(self, repository: Repository, request: dict[str, Any]) -> Thread:
        before, after = request.get("beforeCommitId"), request["afterCommitId"]
        if before == after:
            raise Refused(
                "BeforeCommitIdAndAfterCommitIdAreSameException",
                "The before commit ID and the after commit ID are the same",
            )
        thread = Thread(repository, before, after)
        with store.opened(repository.folder) as git:
            commits = [commit_of(git, identity) if identity else None for identity in (before, after)]
            location = request.get("location")
            if location:
                thread.location = location
                thread.before_blob, thread.after_blob = _blobs(git, commits, location)
        return thread

    def _tell_comment(self, comment: Comment, change: str, caller_arn: str) -> None:
        """User guide, "Monitoring CodeCommit events", commentOnCommitCreated and its likes"""
        thread = comment.thread
        place = "PullRequest" if thread.pull else "Commit"
        detail = {
            "event": f"commentOn{place}{change}",
            **thread.repository.named(),
            "beforeCommitId": thread.before,
            "afterCommitId": thread.after,
            "commentId": comment.identity,
            "inReplyTo": comment.reply_to,
            "pullRequestId": thread.pull,
            "callerUserArn": caller_arn,
        }
        kind = "Comment on Pull Request" if thread.pull else "Comment on Commit"
        self.tell(thread.repository, kind, {name: value for name, value in detail.items() if value})


def commit_of(git: Repo, identity: str) -> Commit:
    """The commit of a full ID"""
    if not store.is_object_id(identity):
        raise Refused("InvalidCommitIdException", f"{identity} is not a full commit id")
    commit = objects.commit(git, identity)
    if commit is None:
        raise Refused("CommitDoesNotExistException", f"Commit {identity} does not exist")
    return commit


def _blobs(
    git: Repo, commits: list[Commit | None], location: dict[str, Any]
) -> tuple[str | None, str | None]:
    """The file on both sides; it must be on the side that the location names"""
    if not location.get("filePath"):
        raise Refused(
            "InvalidFileLocationException",
            "The location of the file is not valid. Make sure that you include the file name and extension.",
        )
    if location.get("filePosition", 1) < 0:
        raise Refused("InvalidFilePositionException", "The position is not valid. It must be a line number.")
    path = clean(location["filePath"])
    entries = [objects.entry(git, commit, path) if commit else None for commit in commits]
    side = entries[0] if location.get("relativeFileVersion") == "BEFORE" else entries[1]
    if side is None:
        raise Refused("PathDoesNotExistException", f"There is no {path} in this version")
    before, after = (entry[1].decode() if entry else None for entry in entries)
    return before, after


def _check_content(content: str) -> None:
    if not content.strip():
        raise Refused(
            "CommentContentRequiredException", "The comment is empty. You must provide some content."
        )
    if len(content) > _LONGEST:
        raise Refused(
            "CommentContentSizeLimitExceededException",
            f"The comment is too large. Comments are limited to {_LONGEST} characters.",
        )


def _check_author(comment: Comment, caller: Caller) -> None:
    if comment.author != caller.arn:
        raise Refused(
            "CommentNotCreatedByCallerException",
            "You cannot modify or delete this comment. Only comment authors can modify or delete"
            " their comments.",
        )
