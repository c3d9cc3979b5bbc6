"""SNS topic: who may publish notifications there, whom it reaches, and its key."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pipectl.aws import keys
from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, side_by_side
from pipectl.aws.permissions import Need, Purpose, needs
from pipectl.aws.policy import VERSION, canonical, written
from pipectl.engine.values import Remark, Resource, State, Step, exactly
from pipectl.facts.notifications import SERVICE_PRINCIPAL
from pipectl.kinds.kind import OUR_TAGS, Kind, New, Wanted, listed, mapped, merged, tag_changes, tags
from pipectl.kinds.notification_block import SnsTopic
from pipectl.spec.spec import Spec

NAME = "sns topic"
MISSING = ("NotFound", "NotFoundException", "ResourceNotFound")
PUBLISH_SID = "AWSCodeStarNotifications_publish"
KEY = "KmsMasterKeyId"
EMAIL = "email"


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each entry of `sns`."""
    for name, block in spec.all(SnsTopic).items():
        if not block.managed:
            yield Resource(NAME, name, managed=False)
            continue
        stated: dict[str, Any] = {
            "policy": {PUBLISH_SID: exactly(_publishing(account.arn("sns", name)))},
            "tags": tags(spec, block.tags),
        }
        if block.subscribe:
            stated["subscribers"] = dict.fromkeys(block.subscribe, EMAIL)
        if block.kms_key:
            stated["kms_key"] = block.kms_key
        if more := block.aws.get("Attributes"):
            stated["aws"] = {"Attributes": more}
        attributes = {"Attributes": {KEY: block.kms_key}} if block.kms_key else {}
        yield Resource(NAME, name, stated, request=merged({"Name": name, **attributes}, block.aws))


def _publishing(arn: str) -> Mapping[str, Any]:
    """What lets notifications in (Developer Tools user guide, "Configure Amazon SNS topics")."""
    statement = {
        "Sid": PUBLISH_SID,
        "Effect": "Allow",
        "Principal": {"Service": SERVICE_PRINCIPAL},
        "Action": "SNS:Publish",
        "Resource": arn,
    }
    return dict((canonical({"Statement": [statement]}) or {})[PUBLISH_SID])


