"""What a pipeline's CodeBuild action asks in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.codebuild.builds import BuildOperations
from pipectl.local.codebuild.overrides import overridden
from pipectl.local.codebuild.record import PipelineWork

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipectl.local.codebuild.record import Stored


class PipelineBuilds(BuildOperations):
    """The pipeline overrides source and artifacts of the project (aws/aws-cdk#4689)."""

    def start_for_pipeline(
        self,
        project: str,
        *,
        inputs: Mapping[str, bytes],
        primary: str,
        outputs: Sequence[str],
        stored: Mapping[str, Stored] | None = None,
        environment: Iterable[Mapping[str, str]] = (),
        initiator: str,
        source_version: str | None = None,
        resolved_source_version: str | None = None,
        role: str | None = None,
    ) -> str:
        """Start a build with artifacts as zip files; the build's id. Refused when there is no such project.

        `role` takes the place of the project's.
        """
        with self.world.lock:
            known = self.project(project)
            source = {"type": "CODEPIPELINE", **_kept(known["source"])}
            request = {
                "environmentVariablesOverride": [dict(variable) for variable in environment],
                "artifactsOverride": {"type": "CODEPIPELINE"},
                "sourceVersion": source_version,
                **({"serviceRoleOverride": role} if role else {}),
            }
            wanted = overridden(known | {"source": source, "secondarySources": []}, request, self.role_arn)
            work = PipelineWork(dict(inputs), primary, tuple(outputs), stored or {})
            build = self.begin(wanted, request, initiator=initiator, work=work)
            build.shown["resolvedSourceVersion"] = resolved_source_version
            return build.identity

    def outputs_of(self, build_id: str) -> dict[str, bytes]:
        """The output artifacts of a completed build as zip files"""
        with self.world.lock:
            outputs = dict(self._existing(build_id).outputs)
        return {name: path.read_bytes() for name, path in outputs.items()}

    def exported_variables(self, build_id: str) -> dict[str, str]:
        """The exported variables of a completed build"""
        with self.world.lock:
            exported = self._existing(build_id).shown["exportedEnvironmentVariables"]
            return {variable["name"]: variable["value"] for variable in exported}

    def wait(self, build_id: str, timeout_s: float) -> bool:
        """Whether a build has completed within some seconds; not to be called under the world's lock"""
        return self._existing(build_id).done.wait(timeout_s)


def _kept(source: Mapping[str, object]) -> dict[str, object]:
    """Of the project's own source only the buildspec counts in a pipeline"""
    return {key: source[key] for key in ("buildspec",) if key in source}
