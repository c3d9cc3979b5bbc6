"""What a pipeline's CodeBuild action asks in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.batches import BatchOperations
from pipectl.local.codebuild.overrides import overridden
from pipectl.local.codebuild.record import PipelineWork

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipectl.local.codebuild.record import Stored


class PipelineBuilds(BatchOperations):
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

    def start_batch_for_pipeline(
        self,
        project: str,
        *,
        work: PipelineWork,
        combines: bool,
        environment: Iterable[Mapping[str, str]] = (),
        initiator: str,
        source_version: str | None = None,
        resolved_source_version: str | None = None,
        role: str | None = None,
    ) -> str:
        """Start a batch of builds with artifacts as zip files; its id (user guide, sample-pipeline-batch)"""
        with self.world.lock:
            known = self.project(project)
            request: dict[str, Any] = {
                "environmentVariablesOverride": [dict(variable) for variable in environment],
                "artifactsOverride": {"type": "CODEPIPELINE"},
                "sourceVersion": source_version,
            }
            if role:
                request["serviceRoleOverride"] = role
            if combines:
                request["buildBatchConfigOverride"] = {"combineArtifacts": True}
            source = {"type": "CODEPIPELINE", **_kept(known["source"])}
            wanted = self.batch_project(known | {"source": source, "secondarySources": []}, request)
            batch = self.new_batch(wanted, request, initiator, work)
            batch.shown["resolvedSourceVersion"] = resolved_source_version
            batch.begin("SUBMITTED", self.world.now())
            self.run_batch(batch)
            return batch.identity

    def batch_outputs(self, batch_id: str) -> dict[str, bytes]:
        """The output artifacts of a completed batch as zip files"""
        with self.world.lock:
            batch = self.batches[batch_id]
            outputs = dict(batch.outputs)
            for group in batch.groups:
                outputs |= {
                    name: path for name, path in (group.build.outputs if group.build else {}).items() if name
                }
        return {name: path.read_bytes() for name, path in outputs.items()}

    def outputs_of(self, build_id: str) -> dict[str, bytes]:
        """The output artifacts of a completed build as zip files"""
        with self.world.lock:
            outputs = dict(self._existing(build_id).outputs)
        return {name: path.read_bytes() for name, path in outputs.items()}

    def exported_variables(self, build_id: str) -> dict[str, str]:
        """The exported variables of a completed build"""
        with self.world.lock:
            exported = self._existing(build_id).shown.get("exportedEnvironmentVariables", [])
            return {variable["name"]: variable["value"] for variable in exported}

    def wait(self, build_id: str, timeout_s: float) -> bool:
        """Whether a build has completed within some seconds; not to be called under the world's lock"""
        return self._existing(build_id).done.wait(timeout_s)


def _kept(source: Mapping[str, object]) -> dict[str, object]:
    """Of the project's own source only the buildspec counts in a pipeline"""
    return {key: source[key] for key in ("buildspec",) if key in source}
