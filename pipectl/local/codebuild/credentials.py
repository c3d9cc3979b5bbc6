"""Credentials for other hosts, and policies of projects and report groups: kept and answered, not used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.reports import ReportOperations
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller
    from pipectl.local.world import World

_NAMED_BY_TOKEN = ("CODECONNECTIONS", "SECRETS_MANAGER")
"""API reference, ImportSourceCredentials, token: the ARN of a connection or a secret, no secret itself."""


class SourceCredentials(ReportOperations):
    """ImportSourceCredentials to DeleteResourcePolicy; a token is never kept."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.credentials: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, str] = {}

    def import_source_credentials(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Keep the credentials of a kind of server, one each; the ARN is that of the AWS CLI's example"""
        server, auth = request["serverType"], request["authType"]
        arn = self.arn(f"token/{server.lower()}")
        if arn in self.credentials and request.get("shouldOverwrite") is False:
            message = f"Access token with server type {server} already exists."  # inferred words
            raise Refused("ResourceAlreadyExistsException", message)
        if auth == "BASIC_AUTH" and not request.get("username"):
            raise Refused("InvalidInputException", "BASIC_AUTH needs a username")  # inferred words
        resource = {"resource": request["token"]} if auth in _NAMED_BY_TOKEN else {}
        self.credentials[arn] = {"arn": arn, "serverType": server, "authType": auth, **resource}
        return {"arn": arn}

    def list_source_credentials(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List all credentials, without their tokens"""
        return {"sourceCredentialsInfos": list(self.credentials.values())}

    def delete_source_credentials(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: ResourceNotFoundException for credentials that do not exist (inferred words)"""
        if self.credentials.pop(request["arn"], None) is None:
            raise Refused("ResourceNotFoundException", f"Credentials {request['arn']} do not exist")
        return {"arn": request["arn"]}

    def connection_of(self, source: dict[str, Any]) -> str | None:
        """The connection by which a source is fetched: its own, or that of the account's credentials"""
        auth = source.get("auth") or {}
        if auth.get("type") == "CODECONNECTIONS":
            return str(auth["resource"]) if auth.get("resource") else None
        kept = self.credentials.get(self.arn(f"token/{source['type'].lower()}"), {})
        return kept.get("resource") if kept.get("authType") == "CODECONNECTIONS" else None

    def put_resource_policy(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Keep the policy of a project or report group; it is answered as it was sent (inferred)"""
        arn = self._shared(request["resourceArn"])
        try:
            json.loads(request["policy"])
        except ValueError:
            raise Refused("InvalidInputException", "The policy is not valid JSON") from None
        self.policies[arn] = request["policy"]
        return {"resourceArn": arn}

    def get_resource_policy(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Return a policy; a resource without one is ResourceNotFoundException (inferred words)"""
        arn = self._shared(request["resourceArn"])
        if arn not in self.policies:
            raise Refused("ResourceNotFoundException", f"{arn} has no resource policy")
        return {"policy": self.policies[arn]}

    def delete_resource_policy(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Remove a policy; one that does not exist is no error (model: InvalidInputException only)"""
        self.policies.pop(request["resourceArn"], None)
        return {}

    def _shared(self, arn: str) -> str:
        """The ARN of a project or report group that exists; a deleted one takes its policy along"""
        projects = {project["arn"] for project in self.projects.values()}
        if arn not in projects and arn not in self.groups:
            self.policies.pop(arn, None)
            raise Refused("ResourceNotFoundException", f"{arn} does not exist")
        return arn
