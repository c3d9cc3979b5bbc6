"""What a spec wants, to be written in other words: designed without asking AWS for the account."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipectl.aws.account import Account, partition
from pipectl.engine.values import Resource
from pipectl.errors import WrongUsage
from pipectl.kinds import KINDS, bucket, names, role, transition
from pipectl.review.hiding import Hiding, marked
from pipectl.spec.spec import Spec

UNKNOWN = "000000000000"
"""Stands for the account where nobody has said which one it is; no export shows it."""

ANYWHERE = "xx-anywhere-000"
"""Stands for the Region of a stack set. As long as the longest that there is, so that names fit in all."""


@dataclass(frozen=True)
class Home:
    """Where the spec's system is: its Region, and its account as far as it is known."""

    region: str
    account: str | None = None


@dataclass(frozen=True)
class Design:
    """A spec's resources as its kinds design them. `account` may be a stand-in, `home` is what is known."""

    spec: Spec
    home: Home
    account: Account
    resources: tuple[Resource, ...]
    secrets: tuple[str, ...] = ()
    """What stands for texts that are secrets, marked in the resources."""

    def owners(self, secret: str) -> str:
        """Whose secret it is, as `ecs service orders/web`."""
        found = (each for each in self.resources if marked(secret) in _texts(each.request))
        return ", ".join(f"{each.kind} {each.name}" for each in found)

    def named(self, kind: str) -> dict[str, Resource]:
        """The resources of one kind by their names."""
        return {each.name: each for each in self.resources if each.kind == kind}


def design(spec: Spec, home: Home) -> Design:
    """The system where it is, its secrets hidden.

    Raises WrongUsage when a name depends on an account that is not known.
    """
    account = Account(home.account or UNKNOWN, home.region, partition(home.region))
    found = _hidden(Design(spec, home, account, _resources(spec, account)))
    made = bucket.artifact_bucket(spec, account).name
    if not home.account and made in found.named(bucket.NAME) and not made.endswith(home.region):
        raise WrongUsage(
            "the artifact bucket's name is cut and ends in a hash of the account's number",
            hint="write `account:` into the spec, or use `--account ID`",
        )
    return found


def design_anywhere(spec: Spec, home: Home) -> Design:
    """The system for any account and Region. Raises WrongUsage when a name is too long to say where it is."""
    account = Account(UNKNOWN, ANYWHERE, partition(home.region))
    found = _hidden(Design(spec, home, account, _resources(spec, account)))
    for kind in (bucket.NAME, role.NAME):
        for name in found.named(kind):
            if ANYWHERE not in name:
                raise WrongUsage(
                    f"`{spec.name}` is too long: no room is left for the Region in the name of an {kind}",
                    hint=f"a stack set needs names of at most {LONGEST} characters, or an `artifact_bucket`",
                )
    return found


LONGEST = names.BUCKET_LIMIT - len(f"-artifacts-{UNKNOWN}-{ANYWHERE}")


def _texts(value: Any) -> str:
    """All texts of a request, one after the other."""
    if isinstance(value, Mapping):
        return "\n".join(map(_texts, value.values()))
    if isinstance(value, list | tuple):
        return "\n".join(map(_texts, value))
    return str(value)


def _hidden(found: Design) -> Design:
    """The same with a mark for each secret: templates are shown around, and kept."""
    hiding = Hiding()
    resources = tuple(replace(each, request=hiding.hidden(each.request)) for each in found.resources)
    return replace(found, resources=resources, secrets=hiding.variables)


def _resources(spec: Spec, account: Account) -> tuple[Resource, ...]:
    """What the stack makes; what it only uses, and gates, which are part of their pipeline, are left out."""
    wanted = {each.key: each for kind in reversed(KINDS) for each in kind.design(spec, account)}
    order = {kind.name: number for number, kind in enumerate(KINDS)}
    made = [each for each in wanted.values() if each.managed and each.kind != transition.NAME]
    if not made:
        raise WrongUsage(f"{spec.file} makes nothing, so there is nothing to export")
    return tuple(sorted(made, key=lambda each: order[each.kind]))
