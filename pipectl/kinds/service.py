"""ECS service and its task definition: one thing with one life, whose image belongs to the pipeline."""

import re
import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find, for_each, in_batches, side_by_side
from pipectl.aws.permissions import NO_RESOURCE, Need, Purpose, needs, passing
from pipectl.engine.values import Action, Remark, Resource, State, Step
from pipectl.kinds import (
    namespaces,
    raw,
    repository,
    service_changes,
    service_removal,
    service_words,
    task_definition,
)
from pipectl.kinds.cluster import Cluster, service_linked_role
from pipectl.kinds.deployed_images import images_of_the_pipeline
from pipectl.kinds.execution import execution_resources, registered_definition
from pipectl.kinds.kind import Kind, New, Wanted, listed, mapped, merged, tag_changes, tags
from pipectl.kinds.service_block import Service, TaskDefinition
from pipectl.kinds.wiring import deployed_services
from pipectl.spec.spec import Spec

NAME = "ecs service"
BATCH = 10
"""Services of one DescribeServices (API reference)."""

GONE = frozenset({"INACTIVE", "DRAINING"})
"""A draining service is deleted; its name is free when it has drained, and CreateService is patient."""


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each service, and the role and log group that it needs."""
    for cluster, block in spec.all(Cluster).items():
        for name, service in block.services.items():
            if service.managed and service.task_definition:
                yield _resource(spec, account, cluster, name, service, service.task_definition)
                yield from execution_resources(spec, account, cluster, name, service)
            else:
                yield used(spec, account, f"{cluster}/{name}")


def used(spec: Spec, account: Account, name: str) -> Resource:
    """A service, as `cluster/service`, that must exist and is not made.

    Whether an ECS action deploys to it is there for the judgement of what is found (`service_changes`).
    """
    return Resource(NAME, name, request={"deployed": name in deployed_services(spec, account)}, managed=False)


def _resource(
    spec: Spec, account: Account, cluster: str, name: str, service: Service, task: TaskDefinition
) -> Resource:
    registered = registered_definition(spec, account, cluster, name, service)
    left_alone = images_of_the_pipeline(spec, account, (cluster, name), service, task)
    deployed = f"{cluster}/{name}" in deployed_services(spec, account)
    request = merged(service_words.request(cluster, name, service, deployed=deployed), service.aws)
    stated: dict[str, Any] = {
        "task_definition": task_definition.stated(registered, left_alone),
        **service_words.stated(service, request),
        "tags": tags(spec, service.tags),
    }
    if service.aws:
        stated["aws"] = raw.compared(raw.SERVICE, service.aws)
    first = {container: task_definition.images(registered)[container] for container in left_alone}
    initial: dict[str, Any] = {"images": first} if first else {}
    if service.desired_count is None and service.scheduling_strategy != "DAEMON":
        initial["desired_count"] = 1
    return Resource(
        NAME,
        f"{cluster}/{name}",
        stated,
        initial,
        request={
            "service": request,
            "task_definition": registered,
            "deployed": deployed,
            "sent_along": raw.sent_along(raw.SERVICE, service.aws),
        },
    )


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Each service with the revision that it uses now: DescribeServices by cluster, then its definition."""
    if any("spared" in said for said in wanted.values()):
        services = {name: {"tags": said["tags"]} for name, said in wanted.items()}
        return service_removal.with_revisions(cloud, wanted, partial(read, cloud, services))
    by_cluster: dict[str, list[str]] = {}
    for name in wanted:
        cluster, _, service = name.partition("/")
        by_cluster.setdefault(cluster, []).append(service)
    asked = [partial(_read_services, cloud, cluster, names, wanted) for cluster, names in by_cluster.items()]
    return {name: state for states in side_by_side(asked) for name, state in states.items()}


