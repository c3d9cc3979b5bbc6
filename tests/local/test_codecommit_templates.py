"""CodeCommit: approval rule templates and the repositories that have them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = json.dumps(
    {
        "Version": "2018-11-08",
        "DestinationReferences": ["refs/heads/main"],
        "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 2, "ApprovalPoolMembers": ["*"]}],
    }
)


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    for name in ("shop", "store"):
        made.create_repository(repositoryName=name)
    return made


def create(codecommit: Any, name: str = "two", content: str = CONTENT) -> dict[str, Any]:
    answer = codecommit.create_approval_rule_template(
        approvalRuleTemplateName=name, approvalRuleTemplateContent=content
    )
    return dict(answer["approvalRuleTemplate"])


def test_a_template_is_created_read_updated_and_deleted(codecommit: Any, account: str) -> None:
    made = create(codecommit)
    assert made["ruleContentSha256"] == hashlib.sha256(CONTENT.encode()).hexdigest()
    assert made["lastModifiedUser"].split(":")[4] == account
    read = codecommit.get_approval_rule_template(approvalRuleTemplateName="two")["approvalRuleTemplate"]
    assert read == made
    new = CONTENT.replace("2,", "1,")
    answer = codecommit.update_approval_rule_template_content(
        approvalRuleTemplateName="two",
        newRuleContent=new,
        existingRuleContentSha256=made["ruleContentSha256"],
    )
    assert answer["approvalRuleTemplate"]["approvalRuleTemplateContent"] == new
    codecommit.update_approval_rule_template_description(
        approvalRuleTemplateName="two", approvalRuleTemplateDescription="Two of us"
    )
    codecommit.update_approval_rule_template_name(
        oldApprovalRuleTemplateName="two", newApprovalRuleTemplateName="pair"
    )
    read = codecommit.get_approval_rule_template(approvalRuleTemplateName="pair")["approvalRuleTemplate"]
    assert read["approvalRuleTemplateDescription"] == "Two of us"
    assert codecommit.list_approval_rule_templates()["approvalRuleTemplateNames"] == ["pair"]
    gone = codecommit.delete_approval_rule_template(approvalRuleTemplateName="pair")
    assert gone["approvalRuleTemplateId"] == made["approvalRuleTemplateId"]
    with refused("ApprovalRuleTemplateDoesNotExistException"):
        codecommit.get_approval_rule_template(approvalRuleTemplateName="pair")


def test_a_stale_hash_and_a_name_in_use_are_refused(codecommit: Any) -> None:
    create(codecommit)
    with refused("InvalidRuleContentSha256Exception"):
        codecommit.update_approval_rule_template_content(
            approvalRuleTemplateName="two", newRuleContent=CONTENT, existingRuleContentSha256="0"
        )
    with refused("ApprovalRuleTemplateNameAlreadyExistsException"):
        create(codecommit)


@pytest.mark.parametrize(
    "content",
    [
        "text",
        "{}",
        "[]",
        CONTENT.replace("2018", "2012"),
        CONTENT.replace("Approvers", "Readers"),
        CONTENT.replace("2,", "0,"),
        CONTENT.replace('["*"]', '"*"'),
    ],
)
def test_a_wrong_content_is_refused(codecommit: Any, content: str) -> None:
    with refused("InvalidApprovalRuleTemplateContentException"):
        create(codecommit, content=content)


def test_templates_are_associated_with_repositories(codecommit: Any) -> None:
    create(codecommit)
    names = {"approvalRuleTemplateName": "two", "repositoryName": "shop"}
    codecommit.associate_approval_rule_template_with_repository(**names)
    answer = codecommit.list_associated_approval_rule_templates_for_repository(repositoryName="shop")
    assert answer["approvalRuleTemplateNames"] == ["two"]
    with refused("ApprovalRuleTemplateInUseException"):
        codecommit.delete_approval_rule_template(approvalRuleTemplateName="two")
    answer = codecommit.batch_associate_approval_rule_template_with_repositories(
        approvalRuleTemplateName="two", repositoryNames=["store", "other"]
    )
    assert answer["associatedRepositoryNames"] == ["store"]
    assert [error["errorCode"] for error in answer["errors"]] == ["RepositoryDoesNotExistException"]
    listed = codecommit.list_repositories_for_approval_rule_template(approvalRuleTemplateName="two")
    assert listed["repositoryNames"] == ["shop", "store"]
    codecommit.disassociate_approval_rule_template_from_repository(**names)
    answer = codecommit.batch_disassociate_approval_rule_template_from_repositories(
        approvalRuleTemplateName="two", repositoryNames=["store"]
    )
    assert (answer["disassociatedRepositoryNames"], answer["errors"]) == (["store"], [])
    codecommit.delete_approval_rule_template(approvalRuleTemplateName="two")


def test_a_repository_has_25_templates_at_most(codecommit: Any) -> None:
    for number in range(26):
        create(codecommit, f"t{number}")
    for number in range(25):
        codecommit.associate_approval_rule_template_with_repository(
            approvalRuleTemplateName=f"t{number}", repositoryName="shop"
        )
    with refused("MaximumRuleTemplatesAssociatedWithRepositoryException"):
        codecommit.associate_approval_rule_template_with_repository(
            approvalRuleTemplateName="t25", repositoryName="shop"
        )
