"""Webhooks of projects: created, changed, deleted; who calls their URL starts builds (webhook_door)."""

from __future__ import annotations

import copy
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local import connections, webhook_door
from pipectl.local.codebuild import project_rules, webhook_events, webhook_filters
from pipectl.local.codebuild.batches import BatchOperations
from pipectl.local.codebuild.credentials import SourceCredentials
from pipectl.local.codebuild.sources import hosted_name
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.codebuild.webhook_events import Event
    from pipectl.local.service import Caller

_KINDS = ("GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED", "BITBUCKET")
_READ = ("GITHUB", "GITHUB_ENTERPRISE")
"""Sources whose calls are read."""


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
            "payloadUrl": webhook_door.new_url(self),
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

    def called(self, call: webhook_door.Call) -> dict[str, str]:
        """Start what the webhook that was called starts, where its filters let it; what to answer"""
        project = self._called_project(call)
        webhook, kind = project["webhook"], project["source"]["type"]
        if kind not in _READ:
            raise Refused("InvalidInputException", f"The local AWS reads no webhook calls of {kind}", 400)
        if not call.is_signed(webhook["secret"]):
            raise Refused("AccessDeniedException", "X-Hub-Signature-256 is missing or wrong", 403)
        event = webhook_events.read(call.environ.get("HTTP_X_GITHUB_EVENT", ""), call.payload())
        if event is None:
            return {"message": "ignored: no push, pull request or release that CodeBuild knows"}
        event = webhook_events.completed(event, self.clone_of(project))
        if not webhook_filters.passes(webhook, event):
            return {"message": "ignored: the filter groups do not match"}
        agent = str(call.environ.get("HTTP_USER_AGENT") or "GitHub-Hookshot")
        return {"message": "started", "id": self.start_for_webhook(project, event, agent)}

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

    def _called_project(self, call: webhook_door.Call) -> dict[str, Any]:
        for project in self.projects.values():
            if (webhook := project.get("webhook")) and call.is_of(webhook["payloadUrl"]):
                return project
        raise webhook_door.nowhere()

    def _with_webhook(self, name: str) -> dict[str, Any]:
        project = self.project(name)
        if not project.get("webhook"):
            raise Refused("ResourceNotFoundException", f"Project {project['name']} has no webhook")
        return project


def _host_url(project: dict[str, Any]) -> str:
    """As in the AWS CLI's example of create-webhook; the number is made up"""
    number = uuid.uuid4().int % 10**9
    return f"https://api.github.com/repos/{hosted_name(project['source'])}/hooks/{number}"