def _read_services(cloud: Cloud, cluster: str, names: list[str], wanted: Wanted) -> dict[str, State]:
    services = in_batches(partial(_describe, cluster), cloud, names, BATCH)
    known = {f"{cluster}/{each['serviceName']}": each for each in services if each["status"] not in GONE}
    states = for_each(lambda name: _state(cloud, known[name], wanted[name]), known)
    return dict(zip(known, states, strict=True))


def _describe(cluster: str, cloud: Cloud, names: list[str]) -> list[dict[str, Any]]:
    missing = ("ClusterNotFoundException",)
    asked = {"cluster": cluster, "services": names, "include": ["TAGS"]}
    answer = find(missing, cloud, "ecs", "describe_services", **asked)
    return list(answer["services"]) if answer else []


def _state(cloud: Cloud, service: Mapping[str, Any], stated: State) -> State:
    whole = service_words.with_deployed(service)
    named = namespaces.as_stated(cloud, _with_namespaces(stated), whole)
    state = {**service_words.words(named), "tags": mapped(service.get("tags")), "aws": named}
    if "task_definition" not in stated or not service.get("taskDefinition"):
        return state
    task = task_definition.describe(cloud, service["taskDefinition"])
    if task is None:
        return state
    return {**state, "task_definition": task_definition.words(task), "images": task_definition.images(task)}


def _with_namespaces(stated: State) -> dict[str, Any]:
    return {"serviceConnectConfiguration": stated.get("service_connect"), **(stated.get("aws") or {})}


def create(cloud: Cloud, resource: Resource) -> None:
    """Register the definition, unless an equal one is there already, and make the service of it."""
    tagged = listed(resource.stated["tags"])
    arn = task_definition.register(cloud, resource.request["task_definition"], tagged)
    first = {"desiredCount": resource.initial["desired_count"]} if "desired_count" in resource.initial else {}
    cloud.call(
        "ecs",
        "create_service",
        **first,
        **resource.request["service"],
        taskDefinition=arn,
        tags=tagged,
        # the SDK sends a request again whose answer was lost: without a token the second one is refused
        clientToken=uuid.uuid4().hex,
    )


def update(cloud: Cloud, step: Step) -> None:
    """Send what differs. A changed definition is registered with the images that the service runs now."""
    resource = step.resource
    before = step.before or {}
    params = service_changes.parameters(step)
    if step.changes("task_definition"):
        owned = resource.initial.get("images", {})
        now = {name: image for name, image in before.get("images", {}).items() if name in owned}
        wanted = task_definition.with_images(resource.request["task_definition"], now)
        params["taskDefinition"] = task_definition.register(cloud, wanted, listed(resource.stated["tags"]))
    cluster, _, name = resource.name.partition("/")
    if params:
        params |= {key: resource.request["service"][key] for key in resource.request["sent_along"]}
        cloud.call("ecs", "update_service", cluster=cluster, service=name, **params)
    if changed := tag_changes(step):
        arn = cloud.account.arn("ecs", f"service/{resource.name}")
        cloud.call("ecs", "tag_resource", resourceArn=arn, tags=listed(changed))


def remark(cloud: Cloud, step: Step, new: New) -> Iterable[Remark]:
    """Whose the image is, what a new revision does, and what a first start waits for."""
    if not step.resource.managed:
        return
    task = step.resource.stated["task_definition"]
    if step.action is Action.CREATE:
        for image in step.resource.initial.get("images", {}).values():
            if _is_absent(cloud, image, new):
                text = f"`{_short(image)}` is not there yet; tasks start when the pipeline has deployed one"
                yield Remark(text)
        return
    if service_changes.replaces_tasks(step):
        before = step.before or {}
        if step.changes("task_definition"):
            owned = step.resource.initial.get("images", {})
            for name, image in before.get("images", {}).items():
                if name in owned:
                    yield Remark(f"image {_short(image)} stays: it belongs to the pipeline")
        reason = (
            f"a new revision of {task['family']}" if step.changes("task_definition") else "a new deployment"
        )
        count = step.resource.stated.get("desired_count", before.get("desired_count"))
        yield Remark(f"{reason}; {count} {'task is' if count == 1 else 'tasks are'} replaced")


