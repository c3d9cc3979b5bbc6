"""Approval rules: what their content may be, and when approvals satisfy them.

User guide, "Create an approval rule template" and "Create an approval rule for a pull request".
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION = "2018-11-08"
_APPROVERS = "CodeCommitApprovers:"


@dataclass(frozen=True)
class Content:
    """What a rule requires: approvals, by whom, for which destinations; empty means anybody and all."""

    approvals: int
    members: tuple[str, ...]
    destinations: tuple[str, ...]

    def applies(self, reference: str) -> bool:
        """Whether the rule is for pull requests to this reference; `*` stands for any characters"""
        return not self.destinations or any(
            fnmatchcase(reference, _pattern(destination)) for destination in self.destinations
        )

    def is_satisfied(self, approvers: Iterable[str]) -> bool:
        """Whether enough of those who approved, by ARN, are in the approval pool"""
        counted = [arn for arn in approvers if not self.members or _is_member(arn, self.members)]
        return len(counted) >= self.approvals


def read(text: str, code: str) -> Content:
    """The content of a rule; what is no such content is refused with the code (words inferred)"""
    try:
        content = json.loads(text)
        (statement,) = content["Statements"]
        approvals, members = statement["NumberOfApprovalsNeeded"], statement.get("ApprovalPoolMembers", [])
        destinations = content.get("DestinationReferences", [])
        kinds = (content["Version"], statement["Type"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(code, f"The content of the approval rule is not valid: {text[:200]}") from error
    is_valid = kinds == (_VERSION, "Approvers") and type(approvals) is int and approvals > 0
    if not is_valid or not _are_texts(members) or not _are_texts(destinations):
        raise Refused(code, f"The content of the approval rule is not valid: {text[:200]}")
    return Content(approvals, tuple(members), tuple(destinations))


def sha256(text: str) -> str:
    """The hash of a rule's content as the API names it"""
    return hashlib.sha256(text.encode()).hexdigest()


def check_sha256(stated: str | None, current: str) -> None:
    """API reference: a stated hash must be that of the content so far"""
    if stated is not None and stated != sha256(current):
        raise Refused(
            "InvalidRuleContentSha256Exception",
            "The SHA-256 hash signature for the rule content is not valid.",
        )


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _is_member(arn: str, members: Iterable[str]) -> bool:
    names = {arn, *_approver_names(arn)}
    return any(fnmatchcase(name, _pattern(member)) for name in names for member in members)


def _approver_names(arn: str) -> list[str]:
    """User guide: CodeCommitApprovers:ACCOUNT:NAME is an IAM user, a federated user or ROLE/SESSION"""
    parts = re.fullmatch(r"arn:[\w-]+:(?:iam|sts)::(\d{12}):(?:user|federated-user|assumed-role)/(.+)", arn)
    return [f"{_APPROVERS}{parts[1]}:{parts[2]}"] if parts else []


def _pattern(text: str) -> str:
    """Only `*` is a wildcard"""
    return text.replace("[", "[[]").replace("?", "[?]")
