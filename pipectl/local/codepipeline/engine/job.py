"""What an action in progress gets to see and may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from pipectl.local.codepipeline.actions.action import ActionFailedError
from pipectl.local.codepipeline.records import Revision
from pipectl.local.model import operation_model
from pipectl.local.service import Caller, Refused
from pipectl.local.validation import accept

from . import artifacts

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
        """The zip file of an input artifact; a Git reference is no zip file (user guide, CodeCommit)."""
        if artifact.full_clone:
            raise ActionFailedError(
                f"The input artifact {artifact.name} has the format CODEBUILD_CLONE_REF, which only "
                "CodeBuild actions can use",
                "ConfigurationError",
            )
        return self.read_any(artifact)

    def read_any(self, artifact: Artifact) -> bytes:
        """What an input artifact holds, be it a zip file or a Git reference."""
        return artifacts.read(self.world, self.account, artifact.location)

    def write(self, artifact: Artifact, data: bytes) -> None:
        """Store an output artifact."""
        artifacts.write(self.world, self.account, artifact.location, data)

    def tell(self, **facts: Any) -> None:
        """Show facts about the work while it goes on: external_id, external_url, summary, ..."""
        with self.world.lock:
            for name, value in facts.items():
                setattr(self.run, name, value)

    def revision(self, identity: str, summary: str | None = None, url: str | None = None) -> Revision:
        """A source revision found now."""
        return Revision(identity, self.world.now(), summary, url)
