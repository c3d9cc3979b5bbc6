"""Approval rule templates, which give pull requests of their repositories a rule."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import rules
from pipectl.local.codecommit.pull_events import PullEvents, date
from pipectl.local.codecommit.records import Template
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller

_MOST = 1000  # user guide, quotas: approval rule templates in a Region
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_BAD_CONTENT = "InvalidApprovalRuleTemplateContentException"


class TemplateOperations(PullEvents):
    """CreateApprovalRuleTemplate to DeleteApprovalRuleTemplate."""

    def create_approval_rule_template(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        name, content = request["approvalRuleTemplateName"], request["approvalRuleTemplateContent"]
        self._check_new_name(name)
        rules.read(content, _BAD_CONTENT)
        if len(self.templates) >= _MOST:
            raise Refused(
                "NumberOfRuleTemplatesExceededException",
                "The maximum number of approval rule templates has been exceeded for this AWS Region.",
            )
        now = self.world.now()
        template = Template(
            identity=str(uuid.uuid4()),
            name=name,
            content=content,
            description=request.get("approvalRuleTemplateDescription"),
            created=now,
            modified=now,
            user=caller.arn,
        )
        self.templates[name] = template
        self.tell_template(template, "approvalRuleTemplateCreated", caller.arn)
        return {"approvalRuleTemplate": template.described()}

    def get_approval_rule_template(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"approvalRuleTemplate": self.template(request["approvalRuleTemplateName"]).described()}

    def list_approval_rule_templates(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        shown, token = self.page(sorted(self.templates), request.get("nextToken"), self.page_size(request))
        return {"approvalRuleTemplateNames": shown, "nextToken": token}

    def update_approval_rule_template_content(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        """API reference: rules that pull requests have already stay as they are"""
        template = self.template(request["approvalRuleTemplateName"])
        rules.check_sha256(request.get("existingRuleContentSha256"), template.content)
        rules.read(request["newRuleContent"], _BAD_CONTENT)
        template.content = request["newRuleContent"]
        return self._updated(template, caller)

    def update_approval_rule_template_description(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        template = self.template(request["approvalRuleTemplateName"])
        template.description = request["approvalRuleTemplateDescription"]
        return self._updated(template, caller)

    def update_approval_rule_template_name(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        template = self.template(request["oldApprovalRuleTemplateName"])
        name = request["newApprovalRuleTemplateName"]
        self._check_new_name(name)
        del self.templates[template.name]
        template.name = name
        self.templates[name] = template
        return self._updated(template, caller)

    def delete_approval_rule_template(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """A missing template is no error of this operation's model; its ID is empty then (inferred)"""
        template = self.templates.get(request["approvalRuleTemplateName"])
        if template is None:
            return {"approvalRuleTemplateId": ""}
        if any(template.identity in repository.templates for repository in self.repositories.values()):
            raise Refused(
                "ApprovalRuleTemplateInUseException",
                "The approval rule template is associated with one or more repositories. You cannot delete"
                " a template that is associated with a repository. Remove all associations, and then try"
                " again.",
            )
        del self.templates[template.name]
        self.tell_template(template, "approvalRuleTemplateDeleted", caller.arn)
        return {"approvalRuleTemplateId": template.identity}

    def template(self, name: str) -> Template:
        """The template of a name"""
        if name not in self.templates:
            raise Refused(
                "ApprovalRuleTemplateDoesNotExistException", f"Approval rule template {name} does not exist"
            )
        return self.templates[name]

    def tell_template(
        self, template: Template, event: str, caller_arn: str, names: tuple[str, ...] = ()
    ) -> None:
        """User guide, "Monitoring CodeCommit events": the template's events, without the mail's text"""
        detail = {
            "event": event,
            "approvalRuleTemplateId": template.identity,
            "approvalRuleTemplateName": template.name,
            "approvalRuleTemplateContentSha256": rules.sha256(template.content),
            "callerUserArn": caller_arn,
            "creationDate": date(template.created),
            "lastModifiedDate": date(template.modified),
            "repositories": {name: self.repositories[name].identity for name in names},
        }
        self.world.emit(
            self.account,
            self.region,
            source="aws.codecommit",
            detail_type="CodeCommit Approval Rule Template Change",
            resources=[self.arn(name) for name in names],
            detail=detail,
        )

    def _updated(self, template: Template, caller: Caller) -> dict[str, Any]:
        template.modified, template.user = self.world.now(), caller.arn
        self.tell_template(template, "approvalRuleTemplateUpdated", caller.arn)
        return {"approvalRuleTemplate": template.described()}

    def _check_new_name(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise Refused("InvalidApprovalRuleTemplateNameException", f"Invalid template name: {name}")
        if name in self.templates:
            raise Refused(
                "ApprovalRuleTemplateNameAlreadyExistsException",
                f"An approval rule template named {name} already exists",
            )
