"""What pipectl itself has made: recognised by its names, and read back from the roles that it made."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.arrive.compiled import designed
from pipectl.arrive.looking import Look, filled, own_tags, owner
from pipectl.aws.account import Account
from pipectl.aws.policy import written
from pipectl.engine.values import State
from pipectl.kinds import names, role, role_policies


@dataclass(frozen=True)
class Ours:
    """The names that pipectl gives to what it makes for a stack; `path` is None for the usual one."""

    account: Account
    stack: str
    path: str | None = None
    prefix: str = ""

    def role_name(self, owner_: str, purpose: str) -> str:
        """The name of a role."""
        return names.role(self.stack, self.account.region, owner_, purpose, self.prefix)

    def role(self, owner_: str, purpose: str) -> str:
        """The ARN of a role."""
        path = self.path or f"/pipectl/{self.stack}/"
        return self.account.arn("iam", f"role{path}{self.role_name(owner_, purpose)}")

    @property
    def bucket(self) -> str:
        """The artifact bucket."""
        return names.artifact_bucket(self.stack, self.account.id, self.account.region)


def recognised(look: Look, stack: str, roles: Iterable[tuple[str, str, str]]) -> Ours:
    """How the stack's roles are called: from the first one that carries its tag (ARN, owner, purpose)."""
    usual = Ours(look.account, stack)
    for arn, owner_, purpose in roles:
        name = usual.role_name(owner_, purpose)
        path, _, called = arn.partition(":role")[2].rpartition("/")
        if arn == usual.role(owner_, purpose):
            return usual
        if called.endswith(name):
            state = look.state(role.KIND, called, {})
            if owner(state or {}) == stack:
                stated = None if f"{path}/" == f"/pipectl/{stack}/" else f"{path}/"
                return Ours(look.account, stack, stated, called.removesuffix(name))
    return usual


def common_tags(states: Sequence[State]) -> dict[str, str]:
    """The tags that all of them have: those of the stack."""
    first, *others = [own_tags(state.get("tags")) for state in states]
    return {key: text for key, text in first.items() if all(tags.get(key) == text for tags in others)}


def with_statements(look: Look, values: dict[str, Any], ours: Ours) -> dict[str, Any]:
    """The spec with what the roles that pipectl made have beyond its own: a boundary and statements."""
    wanted = designed(values, look.account) or {}
    roles = [each.name for each in wanted.values() if each.kind == role.NAME]
    found = {name: look.state(role.KIND, name, {"policy": None}) for name in roles}
    boundary = next((state.get("permissions_boundary") for state in found.values() if state), None)
    said = copy.deepcopy(values)
    for name, put in _made(said, ours):
        more = _beyond((found.get(name) or {}).get("policy"), wanted.get((role.NAME, name)))
        if more:
            put(more)
    return _placed(said, filled(permissions_boundary=boundary))


Put = Callable[[list[dict[str, Any]]], None]


def _made(values: dict[str, Any], ours: Ours) -> Iterator[tuple[str, Put]]:
    """Every role that may be made, and what writes its statements into the spec."""
    for block, purpose in (("codebuild", "build"), ("codepipeline", "pipeline")):
        for name, entry in values.get(block, {}).items():
            yield ours.role_name(name, purpose), _beside(values[block], name, entry)
    services = [
        (cluster, name, service)
        for cluster, block in values.get("ecs", {}).items()
        for name, service in (block.get("services") or {}).items()
        if service.get("task_definition")
    ]
    for cluster, name, service in services:
        same = sum(other == name for _, other, _ in services)
        owner_ = name if same == 1 else f"{cluster}-{name}"
        for purpose in ("execution", "task"):
            task = service["task_definition"]
            yield ours.role_name(owner_, purpose), _inside(task, f"{purpose}_role")


def _beside(entries: dict[str, Any], name: str, entry: dict[str, Any]) -> Put:
    def put(statements: list[dict[str, Any]]) -> None:
        entries[name] = {"statements": statements, **entry}

    return put


def _inside(task: dict[str, Any], key: str) -> Put:
    def put(statements: list[dict[str, Any]]) -> None:
        task[key] = {"statements": statements}

    return put


def _beyond(policy: Mapping[str, Any] | None, wanted: Any) -> list[dict[str, Any]]:
    """The statements of a policy that pipectl does not make by itself."""
    if not policy or wanted is None:
        return []
    made = role_policies.meaning(role.policies_of(wanted)) or {}
    return written({sid: said for sid, said in policy.items() if sid not in made})


def _placed(values: dict[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Settings of the stack stand before its blocks."""
    first = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    return {**first, **settings, **values}
