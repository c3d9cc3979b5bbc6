"""What cannot work between two accounts, seen in the plan: there the own account is known for certain."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.engine.values import Obstacle, Step
from pipectl.facts.codebuild_names import ECR_IMAGE


def project_conflict(step: Step) -> Obstacle | None:
    """Another account's image with CodeBuild's own credentials (facts, `ECR_IMAGE`)."""
    environment: Mapping[str, Any] = step.resource.request.get("environment") or {}
    found = ECR_IMAGE.match(str(environment.get("image")))
    own = _account(step.resource.request.get("serviceRole"))
    if not found or own is None or found.group(1) == own:
        return None
    if environment.get("imagePullCredentialsType") != "CODEBUILD":
        return None
    return Obstacle(
        f"the image of codebuild project `{step.resource.name}` is in a registry of account {found.group(1)},"
        " which CodeBuild's own credentials cannot read",
        "write `image_pull_credentials: SERVICE_ROLE`, or leave it out",
    )


def pipeline_conflict(step: Step) -> Obstacle | None:
    """An action with a role of another account that could not read or hand over its artifacts.

    User guide, "Create a pipeline that uses resources from another account"; aws/aws-cdk#3388 and #4169.
    """
    declaration: Mapping[str, Any] = step.resource.request.get("declaration") or {}
    return next(_foreign_actions(step.resource.name, declaration), None)


def _foreign_actions(name: str, declaration: Mapping[str, Any]) -> Iterator[Obstacle]:
    own = _account(declaration.get("roleArn"))
    for stage in declaration.get("stages", ()):
        for action in stage["actions"]:
            other = _account(action.get("roleArn"))
            if own is not None and other is not None and other != own:
                yield from _foreign(name, declaration, action, other)


def _foreign(
    name: str, declaration: Mapping[str, Any], action: Mapping[str, Any], account: str
) -> Iterator[Obstacle]:
    title = f"action `{action['name']}` of pipeline `{name}`"
    inputs, outputs = action.get("inputArtifacts"), action.get("outputArtifacts")
    if action["actionTypeId"]["provider"] == "CodeBuild" and outputs:
        yield Obstacle(
            f"{title} builds in account {account}, whose builds cannot hand over artifacts",
            "take its `outputs` out (`outputs: []`), or build in the pipeline's own account",
        )
    store = declaration.get("artifactStore") or declaration.get("artifactStores", {}).get(
        action.get("region")
    )
    if (inputs or outputs) and store is not None and not store.get("encryptionKey"):
        yield Obstacle(
            f"{title} works in account {account}, which cannot read artifacts without a customer key",
            f"write `encryption_key` of a KMS key that account {account} may use",
        )


def _account(arn: Any) -> str | None:
    parts = str(arn or "").split(":")
    return parts[4] if len(parts) > 5 else None  # noqa: PLR2004  fields of an ARN
