"""CodeCommit: approval rules of pull requests, approvals and overrides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import commit, diverge
from tests.local.refusals import refused
from tests.plain import session

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

NAMES = {"pullRequestId": "1", "repositoryName": "shop"}


def content(approvals: int = 1, members: list[str] | None = None, branch: str | None = None) -> str:
    statement: dict[str, Any] = {"Type": "Approvers", "NumberOfApprovalsNeeded": approvals}
    if members is not None:
        statement["ApprovalPoolMembers"] = members
    rule: dict[str, Any] = {"Version": "2018-11-08", "Statements": [statement]}
    if branch:
        rule["DestinationReferences"] = [branch]
    return json.dumps(rule)


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    """The client of the author of a pull request from next to main"""
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    diverge(made, {"b": b"1"}, {"c": b"2"})
    return made


@pytest.fixture
def reviewer(server: Server, client: Callable[..., Any]) -> Any:
    """The client of the IAM user rita"""
    iam = client("iam")
    iam.create_user(UserName="rita")
    iam.attach_user_policy(UserName="rita", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="rita")["AccessKey"]
    mine = session(key["AccessKeyId"])
    return mine.client("codecommit", region_name="eu-west-1", endpoint_url=server.url)


def create(codecommit: Any) -> str:
    """A pull request; its revision"""
    target = {"repositoryName": "shop", "sourceReference": "next"}
    answer = codecommit.create_pull_request(title="Next", targets=[target])
    return str(answer["pullRequest"]["revisionId"])


def add_rule(codecommit: Any, text: str, name: str = "rule") -> dict[str, Any]:
    answer = codecommit.create_pull_request_approval_rule(
        pullRequestId="1", approvalRuleName=name, approvalRuleContent=text
    )
    return dict(answer["approvalRule"])


def evaluate(codecommit: Any, revision: str) -> dict[str, Any]:
    answer = codecommit.evaluate_pull_request_approval_rules(pullRequestId="1", revisionId=revision)
    return dict(answer["evaluation"])


def decide(client: Any, revision: str, state: str = "APPROVE") -> None:
    client.update_pull_request_approval_state(pullRequestId="1", revisionId=revision, approvalState=state)


@pytest.mark.parametrize(
    ("members", "approved"),
    [
        (None, True),
        (["arn:aws:iam::ACCOUNT:user/rita"], True),
        (["CodeCommitApprovers:ACCOUNT:rita"], True),
        (["CodeCommitApprovers:ACCOUNT:r*"], True),
        (["arn:aws:iam::ACCOUNT:user/otto"], False),
    ],
)
def test_approvals_of_the_pool_satisfy_a_rule(
    codecommit: Any, reviewer: Any, account: str, members: list[str] | None, approved: bool
) -> None:
    revision = create(codecommit)
    pool = members and [member.replace("ACCOUNT", account) for member in members]
    add_rule(codecommit, content(1, pool))
    assert evaluate(codecommit, revision)["approvalRulesNotSatisfied"] == ["rule"]
    decide(reviewer, revision)
    evaluation = evaluate(codecommit, revision)
    assert evaluation["approved"] is approved
    assert evaluation["approvalRulesSatisfied"] == (["rule"] if approved else [])
    answer = codecommit.get_pull_request_approval_states(pullRequestId="1", revisionId=revision)
    assert answer["approvals"] == [
        {"userArn": f"arn:aws:iam::{account}:user/rita", "approvalState": "APPROVE"}
    ]
    decide(reviewer, revision, "REVOKE")
    answer = codecommit.get_pull_request_approval_states(pullRequestId="1", revisionId=revision)
    assert answer["approvals"] == []


def test_the_author_cannot_approve_and_a_push_takes_approvals_away(codecommit: Any, reviewer: Any) -> None:
    revision = create(codecommit)
    add_rule(codecommit, content())
    with refused("PullRequestCannotBeApprovedByAuthorException"):
        decide(codecommit, revision)
    decide(reviewer, revision)
    commit(codecommit, "next", {"c": b"3"})
    with refused("RevisionNotCurrentException"):
        decide(reviewer, revision)
    current = codecommit.get_pull_request(pullRequestId="1")["pullRequest"]["revisionId"]
    assert evaluate(codecommit, current)["approved"] is False


def test_rules_stop_a_merge_until_they_are_overridden(codecommit: Any, account: str) -> None:
    revision = create(codecommit)
    add_rule(codecommit, content())
    with refused("PullRequestApprovalRulesNotSatisfiedException"):
        codecommit.merge_pull_request_by_squash(**NAMES)
    override = {"pullRequestId": "1", "revisionId": revision, "overrideStatus": "OVERRIDE"}
    codecommit.override_pull_request_approval_rules(**override)
    with refused("OverrideAlreadySetException"):
        codecommit.override_pull_request_approval_rules(**override)
    state = codecommit.get_pull_request_override_state(pullRequestId="1", revisionId=revision)
    assert (state["overridden"], state["overrider"].split(":")[4]) == (True, account)
    codecommit.override_pull_request_approval_rules(**override | {"overrideStatus": "REVOKE"})
    assert evaluate(codecommit, revision)["overridden"] is False
    codecommit.override_pull_request_approval_rules(**override)
    codecommit.merge_pull_request_by_squash(**NAMES)


def test_rules_are_changed_and_deleted(codecommit: Any) -> None:
    create(codecommit)
    made = add_rule(codecommit, content(1))
    with refused("ApprovalRuleNameAlreadyExistsException"):
        add_rule(codecommit, content(2))
    with refused("InvalidApprovalRuleContentException"):
        add_rule(codecommit, "{}", "other")
    update = {"pullRequestId": "1", "approvalRuleName": "rule", "newRuleContent": content(2)}
    with refused("InvalidRuleContentSha256Exception"):
        codecommit.update_pull_request_approval_rule_content(**update, existingRuleContentSha256="0")
    changed = codecommit.update_pull_request_approval_rule_content(
        **update, existingRuleContentSha256=made["ruleContentSha256"]
    )
    assert changed["approvalRule"]["approvalRuleContent"] == content(2)
    gone = codecommit.delete_pull_request_approval_rule(pullRequestId="1", approvalRuleName="rule")
    assert gone["approvalRuleId"] == made["approvalRuleId"]
    with refused("ApprovalRuleDoesNotExistException"):
        codecommit.update_pull_request_approval_rule_content(**update)
    answer = codecommit.describe_pull_request_events(pullRequestId="1")
    assert [event["pullRequestEventType"] for event in answer["pullRequestEvents"][1:]] == [
        "PULL_REQUEST_APPROVAL_RULE_CREATED",
        "PULL_REQUEST_APPROVAL_RULE_UPDATED",
        "PULL_REQUEST_APPROVAL_RULE_DELETED",
    ]


def test_templates_give_pull_requests_rules_that_stay(codecommit: Any) -> None:
    for name, branch in (("all", None), ("main", "refs/heads/ma*"), ("other", "refs/heads/other")):
        codecommit.create_approval_rule_template(
            approvalRuleTemplateName=name, approvalRuleTemplateContent=content(branch=branch)
        )
        codecommit.associate_approval_rule_template_with_repository(
            approvalRuleTemplateName=name, repositoryName="shop"
        )
    create(codecommit)
    rules = codecommit.get_pull_request(pullRequestId="1")["pullRequest"]["approvalRules"]
    assert [rule["approvalRuleName"] for rule in rules] == ["all", "main"]
    assert rules[0]["originApprovalRuleTemplate"]["approvalRuleTemplateName"] == "all"
    with refused("CannotDeleteApprovalRuleFromTemplateException"):
        codecommit.delete_pull_request_approval_rule(pullRequestId="1", approvalRuleName="all")
    with refused("CannotModifyApprovalRuleFromTemplateException"):
        codecommit.update_pull_request_approval_rule_content(
            pullRequestId="1", approvalRuleName="all", newRuleContent=content(2)
        )
