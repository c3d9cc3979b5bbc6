"""The event rules that should start a pipeline: whether there is one, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipectl.aws.cloud import Cloud
from pipectl.aws.read import event_rules, roles
from pipectl.aws.read.event_rules import rules_with_target
from pipectl.errors import AwsError
from pipectl.runs.why.answers import NeverSeen

Source = Mapping[str, Any]
"""A source action as it is declared."""

PRINCIPAL = "events.amazonaws.com"


def undetected(cloud: Cloud, pipeline: str, source: Source, others: Sequence[Source]) -> NeverSeen:
    """Why no rule started the pipeline when a source changed; rules of other sources do not count."""
    provider = source["actionTypeId"]["provider"]
    arn = cloud.account.arn("codepipeline", pipeline)
    there = [rule for rule in rules_with_target(cloud, arn) if rule.pattern]
    branch = (source.get("configuration") or {}).get("BranchName", "")
    fitting = [rule for rule in there if rule.matches(_source(cloud, source))]
    found = fitting or [
        rule for rule in there if not any(rule.matches(_source(cloud, other)) for other in others)
    ]
    if not found:
        return NeverSeen("no_rule", {"source": provider})
    if not fitting:
        return NeverSeen("rule_elsewhere", {"rule": found[0].name, "branch": branch})
    enabled = [rule for rule in fitting if rule.enabled]
    if not enabled:
        return NeverSeen("rule_disabled", {"rule": fitting[0].name})
    return _role(cloud, enabled[0], arn) or NeverSeen(
        "unknown", {"source": provider, "rule": enabled[0].name}
    )


def _source(cloud: Cloud, action: Source) -> event_rules.Source:
    configuration = {key: str(value) for key, value in (action.get("configuration") or {}).items()}
    return event_rules.Source(action["actionTypeId"]["provider"], configuration, cloud.account)


def _role(cloud: Cloud, rule: event_rules.EventRule, arn: str) -> NeverSeen | None:
    """What is wrong with the role of the rule's target; None where nothing is, or it cannot be seen."""
    found = next((each["RoleArn"] for each in rule.starts(arn) if each.get("RoleArn")), None)
    if found is None:
        return NeverSeen("rule_without_role", {"rule": rule.name, "role": "none"})
    name = str(found).rpartition("/")[2]
    try:
        seen = roles.role(cloud, found)
    except AwsError:
        return None
    if seen is None:
        return NeverSeen("rule_without_role", {"rule": rule.name, "role": name})
    if not roles.trusts(seen, PRINCIPAL, cloud.account.id):
        return NeverSeen("rule_not_trusted", {"rule": rule.name, "role": name})
    return None
