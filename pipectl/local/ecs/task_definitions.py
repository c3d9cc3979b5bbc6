"""Task definitions: families of revisions that are never changed and never numbered again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import registration
from pipectl.local.ecs.names import client_error, invalid, tag_list, tag_map
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.state import Revision, State

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_DELETED = 10
_MISSING = (
    "The specified task definition does not exist. Specify a valid account, family, revision and try again."
)

_MALFORMED = "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."


class TaskDefinitions(State):
    """The operations on task definitions"""

    def register_task_definition(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Always a new revision, also of an equal definition (API reference)"""
        tags = tag_map(request.get("tags"))
        definition = registration.definition({key: request[key] for key in request if key != "tags"})
        revisions = self.families.setdefault(request["family"], [])
        number = len(revisions) + 1
        definition |= {
            "taskDefinitionArn": self.arn(f"task-definition/{request['family']}:{number}"),
            "revision": number,
            "status": "ACTIVE",
            "registeredAt": self.world.now(),
            "registeredBy": caller.arn,
        }
        revisions.append(Revision(definition, tags))
        return {"taskDefinition": definition, "tags": tag_list(tags) if tags else None}

    def describe_task_definition(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Tags stand beside the definition, and only when asked for (API reference)"""
        revision = self.find_revision(request["taskDefinition"])
        if revision is None:
            raise client_error("Unable to describe task definition.")
        tags = tag_list(revision.tags) if "TAGS" in request.get("include", []) else None
        return {"taskDefinition": revision.definition, "tags": tags}

    def list_task_definitions(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """`familyPrefix` is the family's full name; ACTIVE ones unless a status is said (API reference)"""
        wanted = request.get("status", "ACTIVE")
        family = request.get("familyPrefix")
        entries = (
            ((each.family, each.number), each.arn)
            for revisions in self.families.values()
            for each in revisions
            if each.status == wanted and family in (None, each.family)
        )
        descending = request.get("sort") == "DESC"
        return page(entries, request, "taskDefinitionArns", descending=descending)

    def list_task_definition_families(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: ACTIVE families have an ACTIVE revision, INACTIVE ones none; without a status both

        `familyPrefix` is a prefix here.
        """
        prefix, wanted = request.get("familyPrefix", ""), request.get("status", "ALL")
        entries = (
            ((family,), family)
            for family, revisions in self.families.items()
            if family.startswith(prefix) and _family_is(revisions, wanted)
        )
        return page(entries, request, "families")

    def deregister_task_definition(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """INACTIVE: what runs goes on, nothing new starts from it (API reference)

        AWS allows up to ten minutes until new uses are refused; here it is at once. An INACTIVE one is
        answered as it is (inferred). The words of the refusals are those that moto's suite expects.
        """
        reference = request["taskDefinition"]
        if not _is_numbered(reference):
            raise client_error("Revision is missing.")
        revision = self.find_revision(reference)
        if revision is None:
            raise client_error("Unable to describe task definition.")
        if revision.status == "ACTIVE":
            revision.definition |= {"status": "INACTIVE", "deregisteredAt": self.world.now()}
        return {"taskDefinition": revision.definition}

    def delete_task_definitions(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Only INACTIVE ones, at most ten; they stay in DELETE_IN_PROGRESS and to be seen (API reference)"""
        references = request["taskDefinitions"]
        if not 1 <= len(references) <= MOST_DELETED:
            raise invalid(f"Specify between 1 and {MOST_DELETED} task definitions.")
        deleted, failures = [], []
        for reference in references:
            revision = self.find_revision(reference) if _is_numbered(reference) else None
            problem = _why_kept(revision) if _is_numbered(reference) else _MALFORMED
            if problem:
                failures.append({"arn": reference, "reason": problem})
            elif revision is not None:
                revision.definition |= {"status": "DELETE_IN_PROGRESS", "deleteRequestedAt": self.world.now()}
                deleted.append(revision.definition)
        return {"taskDefinitions": deleted, "failures": failures}


def _is_numbered(reference: str) -> bool:
    """Whether a reference states a revision: what takes one away must say which one (API reference)"""
    return ":" in reference.rsplit("/", 1)[-1]


def _why_kept(revision: Revision | None) -> str:
    if revision is None:
        return _MISSING
    if revision.status == "ACTIVE":
        return (
            "The specified task definition is still in ACTIVE status. "
            "Please deregister the target and try again."
        )
    return ""


def _family_is(revisions: list[Revision], wanted: str) -> bool:
    statuses = {revision.status for revision in revisions}
    if wanted == "ACTIVE":
        return "ACTIVE" in statuses
    if wanted == "INACTIVE":
        return "ACTIVE" not in statuses and "INACTIVE" in statuses
    return bool(statuses & {"ACTIVE", "INACTIVE"})
