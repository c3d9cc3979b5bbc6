"""Which approval rule templates a repository has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit.templates import TemplateOperations
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.records import Repository, Template
    from pipectl.local.service import Caller

_MOST = 25  # API reference, MaximumRuleTemplatesAssociatedWithRepositoryException
_BATCH = 100  # API reference, MaximumRepositoryNamesExceededException: as BatchGetRepositories


class AssociationOperations(TemplateOperations):
    """AssociateApprovalRuleTemplateWithRepository, its contrary, both in batches, and both lists."""

    def associate_approval_rule_template_with_repository(
        self, request: dict[str, Any], caller: Caller
    ) -> None:
        """Associating twice changes nothing (inferred: the model has no error for it)"""
        template = self.template(request["approvalRuleTemplateName"])
        repository = self.found(request["repositoryName"])
        _associate(template, repository)
        self.tell_template(
            template, "approvalRuleTemplateAssociatedWithRepository", caller.arn, (repository.name,)
        )

    def disassociate_approval_rule_template_from_repository(
        self, request: dict[str, Any], caller: Caller
    ) -> None:
        template = self.template(request["approvalRuleTemplateName"])
        repository = self.found(request["repositoryName"])
        _disassociate(template, repository)
        self.tell_template(
            template, "approvalRuleTemplateDisassociatedFromRepository", caller.arn, (repository.name,)
        )

    def batch_associate_approval_rule_template_with_repositories(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        template = self.template(request["approvalRuleTemplateName"])
        done, errors = self._batch(template, request["repositoryNames"], associate=True)
        if done:
            event = "batchAssociateApprovalRuleTemplateWithRepositories"
            self.tell_template(template, event, caller.arn, tuple(done))
        return {"associatedRepositoryNames": done, "errors": errors}

    def batch_disassociate_approval_rule_template_from_repositories(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        template = self.template(request["approvalRuleTemplateName"])
        done, errors = self._batch(template, request["repositoryNames"], associate=False)
        if done:
            event = "batchDisassociateApprovalRuleTemplateFromRepositories"
            self.tell_template(template, event, caller.arn, tuple(done))
        return {"disassociatedRepositoryNames": done, "errors": errors}

    def list_associated_approval_rule_templates_for_repository(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        names = [template.name for template in self.templates_of(self.found(request["repositoryName"]))]
        shown, token = self.page(names, request.get("nextToken"), self.page_size(request))
        return {"approvalRuleTemplateNames": shown, "nextToken": token}

    def list_repositories_for_approval_rule_template(
        self, request: dict[str, Any], caller: Caller
    ) -> dict[str, Any]:
        template = self.template(request["approvalRuleTemplateName"])
        names = [
            name
            for name, repository in sorted(self.repositories.items())
            if template.identity in repository.templates
        ]
        shown, token = self.page(names, request.get("nextToken"), self.page_size(request))
        return {"repositoryNames": shown, "nextToken": token}

    def templates_of(self, repository: Repository) -> list[Template]:
        """The templates of a repository by name"""
        return [
            template
            for _, template in sorted(self.templates.items())
            if template.identity in repository.templates
        ]

    def _batch(
        self, template: Template, names: list[str], *, associate: bool
    ) -> tuple[list[str], list[dict[str, str]]]:
        if not names:
            raise Refused("RepositoryNamesRequiredException", "At least one repository name is required")
        if len(names) > _BATCH:
            raise Refused(
                "MaximumRepositoryNamesExceededException",
                f"The maximum number of allowed repository names was exceeded: {_BATCH}",
            )
        done, errors = [], []
        for name in names:
            try:
                (_associate if associate else _disassociate)(template, self.found(name))
                done.append(name)
            except Refused as refusal:
                errors.append(
                    {"repositoryName": name, "errorCode": refusal.code, "errorMessage": refusal.message}
                )
        return done, errors


def _associate(template: Template, repository: Repository) -> None:
    if template.identity not in repository.templates and len(repository.templates) >= _MOST:
        raise Refused(
            "MaximumRuleTemplatesAssociatedWithRepositoryException",
            "The maximum number of approval rule templates for a repository has been exceeded. You cannot"
            f" associate more than {_MOST} approval rule templates with a repository.",
        )
    repository.templates.add(template.identity)


def _disassociate(template: Template, repository: Repository) -> None:
    repository.templates.discard(template.identity)
