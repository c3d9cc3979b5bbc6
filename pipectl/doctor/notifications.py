"""Notification rules of a pipeline that tell nobody."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.aws.policy import canonical
from pipectl.command import aws
from pipectl.doctor._case import Case
from pipectl.doctor._finding import Finding, doubt, good, unseen, wrong
from pipectl.doctor._tools import each, reach, subscriptions
from pipectl.engine.values import State
from pipectl.errors import NotConnected
from pipectl.facts.notifications import SERVICE_PRINCIPAL, target_type
from pipectl.kinds import notification, topic

TITLE = "notifications"
REACHED = ("ACTIVE", "PENDING", None)
"""Statuses of targets that are none of ours to mend (API reference, TargetSummary)."""
OWN_KEY = "alias/aws/sns"
KEY_MISSING = ("NotFoundException",)
ALLOWING = "allow kms:GenerateDataKey* and kms:Decrypt to it in the policy of a key of your own"


def check(case: Case) -> list[Finding]:
    """Every notification rule of every pipeline that is there."""
    live = [pipeline.name for pipeline in case.pipelines() if pipeline.live]
    return each(live, str, partial(_rules, case))


def _rules(case: Case, pipeline: str) -> list[Finding]:
    try:
        rules = notification.of_pipeline(case.cloud, pipeline)
    except NotConnected as error:  # not every Region has the service
        return [unseen(pipeline, f"not checked: {error.message}")]
    return each(rules, lambda rule: str(rule["name"]), partial(_rule, case))


def _rule(case: Case, rule: State) -> Iterator[Finding]:
    name = str(rule["name"])
    if not rule["enabled"]:
        yield doubt(name, "is disabled, so nobody is told", _enabling(case, rule))
        return
    if not rule["to"]:
        yield wrong(name, "has no target, so nobody is told", _mended(case, rule, "give it a topic"))
    for address in rule["to"]:
        if target_type(address) == "SNS":
            yield _topic(case, name, address, rule["statuses"][address])
        else:
            yield _channel(name, address, rule["statuses"][address])


def _mended(case: Case, rule: State, otherwise: str) -> str:
    return case.mend(notification.NAME, str(rule["name"]), otherwise)


def _enabling(case: Case, rule: State) -> str:
    stated = case.stated(notification.NAME).get(str(rule["name"]))
    if stated and not stated.stated["enabled"]:
        return "take `enabled: false` out of the spec when somebody shall be told"
    return _mended(case, rule, "enable it in the console, under Settings, Notification rules")


def _channel(name: str, address: str, status: str | None) -> Finding:
    channel = address.rpartition("/")[2]
    if status in REACHED:
        return good(name, f"tells the chat channel {channel}")
    text = f"its chat channel {channel} is {status}, so nobody is told there"
    return wrong(name, text, "look at it in the console of Amazon Q Developer in chat applications")


def _topic(case: Case, name: str, address: str, status: str | None) -> Finding:
    called = address.rpartition(":")[2]
    found = subscriptions(case.cloud, address)
    if found is None:
        text = f"its topic {called} does not exist, so nobody is told"
        otherwise = f"{aws('sns create-topic', '--name', called)}, and subscribe somebody"
        return wrong(name, text, case.mend(topic.NAME, called, otherwise))
    return _forbidden(case, name, address, status) or reach(name, called, found)


def _forbidden(case: Case, name: str, address: str, status: str | None) -> Finding | None:
    """Why a topic is not reached: its policy, or its key (user guide, "Troubleshooting")."""
    called = address.rpartition(":")[2]
    answer = find(topic.MISSING, case.cloud, "sns", "get_topic_attributes", TopicArn=address) or {}
    attributes = answer.get("Attributes") or {}
    if SERVICE_PRINCIPAL not in str(canonical(attributes.get("Policy"))):
        text = f"the policy of its topic {called} does not let {SERVICE_PRINCIPAL} publish"
        otherwise = f"allow it sns:Publish in the policy of topic {called}"
        return wrong(name, text, case.mend(topic.NAME, called, otherwise))
    key = attributes.get(topic.KEY)
    if key and not _names_service(case, key):
        return wrong(name, f"the key of its topic {called} does not let {SERVICE_PRINCIPAL} use it", ALLOWING)
    if status in REACHED:
        return None
    return wrong(
        name, f"its topic {called} is {status}", f"look for a `Deny` in the policy of topic {called}"
    )


def _names_service(case: Case, key: str) -> bool:
    """Whether the policy of a key names the service. AWS's own key names none, and cannot be changed."""
    if key.endswith(OWN_KEY):
        return False
    described = find(KEY_MISSING, case.cloud, "kms", "describe_key", KeyId=key)
    if described is None:
        return False
    arn = described["KeyMetadata"]["Arn"]
    answer = case.cloud.call("kms", "get_key_policy", KeyId=arn, PolicyName="default")
    return SERVICE_PRINCIPAL in answer["Policy"]
