"""Approvals of pull requests: rules, states, overrides."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import rules
from pipectl.local.codecommit.pull_records import Rule
from pipectl.local.codecommit.pulls import PullRequestOperations
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.pull_records import PullRequest
    from pipectl.local.service import Caller

_MOST_RULES = 30  # user guide, quotas: approval rules of a pull request
_BAD_CONTENT = "InvalidApprovalRuleContentException"


class ApprovalOperations(PullRequestOperations):
    """Approval rules of one pull request, who approved, who overrode, and whether that is enough."""

    def create_pull_request_approval_rule(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        pull, name = self.open_pull(request), request["approvalRuleName"]
        rules.read(request["approvalRuleContent"], _BAD_CONTENT)
        if any(rule.name == name for rule in pull.rules):
            raise Refused(
                "ApprovalRuleNameAlreadyExistsException",
                "An approval rule with that name already exists. Approval rule names must be unique within"
                " the scope of a pull request.",
            )
        if len(pull.rules) >= _MOST_RULES:
            raise Refused(
                "NumberOfRulesExceededException",
                "The approval rule cannot be added. The pull request has the maximum number of approval rules"
                " associated with it.",
            )
        now = self.world.now()
        rule = Rule(str(uuid.uuid4()), name, request["approvalRuleContent"], now, now, caller.arn)
        pull.rules.append(rule)
        self._tell_rule(pull, rule, "Created", caller.arn)
        return {"approvalRule": rule.described()}

    def update_pull_request_approval_rule_content(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        pull = self.open_pull(request)
        rule = _rule(pull, request["approvalRuleName"])
        if rule is None:
            raise Refused(
                "ApprovalRuleDoesNotExistException",
                f"Approval rule {request['approvalRuleName']} does not exist",
            )
        if rule.template is not None:
            raise Refused(
                "CannotModifyApprovalRuleFromTemplateException",
                "The approval rule cannot be modified for the pull request because it was created by an"
                " approval rule template and applied to the pull request automatically.",
            )
        rules.check_sha256(request.get("existingRuleContentSha256"), rule.content)
        rules.read(request["newRuleContent"], _BAD_CONTENT)
        rule.content, rule.modified, rule.user = request["newRuleContent"], self.world.now(), caller.arn
        self._tell_rule(pull, rule, "Updated", caller.arn)
        return {"approvalRule": rule.described()}

    def delete_pull_request_approval_rule(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: a rule that is gone already is no error; its ID is empty then (inferred)"""
        pull = self.open_pull(request)
        rule = _rule(pull, request["approvalRuleName"])
        if rule is None:
            return {"approvalRuleId": ""}
        if rule.template is not None:
            raise Refused(
                "CannotDeleteApprovalRuleFromTemplateException",
                "The approval rule cannot be deleted from the pull request because it was created by an"
                " approval rule template and applied to the pull request automatically.",
            )
        pull.rules.remove(rule)
        self._tell_rule(pull, rule, "Deleted", caller.arn)
        return {"approvalRuleId": rule.identity}

    def update_pull_request_approval_state(self, request: dict[str, Any], caller: Caller) -> None:
        """API reference: for the newest revision, not by the author; REVOKE is not stored"""
        pull, state = self.open_pull(request), request["approvalState"]
        _check_current(pull, request["revisionId"])
        if caller.arn == pull.author:
            raise Refused(
                "PullRequestCannotBeApprovedByAuthorException",
                "The approval cannot be applied because the user approving the pull request matches the user"
                " who created the pull request. You cannot approve a pull request that you created.",
            )
        approvers = pull.approvers.setdefault(pull.revision, [])
        if caller.arn in approvers:
            approvers.remove(caller.arn)
        if state == "APPROVE":
            approvers.append(caller.arn)
        metadata = {"revisionId": pull.revision, "approvalStatus": state}
        kind = "PULL_REQUEST_APPROVAL_STATE_CHANGED"
        self.record(pull, kind, caller.arn, {"approvalStateChangedEventMetadata": metadata})
        self.tell_pull(pull, "pullRequestApprovalStateChanged", caller.arn, approvalStatus=state)

    def get_pull_request_approval_states(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """A revision that has no approvals has an empty list (inferred for revisions that never were)"""
        approvers = self.pull(request).approvers.get(request["revisionId"], [])
        return {"approvals": [{"userArn": arn, "approvalState": "APPROVE"} for arn in approvers]}

    def override_pull_request_approval_rules(self, request: dict[str, Any], caller: Caller) -> None:
        """API reference: for the newest revision; a second OVERRIDE is refused, REVOKE is not stored"""
        pull, status = self.open_pull(request), request["overrideStatus"]
        _check_current(pull, request["revisionId"])
        if status == "REVOKE":
            pull.overriders.pop(pull.revision, None)
        elif pull.revision in pull.overriders:
            raise Refused(
                "OverrideAlreadySetException",
                "The pull request has already had its approval rules set to override.",
            )
        else:
            pull.overriders[pull.revision] = caller.arn
        metadata = {"revisionId": pull.revision, "overrideStatus": status}
        kind = "PULL_REQUEST_APPROVAL_RULE_OVERRIDDEN"
        self.record(pull, kind, caller.arn, {"approvalRuleOverriddenEventMetadata": metadata})
        self.tell_pull(pull, "pullRequestApprovalRuleOverridden", caller.arn, overrideStatus=status)

    def get_pull_request_override_state(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        overrider = self.pull(request).overriders.get(request["revisionId"])
        return {"overridden": overrider is not None, "overrider": overrider}

    def evaluate_pull_request_approval_rules(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """A pull request without rules is approved (inferred); an override does not make it so (inferred)"""
        pull = self.pull(request)
        _check_current(pull, request["revisionId"])
        open_rules = unsatisfied(pull)
        evaluation = {
            "approved": not open_rules,
            "overridden": pull.revision in pull.overriders,
            "approvalRulesSatisfied": [rule.name for rule in pull.rules if rule.name not in open_rules],
            "approvalRulesNotSatisfied": open_rules,
        }
        return {"evaluation": evaluation}

    def _tell_rule(self, pull: PullRequest, rule: Rule, change: str, caller_arn: str) -> None:
        metadata = {
            "approvalRuleName": rule.name,
            "approvalRuleId": rule.identity,
            "approvalRuleContent": rule.content,
        }
        kind = f"PULL_REQUEST_APPROVAL_RULE_{change.upper()}"
        self.record(pull, kind, caller_arn, {"approvalRuleEventMetadata": metadata})
        self.tell_pull(
            pull,
            f"pullRequestApprovalRule{change}",
            caller_arn,
            approvalRuleName=rule.name,
            approvalRuleId=rule.identity,
            approvalRuleContentSha256=rules.sha256(rule.content),
        )


def unsatisfied(pull: PullRequest) -> list[str]:
    """The names of the rules that the approvals of the newest revision do not satisfy"""
    approvers = pull.approvers.get(pull.revision, [])
    return [
        rule.name for rule in pull.rules if not rules.read(rule.content, _BAD_CONTENT).is_satisfied(approvers)
    ]


def _rule(pull: PullRequest, name: str) -> Rule | None:
    return next((rule for rule in pull.rules if rule.name == name), None)


def _check_current(pull: PullRequest, revision: str) -> None:
    if revision != pull.revision:
        raise Refused(
            "RevisionNotCurrentException",
            "The revision ID provided in the request does not match the current revision ID. Use"
            " GetPullRequest to retrieve the current revision ID.",
        )
