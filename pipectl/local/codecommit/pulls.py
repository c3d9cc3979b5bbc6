"""Pull requests: create, read, list, update, close."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import rules, store
from pipectl.local.codecommit.associations import AssociationOperations
from pipectl.local.codecommit.pull_events import base_commit, new_revision
from pipectl.local.codecommit.pull_records import PullRequest, Rule
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_MOST_OPEN = 1000  # API reference, MaximumOpenPullRequestsExceededException
_EVENTS_PAGE = 100  # API reference, DescribePullRequestEvents: the default and the most


class PullRequestOperations(AssociationOperations):
    """CreatePullRequest, GetPullRequest, ListPullRequests, UpdatePullRequest..., and their events."""

    def create_pull_request(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, source, destination = self._ends(request)
        repeated = self._repeated(request, repository, source, destination)
        if repeated is not None:
            return {"pullRequest": repeated.described()}
        if sum(pull.is_open for pull in self.pulls.values() if pull.repository is repository) >= _MOST_OPEN:
            raise Refused(
                "MaximumOpenPullRequestsExceededException",
                f"The repository has too many open pull requests: {_MOST_OPEN}",
            )
        pull = self._new_pull(request, repository, source, destination, caller)
        self.pulls[pull.identity] = pull
        metadata = {
            "repositoryName": repository.name,
            "sourceCommitId": pull.source_commit,
            "destinationCommitId": pull.destination_commit,
            "mergeBase": pull.base,
        }
        self.record(pull, "PULL_REQUEST_CREATED", caller.arn, {"pullRequestCreatedEventMetadata": metadata})
        self.tell_pull(pull, "pullRequestCreated", caller.arn)
        return {"pullRequest": pull.described()}

    def get_pull_request(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"pullRequest": self.pull(request).described()}

    def list_pull_requests(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """In the order in which they were created (inferred)"""
        repository, author = self.found(request["repositoryName"]), request.get("authorArn")
        if author is not None and not author.startswith("arn:"):
            raise Refused(
                "InvalidAuthorArnException", f"The Amazon Resource Name (ARN) is not valid: {author}"
            )
        status = request.get("pullRequestStatus")
        listed = [
            pull.identity
            for pull in self.pulls.values()
            if pull.repository is repository
            and author in (None, pull.author)
            and status in (None, pull.status)
        ]
        shown, token = self.page(listed, request.get("nextToken"), self.page_size(request))
        return {"pullRequestIds": shown, "nextToken": token}

    def update_pull_request_title(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        pull = self.open_pull(request)
        _check_title(request["title"])
        pull.title, pull.active = request["title"], self.world.now()
        return {"pullRequest": pull.described()}

    def update_pull_request_description(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        pull = self.open_pull(request)
        pull.description, pull.active = request["description"], self.world.now()
        return {"pullRequest": pull.described()}

    def update_pull_request_status(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: from OPEN to CLOSED; the status that it has already changes nothing"""
        pull, status = self.pull(request), request["pullRequestStatus"]
        if status == "OPEN" and not pull.is_open:
            raise Refused(
                "InvalidPullRequestStatusUpdateException",
                "The pull request status update is not valid. The only valid update is from OPEN to CLOSED.",
            )
        if status == "CLOSED" and pull.is_open:
            self.close(pull, caller.arn)
        return {"pullRequest": pull.described()}

    def describe_pull_request_events(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Oldest first (AWS CLI, describe-pull-request-events)"""
        pull, kind, actor = self.pull(request), request.get("pullRequestEventType"), request.get("actorArn")
        if actor is not None and not actor.startswith("arn:"):
            raise Refused("InvalidActorArnException", f"The Amazon Resource Name (ARN) is not valid: {actor}")
        events = [
            event
            for event in pull.events
            if kind in (None, event["pullRequestEventType"]) and actor in (None, event["actorArn"])
        ]
        size = min(self.page_size(request, _EVENTS_PAGE), _EVENTS_PAGE)
        shown, token = self.page(events, request.get("nextToken"), size)
        return {"pullRequestEvents": shown, "nextToken": token}

    def pull(self, request: dict[str, Any]) -> PullRequest:
        """The pull request that a request names; it goes with its repository (inferred)"""
        identity = request["pullRequestId"]
        if not identity.isdecimal():
            raise Refused("InvalidPullRequestIdException", f"The pull request ID is not valid: {identity}")
        pull = self.pulls.get(identity)
        if pull is None or self.repositories.get(pull.repository.name) is not pull.repository:
            raise Refused(
                "PullRequestDoesNotExistException",
                f"The pull request ID {identity} could not be found. Make sure that you have specified the"
                " correct repository name and pull request ID, and then try again.",
            )
        return pull

    def open_pull(self, request: dict[str, Any]) -> PullRequest:
        """The open pull request that a request names"""
        pull = self.pull(request)
        if not pull.is_open:
            raise Refused(
                "PullRequestAlreadyClosedException",
                "The pull request status cannot be updated because it is already closed.",
            )
        return pull

    def _ends(self, request: dict[str, Any]) -> tuple[Repository, str, str]:
        """Repository, source and destination as full references; without a destination the default branch"""
        _check_title(request["title"])
        targets = request["targets"]
        if not targets:
            raise Refused("TargetsRequiredException", "An array of target objects is required.")
        if len({target["repositoryName"] for target in targets}) > 1:
            raise Refused(
                "MultipleRepositoriesInPullRequestException",
                "You cannot include more than one repository in a pull request.",
            )
        if len(targets) > 1:
            raise Refused("InvalidTargetsException", "A pull request has exactly one target")
        repository = self.found(targets[0]["repositoryName"])
        source = _branch(repository, targets[0]["sourceReference"])
        stated = targets[0].get("destinationReference") or repository.default_branch or ""
        destination = _branch(repository, stated)
        if source == destination:
            raise Refused(
                "SourceAndDestinationAreSameException",
                "The source branch and destination branch for the pull request are the same. You must specify"
                " different branches for the source and destination.",
            )
        return repository, source, destination

    def _repeated(
        self, request: dict[str, Any], repository: Repository, source: str, destination: str
    ) -> PullRequest | None:
        """The pull request that the same token created before (API reference, CreatePullRequest)"""
        token = request.get("clientRequestToken")
        pull = next((pull for pull in self.pulls.values() if token and pull.token == token), None)
        if pull is None:
            return None
        same = (pull.repository, pull.source, pull.destination, pull.title, pull.description)
        if same != (repository, source, destination, request["title"], request.get("description")):
            raise Refused(
                "IdempotencyParameterMismatchException",
                "The client request token is not valid. Either the token is not in a valid format, or the"
                " token has been used in a previous request and cannot be reused.",
            )
        return pull

    def _new_pull(
        self, request: dict[str, Any], repository: Repository, source: str, destination: str, caller: Caller
    ) -> PullRequest:
        now = self.world.now()
        commits = [str(store.tip(repository.folder, _short(name))) for name in (source, destination)]
        return PullRequest(
            identity=str(len(self.pulls) + 1),
            repository=repository,
            title=request["title"],
            description=request.get("description"),
            author=caller.arn,
            token=request.get("clientRequestToken"),
            source=source,
            destination=destination,
            source_commit=commits[0],
            destination_commit=commits[1],
            base=base_commit(repository, *commits),
            created=now,
            active=now,
            revision=new_revision(),
            rules=self._rules(repository, destination),
        )

    def _rules(self, repository: Repository, destination: str) -> list[Rule]:
        """User guide, "Create an approval rule template": the templates that match give a rule each"""
        now = self.world.now()
        return [
            Rule(str(uuid.uuid4()), template.name, template.content, now, now, template.user, template)
            for template in self.templates_of(repository)
            if rules.read(template.content, "InvalidApprovalRuleContentException").applies(destination)
        ]


def _check_title(title: str) -> None:
    if not title.strip():
        raise Refused(
            "TitleRequiredException", "A pull request title is required. It cannot be empty or null."
        )


def _short(reference: str) -> str:
    return reference.removeprefix(store.BRANCHES)


def _branch(repository: Repository, name: str) -> str:
    """The full name of an existing branch"""
    if not name:
        raise Refused("ReferenceNameRequiredException", "A reference name is required")
    if name.startswith(store.TAGS):
        raise Refused(
            "ReferenceTypeNotSupportedException", f"The specified reference is not a supported type: {name}"
        )
    branch = _short(name)
    if not store.is_branch_name(branch):
        raise Refused(
            "InvalidReferenceNameException", f"The specified reference name format is not valid: {name}"
        )
    if store.tip(repository.folder, branch) is None:
        raise Refused("ReferenceDoesNotExistException", f"The specified reference does not exist: {name}")
    return store.BRANCHES + branch
