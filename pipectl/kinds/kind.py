"""Kind: what a file in this folder hands out, and what several of them need."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud
from pipectl.aws.permissions import Need
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Obstacle, Remark, Resource, State, Step
from pipectl.spec.spec import Spec

Wanted = Mapping[str, State]
"""Name -> what is stated of it: a kind asks AWS for no more than is compared."""


def no_design(spec: Spec, account: Account) -> Iterable[Resource]:
    """For kinds whose resources other kinds ask for."""
    return ()


New = Collection[tuple[str, str]]
"""Kind and name of all that the plan makes: AWS need not be asked for it."""


def _no_remarks(cloud: Cloud, step: Step, new: New) -> Iterable[Remark]:
    return ()


def _no_conflict(step: Step) -> Obstacle | None:
    return None


def _nothing_ends(cloud: Cloud, step: Step) -> Iterable[Remark]:
    return ()


def _not_alone(cloud: Cloud, step: Step) -> None:
    """Nothing to do: it comes and goes with another thing, as a transition with its pipeline."""


def _tags_only(resource: Resource, staying: Sequence[Resource]) -> State:
    return {"tags": resource.stated.get("tags", {})}


def _no_permissions(account: Account, resource: Resource) -> Iterable[Need]:
    return ()


def _by_its_name(name: str) -> Sequence[str]:
    return (name,)


def _loses_nothing(before: State) -> str | None:
    return None


def _never_stays(step: Step, steps: Sequence[Step]) -> str | None:
    return None


def _misses_nothing(step: Step, steps: Sequence[Step]) -> str | None:
    return None


@dataclass(frozen=True)
class Contents:
    """What a thing may hold. `option` of `destroy` says that it goes too.

    `look` says in words what would be lost; None when there is nothing, or no such thing.
    """

    option: str
    look: Callable[[Cloud, str], str | None]


@dataclass(frozen=True)
class Kind:
    """One kind of AWS thing: its YAML blocks, its names, its permissions, its calls.

    `design` has no cloud in hand and cannot ask AWS. `read` gets all names of its kind at once, each with
    what is stated of it, and answers in the words of the spec; a missing name is a thing that is not there.
    `create` makes a thing whole, so that it may be cut off anywhere and `read` shows what is missing;
    `update` does what differs and no more. `fixed` are dotted paths that AWS cannot change in place, with
    the next step; `conflict` says of any other change why AWS would refuse it. `remark` may look at AWS.

    To leave: `delete` takes a thing away, in steps that may be cut off anywhere, and is content with what has
    gone already; `release` takes our tags off. `leaving` says what must be read for it, knowing what stays;
    `stays` says why a thing must stay when all these steps are carried out, `misses` what one that stays is
    then without; `loses` says what goes with it, as it was found; `ending` may look at AWS for what ends with
    it; `named` are the words by which others name it.

    `permissions` are what the calls of all these need of the caller. `events` are the operations that change
    or delete such a thing, as CloudTrail names them.
    """

    name: str
    design: Callable[[Spec, Account], Iterable[Resource]]
    read: Callable[[Cloud, Wanted], dict[str, State]]
    create: Callable[[Cloud, Resource], None]
    update: Callable[[Cloud, Step], None]
    blocks: Mapping[str, type] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    conflict: Callable[[Step], Obstacle | None] = _no_conflict
    remark: Callable[[Cloud, Step, New], Iterable[Remark]] = _no_remarks
    delete: Callable[[Cloud, Step], None] = _not_alone
    release: Callable[[Cloud, Step], None] = _not_alone
    ending: Callable[[Cloud, Step], Iterable[Remark]] = _nothing_ends
    contents: Contents | None = None
    leaving: Callable[[Resource, Sequence[Resource]], State] = _tags_only
    stays: Callable[[Step, Sequence[Step]], str | None] = _never_stays
    misses: Callable[[Step, Sequence[Step]], str | None] = _misses_nothing
    loses: Callable[[State], str | None] = _loses_nothing
    named: Callable[[str], Sequence[str]] = _by_its_name
    permissions: Callable[[Account, Resource], Iterable[Need]] = _no_permissions
    events: Sequence[str] = ()


OUR_TAGS = [ADOPTED_TAG, OWNER_TAG]
"""What `release` takes off; the tags of the spec stay, since nobody knows whose they were."""


def remaining_tags(step: Step) -> dict[str, str]:
    """What is left of the tags without ours, for services that take all of them at once."""
    before = (step.before or {}).get("tags") or {}
    return {name: text for name, text in before.items() if name not in OUR_TAGS}


def tags(spec: Spec, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tags of a thing that a stack makes: the stack's, its own, and whose it is."""
    return {**spec.tags, **(own or {}), OWNER_TAG: spec.name}


def merged(base: Any, more: Any) -> Any:
    """`more` laid over `base`: mappings are joined at every depth, all else is replaced."""
    if not isinstance(base, Mapping) or not isinstance(more, Mapping):
        return more
    return {
        **base,
        **{key: merged(base[key], value) if key in base else value for key, value in more.items()},
    }


def snake(name: str) -> str:
    """`maximumPercent` -> `maximum_percent`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def listed(tags_: Mapping[str, str], key: str = "key", value: str = "value") -> list[dict[str, str]]:
    """Tags as most services take them: a list of pairs, whose members some write in capitals."""
    return [{key: name, value: text} for name, text in sorted(tags_.items())]


def mapped(
    pairs: Iterable[Mapping[str, str]] | None, key: str = "key", value: str = "value"
) -> dict[str, str]:
    """A list of pairs as the mapping that it means."""
    return {pair[key]: pair.get(value, "") for pair in pairs or ()}


def tag_changes(step: Step) -> dict[str, str]:
    """The stated tags that are missing or other."""
    before = (step.before or {}).get("tags") or {}
    stated: Mapping[str, str] = step.resource.stated.get("tags") or {}
    return {name: text for name, text in stated.items() if before.get(name) != text}
