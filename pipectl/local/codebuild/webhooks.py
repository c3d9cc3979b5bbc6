"""Webhooks of projects: created, changed, deleted; who calls their URL starts builds (webhook_calls)."""

from __future__ import annotations

import copy
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local import connections
from pipectl.local.codebuild import project_rules, webhook_filters
from pipectl.local.codebuild.batches import BatchOperations
from pipectl.local.codebuild.credentials import SourceCredentials
from pipectl.local.codebuild.sources import hosted_name
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.codebuild.webhook_events import Event
    from pipectl.local.service import Caller

PREFIX = "/webhooks/codebuild/"
_KINDS = ("GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED", "BITBUCKET")


class Webhooks(BatchOperations, SourceCredentials):
    """CreateWebhook to DeleteWebhook."""

    def create_webhook(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Create the webhook of a project

        The host is not told: there is none here. The answer has the URL to call and the secret to sign with,
        which AWS hands out for GitHub Enterprise and manual creation only (API reference, CreateWebhook).
        """
        project = self.project(request["projectName"])
        if project["source"]["type"] not in _KINDS:
            raise project_rules.invalid(
                f"Webhooks are not supported for source type {project['source']['type']}"
            )
        if project.get("webhook"):
            raise Refused("ResourceAlreadyExistsException", f"Webhook already exists for {project['name']}")
        webhook: dict[str, Any] = {
            "url": _host_url(project),
            "payloadUrl": self._payload_url(),
            "secret": secrets.token_hex(20),
            "lastModifiedSecret": self.world.now(),
            "status": "ACTIVE",
            **{name: request[name] for name in ("scopeConfiguration", "manualCreation") if name in request},
        }
        project["webhook"] = self._changed_webhook(webhook, request)
        return {"webhook": copy.deepcopy(project["webhook"])}

    def update_webhook(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Change a webhook; filters are replaced whole"""
        project = self._with_webhook(request["projectName"])
        webhook = dict(project["webhook"])
        if request.get("rotateSecret"):
            webhook |= {"secret": secrets.token_hex(20), "lastModifiedSecret": self.world.now()}
        project["webhook"] = self._changed_webhook(webhook, request)
        return {"webhook": copy.deepcopy(project["webhook"])}

    def delete_webhook(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Delete the webhook of a project; without one it is ResourceNotFoundException"""
        self._with_webhook(request["projectName"]).pop("webhook")
        return {}

    def called_project(self, url: str) -> dict[str, Any]:
        """The project whose webhook has a URL"""
        for project in self.projects.values():
            if (project.get("webhook") or {}).get("payloadUrl") == url:
                return project
        raise Refused("ResourceNotFoundException", "There is no webhook with this URL", 404)

    def start_for_webhook(self, project: dict[str, Any], event: Event, agent: str) -> str:
        """Start what the webhook starts, a build or a batch; its id

        The initiator is the user agent of the call, as in `GitHub-Hookshot/2d05ac0`.
        """
        request = {
            "sourceVersion": event.version,
            "commit": event.commit or None,
            "webhook": event.environment(),
        }
        project_rules.check(project)
        if project["webhook"].get("buildType") == "BUILD_BATCH":
            batch = self.new_batch(self.batch_project(project, {}), request, agent)
            batch.begin("SUBMITTED", self.world.now())
            self.run_batch(batch)
            return batch.identity
        return self.begin(copy.deepcopy(project), request, initiator=agent).identity

    def clone_of(self, project: dict[str, Any]) -> Path | None:
        """The folder that a project's source is linked to by its connection"""
        arn = self.connection_of(project["source"])
        return connections.repository(self.world, arn, hosted_name(project["source"])) if arn else None

    def _changed_webhook(self, webhook: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
        if request.get("branchFilter") and request.get("filterGroups"):
            raise project_rules.invalid("branchFilter and filterGroups cannot be used together")
        after = {"filterGroups": [], **webhook}
        if "filterGroups" in request:
            groups = [
                [{"excludeMatchedPattern": False, **entry} for entry in group]
                for group in request["filterGroups"]
            ]
            webhook_filters.check(groups)
            after |= {"filterGroups": groups}
            after.pop("branchFilter", None)
        if request.get("branchFilter"):
            after["filterGroups"] = []
        plain = ("branchFilter", "buildType", "pullRequestBuildPolicy")
        return after | {name: request[name] for name in plain if name in request}

    def _with_webhook(self, name: str) -> dict[str, Any]:
        project = self.project(name)
        if not project.get("webhook"):
            raise Refused("ResourceNotFoundException", f"Project {project['name']} has no webhook")
        return project

    def _payload_url(self) -> str:
        place = f"{self.world.url}{PREFIX}{self.account}/{self.region}/trigger"
        return f"{place}?t={secrets.token_urlsafe(48)}&v=1"


def _host_url(project: dict[str, Any]) -> str:
    """As in the AWS CLI's example of create-webhook; the number is made up"""
    number = uuid.uuid4().int % 10**9
    return f"https://api.github.com/repos/{hosted_name(project['source'])}/hooks/{number}"
