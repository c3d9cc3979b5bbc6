"""What an action in progress gets to see and may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from pipectl.local.codebuild.record import Stored
from pipectl.local.codepipeline.actions.action import ActionFailedError
from pipectl.local.codepipeline.records import Revision
from pipectl.local.model import operation_model
from pipectl.local.service import Caller, Refused
from pipectl.local.validation import accept

from . import artifacts, authority

if TYPE_CHECKING:
    from pipectl.local.codepipeline.records import ActionRun, Artifact, RuleRun
    from pipectl.local.world import World

    from .trip import Trip


@dataclass(frozen=True)
class Job:
    """One action or rule at work."""

    trip: Trip
    run: ActionRun | RuleRun
    inputs: tuple[Artifact, ...] = ()
    outputs: tuple[Artifact, ...] = ()

    @property
    def world(self) -> World:
        """The local AWS."""
        return self.trip.engine.service.world

    @property
    def account(self) -> str:
        """The account of the pipeline."""
        return self.trip.engine.service.account

    @property
    def region(self) -> str:
        """Where the action works: its own Region or the pipeline's."""
        return str(self.run.declaration.get("region") or self.trip.engine.service.region)

    @property
    def name(self) -> str:
        """The action's or rule's name."""
        return str(self.run.declaration["name"])

    @property
    def configuration(self) -> dict[str, str]:
        """The configuration with its variables resolved."""
        return self.run.resolved

    @property
    def role(self) -> str:
        """The role with which it works."""
        return str(self.run.declaration.get("roleArn") or self.trip.execution.declaration["roleArn"])

    @property
    def override(self) -> dict[str, Any]:
        """The source revision that the start asked for, if any."""
        return self.trip.execution.overrides.get(self.name, {})

    def service(self, name: str) -> Any:
        """An own service of the same account."""
        return self.world.service(name, self.account, self.region)

    def call(self, name: str, operation: str, /, **request: Any) -> dict[str, Any]:
        """Ask an own service as the action's role would; what it refuses fails the action."""
        service = self.service(name)
        model = operation_model(name, operation)
        arn = f"arn:aws:sts::{self.account}:assumed-role/{self.role.rsplit('/', 1)[-1]}/{self.run.id}"
        try:
            accepted = accept(model.input_shape if model else None, request, service.validation_code)
            with self.world.lock:
                said = getattr(service, xform_name(operation))(
                    accepted, Caller(self.account, self.region, arn)
                )
        except Refused as refused:
            raise ActionFailedError(refused.message, "ConfigurationError") from None
        return dict(said or {})

    def moto(self, name: str) -> Any:
        """A backend of moto of the same account."""
        return self.world.moto(name, self.account, self.region)

    def input(self, name: str | None = None) -> Artifact:
        """An input artifact: the named one or the first."""
        for artifact in self.inputs:
            if name in (None, artifact.name):
                return artifact
        raise ActionFailedError(f"Input artifact {name} not found", "ConfigurationError")

    def read(self, artifact: Artifact) -> bytes:
        """The zip file of an input artifact; a Git reference is no zip file (user guide, CodeCommit).

        The role of the action must be allowed to take it out of the bucket.
        """
        if artifact.full_clone:
            raise ActionFailedError(
                f"The input artifact {artifact.name} has the format CODEBUILD_CLONE_REF, which only "
                "CodeBuild actions can use",
                "ConfigurationError",
            )
        authority.require_read(self, artifact.location)
        return self.for_build(artifact)

    def for_build(self, artifact: Artifact) -> bytes:
        """What an input artifact holds, be it a zip file or a Git reference; a build's own role takes it."""
        return artifacts.read(self.world, self.account, artifact.location)

    def write(self, artifact: Artifact, data: bytes) -> None:
        """Store an output artifact in the name of the action's role."""
        authority.require_write(self, artifact.location)
        self.from_build(artifact, data)

    def from_build(self, artifact: Artifact, data: bytes) -> None:
        """Store an output artifact that a build was allowed to hand on."""
        artifacts.write(self.world, self.account, artifact.location, data)

    def stored(self, artifact: Artifact) -> Stored:
        """Where an artifact lies, as a build's role is asked about it."""
        declaration = self.trip.execution.declaration
        store = declaration.get("artifactStore") or declaration["artifactStores"][artifact.location.region]
        key = store.get("encryptionKey", {}).get("id", "")
        return Stored(artifact.location.bucket, artifact.location.key, key, self._cloned_from(artifact))

    def _cloned_from(self, artifact: Artifact) -> str:
        """The connection from which a build clones what CODEBUILD_CLONE_REF only refers to; "" for none."""
        for action in self.trip.execution.declaration["stages"][0]["actions"]:
            configuration = action.get("configuration") or {}
            is_output = artifact.name in [each["name"] for each in action.get("outputArtifacts") or []]
            if is_output and configuration.get("OutputArtifactFormat") == "CODEBUILD_CLONE_REF":
                return str(configuration.get("ConnectionArn", ""))
        return ""

    def tell(self, **facts: Any) -> None:
        """Show facts about the work while it goes on: external_id, external_url, summary, ..."""
        with self.world.lock:
            for name, value in facts.items():
                setattr(self.run, name, value)

    def revision(self, identity: str, summary: str | None = None, url: str | None = None) -> Revision:
        """A source revision found now."""
        return Revision(identity, self.world.now(), summary, url)
