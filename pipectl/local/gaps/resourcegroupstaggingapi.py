"""The Resource Groups Tagging API over all that is tagged here, moto's services and our own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipectl.local import motos, paging
from pipectl.local.gaps.requests import from_json
from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

_INVALID = "InvalidParameterException"
_AT_ONCE = 50  # API reference, GetResources: what a page holds when nothing is said (inferred)

Tagged = Iterator[tuple[str, dict[str, str]]]


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """GetResources is answered here; moto answers the rest for the services that it tags"""
    asked = from_json(request, _INVALID)
    if request.operation != "GetResources":
        return forward(request)
    found = sorted((arn, tags) for arn, tags in _all(world, request) if tags and _wanted(arn, tags, asked))
    try:
        page, token = paging.page(
            found, asked.get("PaginationToken"), asked.get("ResourcesPerPage", _AT_ONCE)
        )
    except paging.BadToken:
        raise Refused("PaginationTokenExpiredException", "The pagination token has expired.") from None
    listed = [{"ResourceARN": arn, "Tags": _pairs(tags)} for arn, tags in page]
    return json_answer({"ResourceTagMappingList": listed, "PaginationToken": token or ""})


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _wanted(arn: str, tags: dict[str, str], asked: dict[str, Any]) -> bool:
    """AND between keys, OR within values, no values are any value (API reference)"""
    for each in asked.get("TagFilters", []):
        if each["Key"] not in tags or (each.get("Values") and tags[each["Key"]] not in each["Values"]):
            return False
    types, names = asked.get("ResourceTypeFilters"), asked.get("ResourceARNList")
    return (not types or any(_is_of(arn, each) for each in types)) and (not names or arn in names)


def _is_of(arn: str, kind: str) -> bool:
    """`ecr:repository`, or `ecr` for all of a service (API reference, ResourceTypeFilters)"""
    service, _, resource = kind.partition(":")
    parts = arn.split(":", 5)
    return parts[2] == service and parts[5].startswith(resource)


def _all(world: World, request: Request) -> Tagged:
    """Tagged things of the Region; IAM's are not among them (user guide, supported services)"""
    for part in (_ecs, _projects, _pipelines, _code, _images, _rules, _groups, _buckets, _told):
        yield from part(world, request.account, request.region)


def _ecs(world: World, account: str, region: str) -> Tagged:
    ecs = world.service("ecs", account, region)
    for cluster in ecs.clusters.values():
        yield ecs.arn(f"cluster/{cluster.name}"), cluster.tags
        for service in cluster.services.values():
            yield service.arn, service.tags
            for task_set in service.task_sets.values():
                yield task_set.arn, task_set.tags
        for instance in cluster.instances.values():
            yield instance.arn, instance.tags
    for provider in ecs.providers.values():
        yield provider.arn, provider.tags
    for revisions in ecs.families.values():
        for revision in revisions:
            yield revision.arn, revision.tags


def _projects(world: World, account: str, region: str) -> Tagged:
    for project in world.service("codebuild", account, region).projects.values():
        yield project["arn"], {tag["key"]: tag["value"] for tag in project["tags"]}


def _pipelines(world: World, account: str, region: str) -> Tagged:
    for pipeline in world.service("codepipeline", account, region).pipelines.values():
        yield pipeline.arn, pipeline.tags


def _code(world: World, account: str, region: str) -> Tagged:
    codecommit = world.service("codecommit", account, region)
    for repository in codecommit.repositories.values():
        yield codecommit.arn(repository.name), repository.tags


def _images(world: World, account: str, region: str) -> Tagged:
    ecr = world.moto("ecr", account, region)
    for repository in ecr.repositories.values():
        yield repository.arn, ecr.tagger.get_tag_dict_for_resource(repository.arn)


def _rules(world: World, account: str, region: str) -> Tagged:
    events = world.moto("events", account, region)
    for bus in events.event_buses.values():
        for rule in bus.rules.values():
            yield rule.arn, events.tagger.get_tag_dict_for_resource(rule.arn)


def _groups(world: World, account: str, region: str) -> Tagged:
    logs = world.moto("logs", account, region)
    for group in logs.groups.values():
        yield group.arn.removesuffix(":*"), logs.tagger.get_tag_dict_for_resource(group.arn)


def _buckets(world: World, account: str, region: str) -> Tagged:
    s3 = world.moto("s3", account, region)
    for bucket in s3.buckets.values():
        if bucket.region_name == region:
            yield bucket.arn, s3.tagger.get_tag_dict_for_resource(bucket.arn)


def _told(world: World, account: str, region: str) -> Tagged:
    """Topics, and the notification rules that send to them"""
    topics = world.moto("sns", account, region).topics if motos.is_used("sns") else {}
    for topic in topics.values():
        yield topic.arn, dict(topic._tags)  # noqa: SLF001  moto has no other way to them
    for rule in world.service("codestar-notifications", account, region).rules.values():
        yield rule.arn, rule.tags
