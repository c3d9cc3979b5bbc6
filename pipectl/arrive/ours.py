"""What pipectl itself has made: recognised by its names, and read back from the roles that it made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.arrive.compiled import designed
from pipectl.arrive.looking import Look, filled, own_tags
from pipectl.aws.account import Account
from pipectl.aws.policy import canonical
from pipectl.engine.values import State
from pipectl.kinds import names, role


@dataclass(frozen=True)
class Ours:
    """The names that pipectl gives to what it makes for a stack."""

    account: Account
    stack: str

    def role(self, owner: str, purpose: str) -> str:
        """The ARN of a role."""
        name = names.role(self.stack, self.account.region, owner, purpose)
        return self.account.arn("iam", f"role/pipectl/{self.stack}/{name}")

    @property
    def bucket(self) -> str:
        """The artifact bucket."""
        return names.artifact_bucket(self.stack, self.account.id, self.account.region)


def common_tags(states: Sequence[State]) -> dict[str, str]:
    """The tags that all of them have: those of the stack."""
    first, *others = [own_tags(state.get("tags")) for state in states]
    return {key: text for key, text in first.items() if all(tags.get(key) == text for tags in others)}


def with_statements(look: Look, values: dict[str, Any], stack: str) -> dict[str, Any]:
    """The spec with what the roles that pipectl made have beyond its own: a boundary and statements."""
    wanted = designed(values, look.account) or {}
    roles = [each.name for each in wanted.values() if each.kind == role.NAME]
    found = {name: look.state(role.KIND, name, {"policy": None}) for name in roles}
    boundary = next((state.get("permissions_boundary") for state in found.values() if state), None)
    said = {**values, "codebuild": dict(values.get("codebuild", {}))}
    for name, block in said["codebuild"].items():
        own = names.role(stack, look.account.region, name, "build")
        more = _beyond((found.get(own) or {}).get("policy"), wanted.get((role.NAME, own)))
        said["codebuild"][name] = {**filled(statements=more), **block} if more else block
    if not said["codebuild"]:
        del said["codebuild"]
    return _placed(said, filled(permissions_boundary=boundary))


def _beyond(policy: Mapping[str, Any] | None, wanted: Any) -> list[dict[str, Any]]:
    """The statements of a policy that pipectl does not make by itself."""
    if not policy or wanted is None:
        return []
    made = canonical(wanted.request["policy"]) or {}
    return [{"Sid": sid, **said} for sid, said in policy.items() if sid not in made]


def _placed(values: dict[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Settings of the stack stand before its blocks."""
    first = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    return {**first, **settings, **values}