def lets_in(state: State, arn: str) -> bool:
    """Whether the policy of a topic, as it was read, has our statement."""
    found = (state.get("policy") or {}).get(PUBLISH_SID)
    return bool(found == _publishing(arn))


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Policy, key, tags and subscribers of the topics that exist; up to three calls for each."""
    found = by_name(partial(_state, wanted), cloud, wanted)
    return {name: state for name, state in found.items() if state is not None}


def _state(wanted: Wanted, cloud: Cloud, name: str) -> State | None:
    arn = cloud.account.arn("sns", name)
    asked: list[Callable[[], Any]] = [
        partial(find, MISSING, cloud, "sns", "get_topic_attributes", TopicArn=arn)
    ]
    if "tags" in wanted[name]:
        asked.append(partial(find, MISSING, cloud, "sns", "list_tags_for_resource", ResourceArn=arn))
    if "subscribers" in wanted[name]:
        asked.append(partial(_subscribers, cloud, arn))
    answer, *others = side_by_side(asked)
    if answer is None:
        return None
    attributes = answer["Attributes"]
    state: dict[str, Any] = {
        "policy": canonical(attributes.get("Policy")),
        "kms_key": keys.as_stated(cloud, wanted[name].get("kms_key"), attributes.get(KEY) or None),
        "aws": {"Attributes": attributes},
    }
    if "tags" in wanted[name]:
        state["tags"] = mapped((others.pop(0) or {}).get("Tags"), "Key", "Value")
    if "subscribers" in wanted[name]:
        state["subscribers"] = others.pop(0)
    return state


def _subscribers(cloud: Cloud, arn: str) -> dict[str, str]:
    """Endpoint -> protocol, of those too who have not confirmed."""
    found: dict[str, str] = {}
    token: dict[str, str] = {}
    while True:
        answer = find(MISSING, cloud, "sns", "list_subscriptions_by_topic", TopicArn=arn, **token) or {}
        found |= mapped(answer.get("Subscriptions"), "Endpoint", "Protocol")
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the topic with its policy and its tags; each subscription is a call of its own."""
    tagged = listed(resource.stated["tags"], "Key", "Value")
    policy = {"Attributes": {"Policy": _document(resource.stated["policy"])}}
    cloud.call("sns", "create_topic", **merged(resource.request, policy), Tags=tagged)
    _subscribe(cloud, resource, ())


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs. Subscribers that the spec does not name stay."""
    resource = step.resource
    arn = cloud.account.arn("sns", resource.name)
    if step.changes("policy"):
        _put_policy(cloud, resource)
    attributes = resource.request.get("Attributes") or {}
    for name in attributes:
        if step.changes("kms_key" if name == KEY else f"aws.Attributes.{name}"):
            _set(cloud, resource, name, attributes[name])
    if step.changes("subscribers"):
        _subscribe(cloud, resource, (step.before or {}).get("subscribers") or ())
    if changed := tag_changes(step):
        cloud.call("sns", "tag_resource", ResourceArn=arn, Tags=listed(changed, "Key", "Value"))


def _put_policy(cloud: Cloud, resource: Resource) -> None:
    """SetTopicAttributes replaces the policy, so the statements of others are sent along."""
    arn = cloud.account.arn("sns", resource.name)
    before = cloud.call("sns", "get_topic_attributes", TopicArn=arn)["Attributes"].get("Policy")
    found = json.loads(before)["Statement"] if before else []
    others = [statement for statement in found if statement.get("Sid") != PUBLISH_SID]
    _set(cloud, resource, "Policy", _document(resource.stated["policy"], others))


def _document(ours: Mapping[str, Any], others: Sequence[Mapping[str, Any]] = ()) -> str:
    return json.dumps({"Version": VERSION, "Statement": [*others, *written(ours)]})


def _set(cloud: Cloud, resource: Resource, name: str, value: Any) -> None:
    arn = cloud.account.arn("sns", resource.name)
    text = value if isinstance(value, str) else json.dumps(value)
    cloud.call("sns", "set_topic_attributes", TopicArn=arn, AttributeName=name, AttributeValue=text)


def _subscribe(cloud: Cloud, resource: Resource, before: Iterable[str]) -> None:
    """AWS sends a mail to each new address, which has to confirm it."""
    arn = cloud.account.arn("sns", resource.name)
    for address in resource.stated.get("subscribers") or ():
        if address not in before:
            cloud.call("sns", "subscribe", TopicArn=arn, Protocol=EMAIL, Endpoint=address)


def remark(cloud: Cloud, step: Step, new: New) -> Iterator[Remark]:
    """Who must confirm, and what the key must allow."""
    known = (step.before or {}).get("subscribers") or ()
    asked = [address for address in step.resource.stated.get("subscribers") or () if address not in known]
    if asked:
        yield Remark(f"AWS sends a mail to {', '.join(asked)}: each has to confirm its subscription")
    if step.changes("kms_key"):
        yield Remark(
            f"the policy of its key must allow kms:GenerateDataKey* and kms:Decrypt to {SERVICE_PRINCIPAL}"
        )


def delete(cloud: Cloud, step: Step) -> None:
    """Delete the topic with its subscriptions; one that is gone already is no error (API reference)."""
    arn = cloud.account.arn("sns", step.resource.name)
    find(MISSING, cloud, "sns", "delete_topic", TopicArn=arn)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("sns", step.resource.name)
    cloud.call("sns", "untag_resource", ResourceArn=arn, TagKeys=OUR_TAGS)


def leaving(resource: Resource, staying: Sequence[Resource]) -> State:
    """Its tags, and whom it reaches: they are told of no more."""
    return {"tags": resource.stated.get("tags", {}), "subscribers": {}}


def loses(before: State) -> str | None:
    """How many are subscribed."""
    number = len(before.get("subscribers") or ())
    if not number:
        return None
    return f"its {number} {'subscription is' if number == 1 else 'subscriptions are'} deleted too"


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon SNS."""
    arns = [account.arn("sns", resource.name)]
    yield from needs(Purpose.PLAN, arns, "sns:GetTopicAttributes")
    if not resource.managed:
        return
    looks = ("sns:GetTopicAttributes", "sns:ListTagsForResource")
    yield from needs(Purpose.PLAN | Purpose.DESTROY, arns, *looks)
    yield from needs(Purpose.CREATE, arns, "sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource")
    yield from needs(Purpose.DESTROY, arns, "sns:ListSubscriptionsByTopic")
    if "subscribers" in resource.stated:
        yield from needs(Purpose.PLAN, arns, "sns:ListSubscriptionsByTopic")
        yield from needs(Purpose.CREATE, arns, "sns:Subscribe")
    yield from keys.looking_up(account, [resource.stated.get("kms_key")])
    yield from needs(Purpose.DESTROY, arns, "sns:DeleteTopic", "sns:UntagResource")


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    {"sns": SnsTopic},
    remark=remark,
    delete=delete,
    release=release,
    leaving=leaving,
    loses=loses,
    permissions=permissions,
    events=("SetTopicAttributes", "Subscribe", "Unsubscribe", "DeleteTopic"),
)
