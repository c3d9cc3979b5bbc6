"""Builds without a project: the Commands action of CodePipeline runs on CodeBuild's compute (user guide)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import project_defaults
from pipectl.local.codebuild.builds import BuildOperations
from pipectl.local.codebuild.record import PipelineWork

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipectl.local.codebuild.record import Stored

_PREFIX = "AWSCodePipeline/"  # no project can be called so
_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


class CommandBuilds(BuildOperations):
    """What a pipeline's Commands action asks in this process."""

    def start_commands(
        self,
        pipeline: str,
        commands: Sequence[str],
        *,
        inputs: Mapping[str, bytes],
        outputs: Mapping[str, Sequence[str]],
        stored: Mapping[str, Stored] | None = None,
        exported: Sequence[str] = (),
        environment: Sequence[Mapping[str, str]] = (),
        role: str,
    ) -> str:
        """Run commands on artifacts; the build's id. `outputs` are the files of each output artifact"""
        files = next(iter(outputs.values()), ())
        spec = {
            "version": 0.2,
            "env": {"exported-variables": list(exported)},
            "phases": {"build": {"commands": list(commands)}},
            "artifacts": {"files": list(files) or ["**/*"]},
        }
        with self.world.lock:
            project = self._commands_project(pipeline, json.dumps(spec), environment, role)
            work = PipelineWork(dict(inputs), next(iter(inputs), ""), tuple(outputs), stored or {})
            return self.begin(project, {}, initiator=f"codepipeline/{pipeline}", work=work).identity

    def _commands_project(
        self, pipeline: str, spec: str, environment: Sequence[Mapping[str, str]], role: str
    ) -> dict[str, Any]:
        """User guide, Commands action: the logs go to /aws/codepipeline/PIPELINE"""
        name = _PREFIX + pipeline
        compute = {"type": "LINUX_CONTAINER", "image": _IMAGE, "computeType": "BUILD_GENERAL1_SMALL"}
        variables = [dict(variable) for variable in environment]
        group = f"/aws/codepipeline/{pipeline}"
        return {
            **self._blank(),
            "name": name,
            "arn": self.arn(f"project/{name}"),
            "serviceRole": role,
            "source": {"type": "CODEPIPELINE", "buildspec": spec},
            "artifacts": project_defaults.artifacts({"type": "CODEPIPELINE"}, name),
            "environment": project_defaults.environment({**compute, "environmentVariables": variables}),
            "logsConfig": project_defaults.logs(
                {"cloudWatchLogs": {"status": "ENABLED", "groupName": group}}
            ),
        }

    def _check_begin(self, project: dict[str, Any]) -> None:
        """The pipeline has checked its own role, which trusts CodePipeline and not CodeBuild"""
        if not project["name"].startswith(_PREFIX):
            super()._check_begin(project)
