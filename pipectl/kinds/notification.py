"""Notification rule: which events of a pipeline are sent to which topics and chat channels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find, for_each, in_batches
from pipectl.aws.permissions import NO_RESOURCE, Condition, Need, Purpose, needs
from pipectl.engine.values import OWNER_TAG, Resource, State, Step
from pipectl.facts.notifications import LINKED_ROLE, PIPELINE_WORDS, SERVICE_PRINCIPAL, target_type
from pipectl.kinds import names, topic
from pipectl.kinds.kind import OUR_TAGS, Kind, Wanted, tag_changes, tags
from pipectl.kinds.notification_block import Notification, SnsTopic
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.spec.spec import Spec

NAME = "notification rule"
SERVICE = "codestar-notifications"
MISSING = ("ResourceNotFoundException",)
BATCH = 20
"""Pipelines of one ListNotificationRules; the service model has no limit for its filters."""
DETAILS = {"full": "FULL", "basic": "BASIC"}


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One rule for each entry of a pipeline's `notifications`, and the topics that it only names."""
    for pipeline, block in spec.all(Pipeline).items():
        for key, entry in block.notifications.items() if block.managed else ():
            yield _resource(spec, account, pipeline, block, key)
            for target in entry.to:
                if not target.startswith("arn:") and target not in spec.all(SnsTopic):
                    yield Resource(topic.NAME, target, managed=False)


def _resource(spec: Spec, account: Account, pipeline: str, block: Pipeline, key: str) -> Resource:
    entry = block.notifications[key]
    stated = {
        "pipeline": account.arn("codepipeline", pipeline),
        "events": sorted({PIPELINE_WORDS.get(event, event) for event in entry.events}),
        "to": sorted({address(account, target) for target in entry.to}),
        "detail": entry.detail,
        "enabled": entry.enabled,
        "tags": tags(spec, entry.tags),
    }
    return Resource(NAME, rule_name(pipeline, key, entry), stated)


def rule_name(pipeline: str, key: str, entry: Notification) -> str:
    """The name of the rule in AWS."""
    return entry.name or names.notification(pipeline, key)


def address(account: Account, target: str) -> str:
    """The ARN of a target; a name is that of a topic of the account."""
    return target if target.startswith("arn:") else account.arn("sns", target)


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """The rules of the pipelines: one list for many pipelines, one call for each rule that they have.

    A rule is known by its name, and the service has no call for that. Of an orphan only its tag is known.
    """
    pipelines = sorted({state["pipeline"] for state in wanted.values() if state.get("pipeline")})
    arns = in_batches(_of_pipelines, cloud, pipelines, BATCH)
    if any(not state.get("pipeline") for state in wanted.values()):
        arns += [arn for arn in _tagged(cloud) if arn not in arns]
    found = [state for state in for_each(partial(described, cloud), arns) if state is not None]
    return {state["name"]: state for state in found if state["name"] in wanted}


def _of_pipelines(cloud: Cloud, pipelines: list[str]) -> list[str]:
    filters = [{"Name": "RESOURCE", "Value": arn} for arn in pipelines]
    return [rule["Arn"] for rule in _listed(cloud, Filters=filters)]


def _listed(cloud: Cloud, **params: Any) -> Iterator[Mapping[str, Any]]:
    token: dict[str, str] = {}
    while True:
        answer = cloud.call(SERVICE, "list_notification_rules", **params, MaxResults=100, **token)
        yield from answer.get("NotificationRules") or ()
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def of_pipeline(cloud: Cloud, name: str) -> list[State]:
    """Every notification rule of one pipeline, whosever it is."""
    arns = _of_pipelines(cloud, [cloud.account.arn("codepipeline", name)])
    return [state for state in for_each(partial(described, cloud), arns) if state is not None]


def _tagged(cloud: Cloud) -> list[str]:
    """The rules that stacks own (API reference of the Tagging API: GetResources knows all types)."""
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = cloud.call(
            "resourcegroupstaggingapi",
            "get_resources",
            ResourceTypeFilters=[f"{SERVICE}:notificationrule"],
            TagFilters=[{"Key": OWNER_TAG}],
            **token,
        )
        found += [mapping["ResourceARN"] for mapping in answer["ResourceTagMappingList"]]
        if not answer.get("PaginationToken"):
            return found
        token = {"PaginationToken": answer["PaginationToken"]}


