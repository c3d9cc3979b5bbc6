"""How an ECS service goes: drained, and every active revision of its family deregistered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each, pages, side_by_side
from pipectl.engine.values import OWNER_TAG, Resource, State, Step
from pipectl.kinds.kind import OUR_TAGS, mapped

GONE = ("ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException")


def leaving(resource: Resource, staying: Sequence[Resource]) -> State:
    """The tags, and the family whose revisions go too, unless a service that stays has the same family.

    Of a service that the spec no longer names the family is not known yet (None); `spared` are those that
    the spec names.
    """
    spared = sorted({family for each in staying if (family := _family(each))})
    family = _family(resource)
    said = {"tags": resource.stated.get("tags", {}), "spared": spared}
    return said if family in spared else {**said, "family": family}


def _family(resource: Resource) -> str | None:
    family: str | None = (resource.request.get("task_definition") or {}).get("family")
    return family


@dataclass(frozen=True)
class Revisions:
    """The active revisions of a family: those of the stack, and how many are not."""

    ours: tuple[str, ...] = ()
    others: int = 0


def with_revisions(
    cloud: Cloud, wanted: Mapping[str, State], read: Callable[[], dict[str, State]]
) -> dict[str, State]:
    """The services, each with the active revisions of its family, read side by side.

    A creation or removal that was cut off leaves revisions without a service: these go too.
    """
    families = {name: state["family"] for name, state in wanted.items() if state.get("family")}
    owners = {name: (state.get("tags") or {}).get(OWNER_TAG) for name, state in wanted.items()}
    looks = [partial(_revisions, cloud, family, owners[name]) for name, family in families.items()]
    services, *listed = side_by_side([read, *looks])
    revisions = dict(zip(families, listed, strict=True))
    states = {name: {**state, **_state(families, revisions, name)} for name, state in services.items()}
    left = {name: found for name, found in revisions.items() if name not in services}
    return states | {
        name: {"tags": {OWNER_TAG: owners[name]} if found.ours else {}, **_state(families, revisions, name)}
        for name, found in left.items()
        if found != Revisions()
    }


def _state(families: Mapping[str, str], revisions: Mapping[str, Revisions], name: str) -> dict[str, Any]:
    found = revisions.get(name)
    if found is None:
        return {"revisions": None}
    return {"revisions": list(found.ours), "family": families[name], "other_revisions": found.others}


def _revisions(cloud: Cloud, family: str, owner: str | None) -> Revisions:
    """The active revisions of one family, each judged by its own tags.

    What a pipeline registers carries no tag of ours. It belongs to the stack when the stack began the family:
    when the oldest revision that is still listed, active or not, carries the stack's tag.
    """
    active = _listed(cloud, family, "ACTIVE")
    owned = dict(zip(active, for_each(partial(_owner, cloud), active), strict=True))
    untagged = [arn for arn, found in owned.items() if found is None]
    begun = bool(owner and untagged) and _began(cloud, family, owned) == owner
    ours = tuple(arn for arn, found in owned.items() if owner and (found == owner or (begun and not found)))
    return Revisions(ours, len(active) - len(ours))


def _began(cloud: Cloud, family: str, owned: Mapping[str, str | None]) -> str | None:
    """The stack whose tag the oldest revision carries."""
    oldest = min(owned, key=_number)
    if _number(oldest) > 1 and (before := _listed(cloud, family, "INACTIVE", most=1)):
        oldest = min(oldest, before[0], key=_number)
    return owned[oldest] if oldest in owned else _owner(cloud, oldest)


def _owner(cloud: Cloud, arn: str) -> str | None:
    """The stack whose tag a revision carries. Tags stay when it is deregistered (inferred)."""
    tags = cloud.call("ecs", "list_tags_for_resource", resourceArn=arn).get("tags")
    return mapped(tags).get(OWNER_TAG)


def _listed(cloud: Cloud, family: str, status: str, most: int | None = None) -> list[str]:
    """The revisions of exactly this family, oldest first.

    `familyPrefix` is the full name of a family (API reference, ListTaskDefinitions); what else comes, as from
    servers that take it for a prefix, does not count.
    """
    asked: dict[str, Any] = {"familyPrefix": family, "status": status, "sort": "ASC"}
    if most is not None:
        found = cloud.call("ecs", "list_task_definitions", **asked, maxResults=most)["taskDefinitionArns"]
    else:
        found = pages(cloud, "ecs", "list_task_definitions", "taskDefinitionArns", **asked)
    return [arn for arn in found if _family_of(arn) == family]


def _family_of(arn: str) -> str:
    return arn.rpartition("/")[2].partition(":")[0]


def _number(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def loses(before: State) -> str | None:
    """The tasks that stop, and the revisions that are deregistered; of an orphan's nobody knows yet."""
    tasks = (before.get("aws") or {}).get("runningCount", 0)
    revisions = len(before.get("revisions") or ())
    told = [f"{tasks} running {'task stops' if tasks == 1 else 'tasks stop'}"] if tasks else []
    if revisions:
        told.append(f"{revisions} {'revision is' if revisions == 1 else 'revisions are'} deregistered")
    return ", ".join([*told, *_staying(before)]) or None


def misses(step: Step, steps: Sequence[Step]) -> str | None:
    """The revisions that stay with a service that stays, or without one, because they are not the stack's."""
    before = step.before or {}
    return ", ".join(_staying(before)) or None if "aws" not in before else None


def _staying(before: State) -> list[str]:
    count = before.get("other_revisions") or 0
    if not count:
        return []
    stay = "1 active revision stays" if count == 1 else f"{count} active revisions stay"
    return [f"{stay} in the family `{before['family']}`: nothing shows that they are this stack's"]


def delete(cloud: Cloud, step: Step) -> None:
    """Delete the service, which drains by itself, and deregister its revisions.

    What runs goes on from an inactive revision (developer guide, "Deregistering a task definition revision").
    Of an orphan the revisions are looked up and go first: only the service tells its family, and whoever is
    cut off must find it again.
    """
    before = step.before or {}
    service: Mapping[str, Any] = before.get("aws") or {}
    revisions = before.get("revisions")
    if revisions is None:
        _deregister(cloud, _of_the_service(cloud, service, step.resource))
    cluster, _, name = step.resource.name.partition("/")
    end = [partial(find, GONE, cloud, "ecs", "delete_service", cluster=cluster, service=name, force=True)]
    side_by_side([*(end if service else []), partial(_deregister, cloud, revisions or [])])


def _of_the_service(cloud: Cloud, service: Mapping[str, Any], resource: Resource) -> tuple[str, ...]:
    family = _family_of(str(service.get("taskDefinition") or ""))
    spared = resource.stated.get("spared") or ()
    owner = (resource.stated.get("tags") or {}).get(OWNER_TAG)
    return _revisions(cloud, family, owner).ours if family and family not in spared else ()


def _deregister(cloud: Cloud, revisions: Iterable[str]) -> None:
    """A revision that is inactive already is no error: another run may have been cut off."""
    gone = ("ClientException",)
    for_each(
        lambda arn: find(gone, cloud, "ecs", "deregister_task_definition", taskDefinition=arn), revisions
    )


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("ecs", f"service/{step.resource.name}")
    cloud.call("ecs", "untag_resource", resourceArn=arn, tagKeys=OUR_TAGS)
