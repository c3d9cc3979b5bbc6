"""The event rule that starts a pipeline: it is there, enabled, and may start it."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.read.event_rules import EventRule
from pipectl.aws.read.roles import may, role, trusts
from pipectl.command import aws
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._rules import polls, rules_of, starting, watched
from pipectl.doctor._tools import each
from pipectl.kinds import names
from pipectl.kinds import rule as rules_kind

TITLE = "event rule"
PRINCIPAL = "events.amazonaws.com"


def check(case: Case) -> list[Finding]:
    """Every source that is not polled."""
    return each(watched(case), lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    if polls(action):  # no rule is needed; one that starts it too is told by the check of polling
        return
    rules = rules_of(case, action)
    if not rules:
        ours = names.rule(action.pipeline.name, action.shape["name"])
        text = "a change starts nothing: no event rule is about this source, and it is not polled"
        otherwise = "make a rule as in the user guide of CodePipeline, `detect-state-changes`"
        yield wrong(action.title, text, case.mend(rules_kind.NAME, ours, otherwise))
    for rule in rules:
        yield from _rule(case, action, rule)


def _rule(case: Case, action: Action, rule: EventRule) -> Iterator[Finding]:
    targets = starting(case, action.pipeline, rule)
    if not rule.enabled:
        hint = case.mend(rules_kind.NAME, rule.name, aws("events enable-rule", "--name", rule.name))
        yield wrong(rule.name, f"is disabled, so a change starts nothing in {action.pipeline.name}", hint)
    elif not targets:
        arn = case.cloud.account.arn("codepipeline", action.pipeline.name)
        hint = f"give it the target {arn}, in the console of EventBridge"
        yield wrong(rule.name, _elsewhere(rule, action), case.mend(rules_kind.NAME, rule.name, hint))
    else:
        for target in targets:
            yield _target(case, action, rule, target.get("RoleArn"))


def _elsewhere(rule: EventRule, action: Action) -> str:
    others = ", ".join(target["Arn"].rpartition(":")[2] for target in rule.targets)
    started = f"starts {others} and not" if others else "has no target and does not start"
    return f"{started} {action.pipeline.name}"


def _target(case: Case, action: Action, rule: EventRule, arn: str | None) -> Finding:
    account, pipeline = case.cloud.account, action.pipeline.name
    wanted = account.arn("codepipeline", pipeline)
    found = role(case.cloud, arn) if arn else None
    if arn is None or found is None:
        text = f"its role {arn} is not there" if arn else "its target has no role"
        hint = f"give it a role that {PRINCIPAL} may take on and that may start {pipeline}"
    elif not trusts(found, PRINCIPAL, account.id):
        text = f"its role {found['RoleName']} does not trust {PRINCIPAL}, so it starts nothing"
        hint = f"let {PRINCIPAL} take {found['RoleName']} on in its trust policy"
    elif not may(case.cloud, arn, "codepipeline:StartPipelineExecution", wanted):
        text = f"its role {found['RoleName']} may not start {pipeline}"
        hint = f"allow it codepipeline:StartPipelineExecution on {wanted}"
    else:
        return good(rule.name, f"starts {pipeline}")
    return wrong(rule.name, text, case.mend(rules_kind.NAME, rule.name, hint))
