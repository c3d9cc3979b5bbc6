"""The values of a template: a function of CloudFormation, an entry of `Resources`, and what it may name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import OWNER_TAG, Resource, State


@dataclass(frozen=True)
class Fn:
    """An intrinsic function: `Ref`, `GetAtt`, `Sub`, `If`, `Not`, `Equals`."""

    name: str
    value: Any


@dataclass(frozen=True)
class Parameter:
    """A parameter of the template. Without a default it must be given. `container` is whose image it is.

    A secret one is shown to nobody who looks at the stack (`NoEcho`).
    """

    type: str
    description: str
    default: str | None = None
    container: str | None = None
    is_secret: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of `Resources`.

    `identifier` is what an import names it by; a value of None must be asked of AWS. Without any it cannot
    be imported. `lost` is what the API takes and CloudFormation does not. `arn` maps texts, as kinds compute
    them, to the attributes that give them.
    """

    logical: str
    type: str
    resource: Resource
    properties: Mapping[str, Any]
    identifier: Mapping[str, str | None] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    conditions: Mapping[str, Fn] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """The logical names of a template's entries, and how others name them there."""

    account: Account
    logical: Mapping[tuple[str, str], str]
    regions: frozenset[str]
    is_set: bool = False

    def of(self, resource: Resource) -> str:
        """The logical name of a resource."""
        return self.logical[resource.key]

    def ref(self, kind: str, name: str) -> Any:
        """A thing by its name; a `Ref`, which also gives the order, where it is in the template."""
        return Fn("Ref", self.logical[kind, name]) if (kind, name) in self.logical else name

    def attribute(self, kind: str, name: str, attribute: str, text: str) -> Any:
        """As `ref`, for types whose `Ref` is not their name."""
        key = (kind, name)
        return Fn("GetAtt", f"{self.logical[key]}.{attribute}") if key in self.logical else text

    def tags(self, resource: Resource) -> dict[str, list[dict[str, str]]]:
        """The tags, if any. What a stack set makes in other places is not the pipectl stack's."""
        tags: State = resource.stated["tags"]
        pairs = [
            {"Key": name, "Value": text}
            for name, text in sorted(tags.items())
            if not (self.is_set and name == OWNER_TAG)
        ]
        return {"Tags": pairs} if pairs else {}


def secret_names(variables: tuple[str, ...]) -> dict[str, str]:
    """`SECRET_DB_PASSWORD` -> `SecretDbPassword`; with a number where two would have the same."""
    found: dict[str, str] = {}
    for variable in variables:
        base = "".join(word.capitalize() for word in variable.split("_"))
        numbered = (base, *(f"{base}{number}" for number in range(2, len(variables) + 1)))
        found[variable] = next(name for name in numbered if name not in found.values())
    return found


SUFFIXES = {
    "codecommit repository": "Source",
    "ecr repository": "Images",
    "log group": "Logs",
    "s3 bucket": "Bucket",
    "iam role": "Role",
    "ecs cluster": "Cluster",
    "ecs service": "Service",
    "codebuild project": "Project",
    "event rule": "Rule",
    "pipeline": "Pipeline",
    "sns topic": "Topic",
    "notification rule": "Notifications",
}
"""Kind -> what its logical names end in."""


def pascal(text: str) -> str:
    """`shop/api` -> `ShopApi`: logical names have letters and digits only (user guide, "Resources")."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", text))


def logical_names(resources: tuple[Resource, ...], stack: str, region: str) -> dict[tuple[str, str], str]:
    """A name for each resource, always the same for the same spec; a number where two would have the same."""
    found: dict[tuple[str, str], str] = {}
    for resource in resources:
        stem = "Artifacts" if resource.kind == "s3 bucket" else resource.name
        base = pascal(stem.removeprefix(f"{stack}-{region}-")) + SUFFIXES[resource.kind]
        taken = set(found.values())
        numbered = (f"{base}{number}" for number in range(2, len(resources) + 2))
        found[resource.key] = (
            base if base not in taken else next(name for name in numbered if name not in taken)
        )
    return found
