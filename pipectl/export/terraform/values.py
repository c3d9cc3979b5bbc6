"""The values of a configuration: an entry with its import, and what entries may name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.export.shapes import say, table
from pipectl.export.terraform.hcl import Body, Expression
from pipectl.export.wording import Parts


@dataclass(frozen=True)
class Entry:
    """One resource of the configuration.

    `identifier` is what an import names it by. `gives` maps texts, as kinds compute them, to the parts that
    are said instead. `ignored` are attributes that Terraform leaves alone. `needs` are roles by their ARNs,
    whose policies must stand before. `variables` describe what only AWS knows, by the names that ask for it.
    """

    type: str
    label: str
    resource: Resource
    body: Mapping[str, Any]
    identifier: str | Expression
    gives: Mapping[str, Parts] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """How others name it."""
        return f"{self.type}.{self.label}"


@dataclass(frozen=True)
class Names:
    """The labels of a configuration's resources, and how others name them there."""

    account: Account
    labels: Mapping[tuple[str, str], str]

    def of(self, resource: Resource) -> str:
        """The label of a resource."""
        return self.labels[resource.key]

    def ref(self, kind: str, name: str, attribute: str) -> Any:
        """A thing by its name; a reference, which also gives the order, where it is in the configuration."""
        label = self.labels.get((kind, name))
        return Expression(f"{attribute.replace('*', label)}") if label else name

    def tags(self, resource: Resource) -> dict[str, Any]:
        """The tags, if any."""
        tags = resource.stated["tags"]
        return {"tags": dict(sorted(tags.items()))} if tags else {}


def labels(resources: tuple[Resource, ...], stack: str, region: str) -> dict[tuple[str, str], str]:
    """A label for each resource, one for all of its kind; a number where two would have the same."""
    found: dict[tuple[str, str], str] = {}
    for resource in resources:
        stem = "artifacts" if resource.kind == "s3 bucket" else resource.name
        base = label(stem.removeprefix(f"{stack}-{region}-"))
        taken = {each for (kind, _), each in found.items() if kind == resource.kind}
        numbered = (f"{base}_{number}" for number in range(2, len(resources) + 2))
        found[resource.key] = (
            base if base not in taken else next(each for each in numbered if each not in taken)
        )
    return found


def label(text: str) -> str:
    """`/ecs/rails-compose` -> `ecs_rails_compose`."""
    word = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()).strip("_")
    return word if word[:1].isalpha() else f"_{word}"


def words(type_: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...], dict[str, str]]:
    """The attributes and blocks of a type, what it cannot say, and which of them say too little for it."""
    said, lost = say("terraform", type_, params, Body)
    known = table("terraform")[type_]
    ignored = {}
    for path in lost:
        top = known.get(path.partition(".")[0])
        if top is not None:
            ignored[top if isinstance(top, str) else top["="]] = f"the provider cannot say {path}"
    return said, lost, ignored
