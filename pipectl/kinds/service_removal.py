"""How an ECS service goes: drained, and every active revision of its family deregistered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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


def with_revisions(
    cloud: Cloud, wanted: Mapping[str, State], read: Callable[[], dict[str, State]]
) -> dict[str, State]:
    """The services, each with the active revisions of its family, read side by side.

    A creation or removal that was cut off leaves revisions without a service: these are ours by their tags.
    """
    known = {name: said["family"] for name, said in wanted.items() if said.get("family")}
    owners = {name: (said.get("tags") or {}).get(OWNER_TAG) for name, said in wanted.items()}
    services, *listed = side_by_side([read, *(partial(_revisions, cloud, each) for each in known.values())])
    revisions = dict(zip(known, listed, strict=True))
    states = {name: {**state, "revisions": revisions.get(name)} for name, state in services.items()}
    left = {name: found for name, found in revisions.items() if found and name not in services}
    tagged = for_each(lambda name: _left_over(cloud, left[name], owners[name]), left)
    return states | {name: state for name, state in zip(left, tagged, strict=True) if state is not None}


def _revisions(cloud: Cloud, family: str) -> list[str]:
    """`familyPrefix` is the full name of a family (API reference, ListTaskDefinitions)."""
    return pages(
        cloud, "ecs", "list_task_definitions", "taskDefinitionArns", familyPrefix=family, status="ACTIVE"
    )


def _left_over(cloud: Cloud, revisions: Iterable[str], owner: str | None) -> State | None:
    """Revisions without a service, those of the stack."""
    ordered = list(revisions)
    answers = for_each(
        lambda arn: cloud.call("ecs", "list_tags_for_resource", resourceArn=arn)["tags"], ordered
    )
    ours = [
        arn
        for arn, tags in zip(ordered, answers, strict=True)
        if owner and mapped(tags).get(OWNER_TAG) == owner
    ]
    return {"tags": {OWNER_TAG: owner}, "revisions": ours} if ours else None


def loses(before: State) -> str | None:
    """The tasks that stop, and the revisions that are deregistered; of an orphan's nobody knows yet."""
    tasks = (before.get("aws") or {}).get("runningCount", 0)
    revisions = len(before.get("revisions") or ())
    told = [f"{tasks} running {'task stops' if tasks == 1 else 'tasks stop'}"] if tasks else []
    if revisions:
        told.append(f"{revisions} {'revision is' if revisions == 1 else 'revisions are'} deregistered")
    return ", ".join(told) or None


def delete(cloud: Cloud, step: Step) -> None:
    """Delete the service, which drains by itself, and deregister its revisions.

    What runs goes on from an inactive revision (developer guide, "Deregistering a task definition revision").
    Of an orphan the revisions are looked up first, while the service still tells its family.
    """
    before = step.before or {}
    service: Mapping[str, Any] = before.get("aws") or {}
    revisions = before.get("revisions")
    if revisions is None:
        _deregister(cloud, _of_the_service(cloud, service, step.resource.stated.get("spared") or ()))
    cluster, _, name = step.resource.name.partition("/")
    end = [partial(find, GONE, cloud, "ecs", "delete_service", cluster=cluster, service=name, force=True)]
    side_by_side([*(end if service else []), partial(_deregister, cloud, revisions or [])])


def _of_the_service(cloud: Cloud, service: Mapping[str, Any], spared: Iterable[str]) -> list[str]:
    family = str(service.get("taskDefinition") or "").rpartition("/")[2].partition(":")[0]
    return _revisions(cloud, family) if family and family not in spared else []


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
