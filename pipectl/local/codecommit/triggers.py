"""Repository triggers: how they are set, read and tested."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import notices, store
from pipectl.local.codecommit.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_MOST_TRIGGERS = 10  # user guide, quotas: triggers in a repository
_MOST_BRANCHES = 10  # user guide, quotas: branches of a trigger
_LONGEST_DATA = 1000  # user guide, quotas: custom data of a trigger
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)  # user guide, quotas: names of triggers
_DESTINATION = re.compile(r"arn:[\w-]+:(sns|lambda):(?P<region>[a-z0-9-]+):\d{12}:.+")
_EVENTS = ("all", "updateReference", "createReference", "deleteReference")
_SAMPLE_COMMIT = "5c4ef1049f1d27deadbeeff313e0730018be182b"  # Lambda developer guide, the CodeCommit example


class TriggerOperations(Base):
    """PutRepositoryTriggers, GetRepositoryTriggers, TestRepositoryTriggers."""

    def put_repository_triggers(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: replaces all triggers of the repository; an empty list removes them"""
        repository = self.found(request["repositoryName"])
        self._check(request["triggers"])
        repository.triggers = [_complete(trigger) for trigger in request["triggers"]]
        repository.triggers_id = str(uuid.uuid4())
        return {"configurationId": repository.triggers_id}

    def get_repository_triggers(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference; a repository that never had triggers has no configuration ID (inferred)"""
        repository = self.found(request["repositoryName"])
        return {
            "configurationId": repository.triggers_id,
            "triggers": [dict(trigger) for trigger in repository.triggers],
        }

    def test_repository_triggers(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: sends the last commit to each target, or sample data when there is none"""
        repository = self.found(request["repositoryName"])
        self._check(request["triggers"])
        answer: dict[str, Any] = {"successfulExecutions": [], "failedExecutions": []}
        references = [_last(repository)]
        for trigger in request["triggers"]:
            record = notices.record_of(
                trigger,
                repository,
                self.arn(repository.name),
                caller.arn,
                self.world.now(),
                references,
                name=notices.TEST,
            )
            failure = notices.send(self.world, trigger, repository, record)
            if failure:
                answer["failedExecutions"].append({"trigger": trigger["name"], "failureMessage": failure})
            else:
                answer["successfulExecutions"].append(trigger["name"])
        return answer

    def _check(self, triggers: list[dict[str, Any]]) -> None:
        if len(triggers) > _MOST_TRIGGERS:
            raise Refused(
                "MaximumRepositoryTriggersExceededException",
                f"The maximum number of triggers for a repository was exceeded: {_MOST_TRIGGERS}",
            )
        for trigger in triggers:
            _check_name(trigger["name"])
            _check_destination(trigger["destinationArn"], self.region)
            _check_filters(trigger)


def _check_name(name: str) -> None:
    if not name:
        raise Refused("RepositoryTriggerNameRequiredException", "A name for the trigger is required")
    if not _NAME.fullmatch(name):
        raise Refused("InvalidRepositoryTriggerNameException", f"Invalid trigger name: {name}")


def _check_destination(arn: str, region: str) -> None:
    """API reference, errors: a topic or a function, in the Region of the repository"""
    if not arn:
        raise Refused(
            "RepositoryTriggerDestinationArnRequiredException",
            "A destination ARN for the trigger is required",
        )
    destination = _DESTINATION.fullmatch(arn)
    if destination is None:
        raise Refused(
            "InvalidRepositoryTriggerDestinationArnException",
            f"The trigger target is no Amazon SNS topic and no Lambda function: {arn}",
        )
    if destination["region"] != region:
        raise Refused(
            "InvalidRepositoryTriggerRegionException",
            "The AWS Region for the trigger target does not match the AWS Region for the repository. Triggers"
            " must be created in the same AWS Region as the target for the trigger.",
        )


def _check_filters(trigger: dict[str, Any]) -> None:
    """API reference, RepositoryTrigger: `all` cannot be used with any other value"""
    events, branches = trigger["events"], trigger.get("branches", [])
    if not events:
        raise Refused(
            "RepositoryTriggerEventsListRequiredException", "At least one event for the trigger is required"
        )
    if any(event not in _EVENTS for event in events) or ("all" in events and len(events) > 1):
        raise Refused(
            "InvalidRepositoryTriggerEventsException",
            f"One or more events specified for the trigger is not valid: {', '.join(events)}",
        )
    if len(branches) > _MOST_BRANCHES:
        raise Refused(
            "MaximumBranchesExceededException",
            f"The number of branches for the trigger was exceeded: {_MOST_BRANCHES}",
        )
    for branch in branches:
        if not store.is_branch_name(branch):
            raise Refused("InvalidRepositoryTriggerBranchNameException", f"Invalid branch name: {branch}")
    if len(trigger.get("customData", "")) > _LONGEST_DATA:
        raise Refused(
            "InvalidRepositoryTriggerCustomDataException",
            f"The custom data is longer than {_LONGEST_DATA} characters",
        )


def _complete(trigger: dict[str, Any]) -> dict[str, Any]:
    """AWS CLI, get-repository-triggers: `customData` and `branches` are always there"""
    return {"customData": "", "branches": []} | trigger


def _last(repository: Repository) -> dict[str, Any]:
    branch = repository.default_branch or "main"
    commit = store.tip(repository.folder, branch)
    return {"commit": commit or _SAMPLE_COMMIT, "ref": store.BRANCHES + branch}
