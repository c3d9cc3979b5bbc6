"""What the local AWS does not do, refused in the words of the service instead of pretended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pipectl.local.codebuild import images, project_rules
from pipectl.local.codebuild.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller


class Refusals(Base):
    """Sandboxes are refused, what lists them says that there are none; no account shares anything."""

    def start_sandbox(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        """Refuse: a sandbox is a machine of its own that people connect to"""
        if "projectName" not in request:
            raise project_rules.invalid("A project name is required")
        self.project(request["projectName"])
        raise project_rules.invalid("The local AWS has no sandboxes")

    def stop_sandbox(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        """There is no sandbox that could be stopped"""
        _missing(request["id"])

    def start_sandbox_connection(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        """There is no sandbox to connect to"""
        _missing(request["sandboxId"])

    def start_command_execution(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        """There is no sandbox in which a command could run"""
        _missing(request["sandboxId"])

    def list_command_executions_for_sandbox(self, request: dict[str, Any], caller: Caller) -> NoReturn:
        """There is no sandbox (the model knows ResourceNotFoundException)"""
        _missing(request["sandboxId"])

    def batch_get_sandboxes(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Find none"""
        return {"sandboxes": [], "sandboxesNotFound": request["ids"]}

    def batch_get_command_executions(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Find none (the model knows no ResourceNotFoundException)"""
        return {"commandExecutions": [], "commandExecutionsNotFound": request["commandExecutionIds"]}

    def list_sandboxes(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List none"""
        return {"ids": []}

    def list_sandboxes_for_project(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List none of a project that exists"""
        self.project(request["projectName"])
        return {"ids": []}

    def list_curated_environment_images(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the images by platform

        API reference, EnvironmentPlatform. That all of them stand under BASE, each as its only version, is
        inferred: the example of the AWS CLI is older than these images.
        """
        return {
            "platforms": [
                {"platform": platform, "languages": [{"language": "BASE", "images": listed}]}
                for platform, listed in images.by_platform().items()
            ]
        }

    def list_shared_projects(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"projects": []}

    def list_shared_report_groups(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return {"reportGroups": []}


def _missing(sandbox: str) -> NoReturn:
    raise Refused("ResourceNotFoundException", f"Sandbox {sandbox} does not exist")  # inferred words
