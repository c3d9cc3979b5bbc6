"""Build projects: create, change, describe, list, delete."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import project_defaults, project_rules
from pipectl.local.codebuild.base import Base
from pipectl.local.service import Refused
from pipectl.local.shapes.keys import named_arn

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.service import Caller

_PRINCIPAL = "codebuild.amazonaws.com"
_DEFAULT_TIMEOUT = 60
_DEFAULT_QUEUED_TIMEOUT = 480
_UNLIMITED = -1

# members that an empty value takes away again (Terraform's provider: null keeps, empty clears)
_CLEARED_BY_EMPTY = ("description", "sourceVersion", "vpcConfig", "buildBatchConfig", "fileSystemLocations")
_PLAIN = (
    *_CLEARED_BY_EMPTY,
    "secondarySources",
    "secondarySourceVersions",
    "tags",
    "autoRetryLimit",
    "cache",
)


class ProjectOperations(Base):
    """CreateProject to DeleteProject."""

    def create_project(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        name, arn = request["name"], self.arn(f"project/{request['name']}")
        if name in self.projects:
            raise Refused("ResourceAlreadyExistsException", f"Project already exists : {arn}")
        blank = {"name": name, "arn": arn, **self._blank()}
        made = self._changed(blank, request)
        self.projects[name] = made | {"created": made["lastModified"]}
        return {"project": _shown(self.projects[name])}

    def update_project(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: only what is sent changes; nested objects are replaced whole, empty clears"""
        before = self.project(request["name"])
        self.projects[before["name"]] = self._changed(before, request)
        return {"project": _shown(self.projects[before["name"]])}

    def batch_get_projects(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: names that are not there are told, never refused"""
        there, missing = [], []
        for name in dict.fromkeys(request["names"]):
            project = self.projects.get(self.short_name(name))
            if project is None:
                missing.append(name)
            else:
                there.append(_shown(project))
        return {"projects": there, "projectsNotFound": missing}

    def list_projects(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        by = {"CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}.get(
            request.get("sortBy", ""), "name"
        )
        ordered = sorted(self.projects.values(), key=lambda project: (project[by], project["name"]))
        if request.get("sortOrder") == "DESCENDING":
            ordered.reverse()
        names, token = self.page([project["name"] for project in ordered], request.get("nextToken"))
        return {"projects": names, "nextToken": token}

    def delete_project(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: a project that is not there is deleted already; builds and logs stay"""
        self.projects.pop(self.short_name(request["name"]), None)
        return {}

    def invalidate_project_cache(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Nothing is ever cached here"""
        self.project(request["projectName"])
        return {}

    def update_project_visibility(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: a public project has an alias, which is part of a URL"""
        project = self.project(request["projectArn"])
        project["projectVisibility"] = request["projectVisibility"]
        public = request["projectVisibility"] == "PUBLIC_READ"
        project["publicProjectAlias"] = str(uuid.uuid4()) if public else None
        if "resourceAccessRole" in request:
            project["resourceAccessRole"] = self.role_arn(request["resourceAccessRole"])
        return {
            "projectArn": project["arn"],
            "publicProjectAlias": project["publicProjectAlias"],
            "projectVisibility": project["projectVisibility"],
        }

    def role_arn(self, role: str) -> str:
        """A role may be sent by name; it comes back as ARN"""
        return role if role.startswith("arn:") else f"arn:{self.partition}:iam::{self.account}:role/{role}"

    def _blank(self) -> dict[str, Any]:
        return {
            "cache": {"type": "NO_CACHE"},
            "timeoutInMinutes": _DEFAULT_TIMEOUT,
            "queuedTimeoutInMinutes": _DEFAULT_QUEUED_TIMEOUT,
            "encryptionKey": self._managed_key(),
            "tags": [],
            "badge": {"badgeEnabled": False},
            "projectVisibility": "PRIVATE",
        }

    def _changed(self, before: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
        """The project as it would be; refused before anything is kept"""
        after = copy.deepcopy(before) | {"lastModified": self.world.now()}
        for member, change in self._changes(after["name"]).items():
            if member in request:
                after[member] = change(request[member])
        if "badgeEnabled" in request:
            after["badge"] = self._badge(enabled=request["badgeEnabled"])
        project_rules.check(after)
        if "serviceRole" in request:
            self._check_role(after["serviceRole"])
        return after

    def _changes(self, name: str) -> dict[str, Callable[[Any], Any]]:
        """How each member of a request becomes one of the project"""
        return {
            **dict.fromkeys(_PLAIN, copy.deepcopy),
            **dict.fromkeys(_CLEARED_BY_EMPTY, lambda sent: copy.deepcopy(sent) or None),
            "source": project_defaults.source,
            "artifacts": lambda sent: project_defaults.artifacts(sent, name),
            "secondaryArtifacts": lambda sent: project_defaults.secondary_artifacts(sent, name),
            "secondarySources": lambda sent: [project_defaults.source(part) for part in sent],
            "environment": project_defaults.environment,
            "logsConfig": project_defaults.logs,
            "serviceRole": self.role_arn,
            "encryptionKey": lambda sent: named_arn(self.world, self.account, self.region, sent),
            "timeoutInMinutes": lambda sent: sent,
            "queuedTimeoutInMinutes": lambda sent: sent,
            "concurrentBuildLimit": lambda sent: None if sent == _UNLIMITED else sent,
        }

    def _badge(self, *, enabled: bool) -> dict[str, Any]:
        url = f"{self.world.url}/badges?uuid={uuid.uuid4()}&branch=main" if enabled else None
        return {"badgeEnabled": enabled, "badgeRequestUrl": url}

    def _managed_key(self) -> str:
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:alias/aws/s3"

    def _check_role(self, role: str) -> None:
        """Both sentences as users saw them (hashicorp/terraform-provider-aws#4233)"""
        if role.split(":")[4] != self.account:
            raise project_rules.invalid(
                "Invalid service role: Service role account ID does not match caller's account"
            )
        if not self.world.role_usable(role, _PRINCIPAL):
            raise project_rules.invalid(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}")


def _shown(project: dict[str, Any]) -> dict[str, Any]:
    """The project as the service answers it; the secret of its webhook stays out (inferred)"""
    answer = copy.deepcopy(project)
    if answer.get("webhook"):
        answer["webhook"].pop("secret", None)
    return answer