def described(cloud: Cloud, arn: str) -> State | None:
    """A rule by its ARN in the words of the spec; None when it is not there."""
    rule = find(MISSING, cloud, SERVICE, "describe_notification_rule", Arn=arn)
    if rule is None:
        return None
    targets = rule.get("Targets") or []
    return {
        "arn": arn,
        "name": rule["Name"],
        "pipeline": rule.get("Resource"),
        "events": sorted(event["EventTypeId"] for event in rule.get("EventTypes") or ()),
        "to": sorted(target["TargetAddress"] for target in targets),
        "statuses": {target["TargetAddress"]: target.get("TargetStatus") for target in targets},
        "detail": str(rule.get("DetailType", "")).lower(),
        "enabled": rule.get("Status") == "ENABLED",
        "tags": dict(rule.get("Tags") or {}),
    }


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the rule with its tags, in one call; the first one of an account makes the service's own role."""
    stated = resource.stated
    cloud.call(
        SERVICE,
        "create_notification_rule",
        Resource=stated["pipeline"],
        **settings(resource),
        Tags=stated["tags"],
    )


def settings(resource: Resource) -> dict[str, Any]:
    """A rule as AWS takes it, without its pipeline and its tags."""
    stated = resource.stated
    return {
        "Name": resource.name,
        "EventTypeIds": stated["events"],
        "Targets": [{"TargetType": target_type(arn), "TargetAddress": arn} for arn in stated["to"]],
        "DetailType": DETAILS[stated["detail"]],
        "Status": "ENABLED" if stated["enabled"] else "DISABLED",
    }


def update(cloud: Cloud, step: Step) -> None:
    """Send the whole rule when something of it differs; tags are a call of their own."""
    before = step.before or {}
    if step.changes("events", "to", "detail", "enabled"):
        cloud.call(SERVICE, "update_notification_rule", Arn=before["arn"], **settings(step.resource))
        _forget(cloud, set(before["to"]) - set(step.resource.stated["to"]))
    if changed := tag_changes(step):
        cloud.call(SERVICE, "tag_resource", Arn=before["arn"], Tags=changed)


def _forget(cloud: Cloud, targets: Iterable[str]) -> None:
    """Delete targets that no rule has any more: they outlive their rules. One in use is refused."""
    for arn in sorted(targets):
        find(("ValidationException",), cloud, SERVICE, "delete_target", TargetAddress=arn)


def delete(cloud: Cloud, step: Step) -> None:
    """Delete the rule, then its targets where no other rule has them."""
    before = step.before or {}
    find(MISSING, cloud, SERVICE, "delete_notification_rule", Arn=before["arn"])
    _forget(cloud, before.get("to") or ())


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    cloud.call(SERVICE, "untag_resource", Arn=(step.before or {})["arn"], TagKeys=OUR_TAGS)


def leaving(resource: Resource, staying: Sequence[Resource]) -> State:
    """Its tags; and its pipeline, by which it is found."""
    return {key: resource.stated[key] for key in ("tags", "pipeline") if key in resource.stated}


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, AWS CodeStar Notifications; rules are named by ids.

    The first rule makes the service's role in the caller's name (user guide, "Using service-linked roles").
    """
    rules = [account.arn(SERVICE, "notificationrule/*")]
    role = f"role/aws-service-role/{SERVICE_PRINCIPAL}/{LINKED_ROLE}"
    both = Purpose.PLAN | Purpose.DESTROY
    # `*`: lists and targets know no resources
    yield from needs(both, [NO_RESOURCE], f"{SERVICE}:ListNotificationRules")
    yield from needs(both, rules, f"{SERVICE}:DescribeNotificationRule")
    makes = ("CreateNotificationRule", "UpdateNotificationRule", "TagResource")
    yield from needs(Purpose.CREATE, rules, *(f"{SERVICE}:{action}" for action in makes))
    yield from needs(
        Purpose.CREATE,
        [account.arn("iam", role)],
        "iam:CreateServiceLinkedRole",
        condition=Condition("iam:AWSServiceName", SERVICE_PRINCIPAL),
    )
    yield from needs(Purpose.CREATE | Purpose.DESTROY, [NO_RESOURCE], f"{SERVICE}:DeleteTarget")
    ends = ("DeleteNotificationRule", "UntagResource")
    yield from needs(Purpose.DESTROY, rules, *(f"{SERVICE}:{action}" for action in ends))


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    delete=delete,
    release=release,
    leaving=leaving,
    permissions=permissions,
    events=("UpdateNotificationRule", "DeleteNotificationRule", "Subscribe", "Unsubscribe"),
)
