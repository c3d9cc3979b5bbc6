"""Call: one request that AWS makes in a role's name, and what the tables of this folder share."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipectl.facts.place import Place

EVERY_RESOURCE = "*"
"""The resource of an action that supports none, or whose resource nobody can know before it runs."""

GUIDE = "CodePipeline user guide, "

Configuration = Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """One IAM action on one resource.

    `context` holds the condition keys of the request: those that the policy of a role may rely on.
    `statement` is the Sid of the statement that allows it. `source` is the title of the page that says so.
    Calls stand in the order in which AWS sends them: the first that is denied is the one that people see. A
    call that is not `required` is allowed by the roles that pipectl makes, and AWS sends it in some cases
    only, or takes another one in its place: nothing fails for the lack of it alone.
    """

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()
    source: str = ""
    statement: str = ""
    required: bool = True


def calls(
    statement: str,
    actions: Iterable[str],
    resources: Iterable[str],
    source: str,
    context: tuple[tuple[str, str], ...] = (),
    *,
    required: bool = True,
) -> Iterator[Call]:
    """Every action on every resource; resources that are empty are left out."""
    named = [resource for resource in resources if resource]
    for action in actions:
        for resource in named:
            yield Call(action, resource, context, source, statement, required)


def of(service: str, *names: str) -> tuple[str, ...]:
    """`of("s3", "GetObject")` is `("s3:GetObject",)`."""
    return tuple(f"{service}:{name}" for name in names)


VARIABLE = re.compile(r"#\{[^}]*\}")
"""A variable of the pipeline in a value (user guide, Variables reference); known at run time only."""


def pattern(value: str) -> str:
    """A value as part of an ARN: what only a variable knows becomes `*`."""
    return VARIABLE.sub("*", value)


def value(configuration: Configuration, key: str) -> str:
    """One value of a configuration as part of an ARN; `*` when it is absent."""
    return pattern(configuration.get(key) or "*")


def arn(place: Place, service: str, prefix: str, name: str) -> str:
    """The ARN of something that is named by its name or its ARN; `prefix` is as `function:`."""
    named = pattern(name) or "*"
    return named if named.startswith("arn:") else place.arn(service, f"{prefix}{named}")


def pass_role(statement: str, roles: Iterable[str], service: str, source: str) -> Iterator[Call]:
    """Passing roles to one service only, by its principal (IAM user guide, "Pass a role to a service")."""
    yield from calls(statement, ["iam:PassRole"], roles, source, (("iam:PassedToService", service),))


KEY_USE = of(
    "kms",
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
"""What reads and writes objects that a customer key encrypts (CodePipeline user guide, "Configure server-side
encryption for artifacts"; CodeBuild user guide, "Encrypt build outputs using a customer managed key")."""


def key_calls(key: str, place: Place, statement: str = "UseArtifactKey") -> tuple[Call, ...]:
    """Using a KMS key for artifacts; `key` is an ARN, an id or an alias."""
    return use_key(key, place, KEY_USE, statement)


def use_key(key: str, place: Place, actions: Iterable[str], statement: str) -> tuple[Call, ...]:
    """Some actions on a KMS key.

    A policy names keys, no aliases: which key an alias stands for only KMS knows, so the resource is `key/*`
    and the condition bounds it (KMS developer guide, "Use aliases to control access to KMS keys").
    """
    source = "KMS developer guide, Use aliases to control access to KMS keys"
    named, is_alias, alias = pattern(key).partition("alias/")
    if not is_alias:
        return tuple(calls(statement, actions, [arn(place, "kms", "key/", named)], source))
    owner = named if named.startswith("arn:") else place.arn("kms", "")
    context = (("kms:ResourceAliases", f"alias/{alias}"),)
    return tuple(calls(statement, actions, [f"{owner}key/*"], source, context))
