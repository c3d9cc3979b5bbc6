"""Actions with a role of another account that can never work."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions, error
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "cross-account"


def check(spec: Spec) -> Iterator[Problem]:
    """Every action with `role` (user guide, "pipelines-create-cross-account")."""
    if spec.account:
        for action in actions(spec):
            account = (action.action.role or "").split(":")[4:5]
            if account and account[0] != spec.account:
                yield from _foreign(spec, action, account[0])


def _foreign(spec: Spec, action: PlacedAction, account: str) -> Iterator[Problem]:
    path = action.value_path("role")
    if action.action.provider == "CodeBuild" and action.wire.outputs:
        message = f"{action.name} builds in account {account}, whose builds cannot hand over artifacts"
        hint = "take its `outputs` out (`outputs: []`), or build in the pipeline's own account"
        yield error(spec, path, RULE, message, hint)  # aws/aws-cdk#4169
    key = _key(spec, action)
    if (action.wire.inputs or action.wire.outputs) and (key is None or key.startswith("alias/aws/")):
        where = "encryption_key" if action.action.region in (None, spec.region) else "encryption_keys"
        message = (
            f"{action.name} works in account {account}, which cannot read artifacts without a customer key"
        )
        hint = f"write `{where}` of a KMS key that account {account} may use"  # aws/aws-cdk#3388
        yield error(spec, path, RULE, message, hint)


def _key(spec: Spec, action: PlacedAction) -> str | None:
    region = action.action.region
    if region in (None, spec.region):
        return action.block.encryption_key
    return action.block.encryption_keys.get(region or "")