REGISTRY = re.compile(r"\d{12}\.dkr\.ecr\.")


def _short(image: str) -> str:
    """The image without the host of a private ECR registry."""
    return image.partition("/")[2] if REGISTRY.match(image) else image


def _is_absent(cloud: Cloud, image: str, new: New) -> bool:
    """Whether an image of the account's own registry is missing; of other registries nothing is known."""
    prefix = f"{cloud.account.registry}/"
    if not image.startswith(prefix) or "@" in image:
        return False
    name, _, tag = image.removeprefix(prefix).rpartition(":")
    if (repository.NAME, name) in new:
        return True
    missing = ("RepositoryNotFoundException", "ImageNotFoundException")
    wanted = [{"imageTag": tag}]
    return find(missing, cloud, "ecr", "describe_images", repositoryName=name, imageIds=wanted) is None


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon ECS."""
    service = account.arn("ecs", f"service/{resource.name}")
    yield from needs(Purpose.PLAN, [service], "ecs:DescribeServices")
    if not resource.managed:
        return
    task = resource.request["task_definition"]
    revisions = account.arn("ecs", f"task-definition/{task['family']}:*")
    # `*`: these three know no resources (Service Authorization Reference, Amazon ECS)
    yield from needs(Purpose.PLAN, [NO_RESOURCE], "ecs:DescribeTaskDefinition")
    yield from needs(
        Purpose.DESTROY, [NO_RESOURCE], "ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"
    )
    yield from needs(Purpose.PLAN, _of_first_images(account, resource), "ecr:DescribeImages")
    yield from needs(Purpose.CREATE, [revisions], "ecs:RegisterTaskDefinition")
    yield from needs(Purpose.CREATE, [revisions, service], "ecs:TagResource")
    yield from needs(Purpose.CREATE, [service], "ecs:CreateService", "ecs:UpdateService")
    yield from passing([task.get("executionRoleArn"), task.get("taskRoleArn")], "ecs-tasks")
    yield from passing(_infrastructure_roles(resource.request["service"]), "ecs")
    yield from namespaces.looking_up(account, _with_namespaces(resource.stated))
    yield from service_linked_role(account)
    ends = ("ecs:DescribeServices", "ecs:DeleteService", "ecs:UntagResource")
    yield from needs(Purpose.DESTROY, [service], *ends)
    yield from needs(Purpose.DESTROY, [revisions], "ecs:ListTagsForResource")


def _infrastructure_roles(request: Mapping[str, Any]) -> set[str]:
    """The roles that ECS makes volumes, certificates and targets with (guide, infrastructure role)."""
    connect = request.get("serviceConnectConfiguration") or {}
    holders = [(each.get("tls") or {}) for each in connect.get("services") or []]
    holders += [each.get("managedEBSVolume") or {} for each in request.get("volumeConfigurations") or []]
    holders += request.get("vpcLatticeConfigurations") or []
    return {each["roleArn"] for each in holders if each.get("roleArn")}


def _of_first_images(account: Account, resource: Resource) -> Iterable[str]:
    """The repositories in which the plan looks for the image that the first tasks wait for."""
    prefix = f"{account.registry}/"
    images = [str(image) for image in resource.initial.get("images", {}).values()]
    names = [each.removeprefix(prefix).rpartition(":")[0] for each in images if each.startswith(prefix)]
    return [account.arn("ecr", f"repository/{name}") for name in sorted(set(names)) if "@" not in name]


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    fixed={"scheduling_strategy": service_changes.RECREATE},
    conflict=service_changes.conflict,
    remark=remark,
    delete=service_removal.delete,
    release=service_removal.release,
    leaving=service_removal.leaving,
    loses=service_removal.loses,
    misses=service_removal.misses,
    named=lambda name: name.split("/"),  # an action names its cluster and the service in it
    permissions=permissions,
    events=("UpdateService", "DeleteService"),
)
