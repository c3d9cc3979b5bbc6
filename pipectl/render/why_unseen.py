"""Why no execution has a commit, and what to do about it: one text and one way out for each reason."""

from pipectl.render.text import plain
from pipectl.runs.why.answers import NeverSeen

_TEXTS = {
    "not_pushed": "branch {branch} of {repository} does not have it: it was not pushed there",
    "other_branch": "{repository} has it, but not on branch {branch}, which the pipeline follows",
    "no_repository": "there is no branch {branch} in repository {repository} yet",
    "no_rule": "no event rule starts the pipeline on changes, and it does not poll",
    "rule_disabled": "the event rule {rule} is disabled, so changes do not start the pipeline",
    "rule_elsewhere": "the event rule {rule} does not look at branch {branch}",
    "rule_not_trusted": "the event rule {rule} cannot start it: EventBridge may not assume its role {role}",
    "rule_without_role": "the event rule {rule} cannot start it: its role is not there ({role})",
    "detection_off": "the source does not detect changes (detect_changes is false)",
    "filtered": "the pipeline has triggers, and none of them lets branch {branch} through with this change",
    "connection_pending": "the connection is {status}: somebody has to complete it in the console",
    "connection_gone": "the connection does not exist: {connection}",
    "unknown": "what starts the pipeline looks right; a change takes up to a minute to arrive",
}
"""By the reasons of answers.REASONS."""

_START = "`pipectl start{option}` runs what is there now"
_RIGHT = f"`pipectl create` sets the rule right; {_START}"
_STEPS = {
    "not_pushed": "`git push origin {branch}`",
    "other_branch": "merge it into {branch} and `git push origin {branch}`",
    "no_repository": "`git push origin {branch}`",
    "no_rule": f"`pipectl create` makes the rule; {_START}",
    "rule_disabled": "`aws events enable-rule --name {rule}`, then `pipectl start{option}`",
    "rule_elsewhere": _RIGHT,
    "rule_not_trusted": _RIGHT,
    "rule_without_role": _RIGHT,
    "detection_off": _START,
    "filtered": _START,
    "connection_pending": "complete it at https://console.aws.amazon.com/codesuite/settings/connections",
    "connection_gone": "correct the connection in the spec, then `pipectl create`",
    "unknown": _START,
}


def reason_text(answer: NeverSeen) -> str:
    """Why no execution has it."""
    return plain(_TEXTS[answer.reason].format_map(_Named(answer.details)))


def reason_step(answer: NeverSeen, option: str) -> str:
    """What to do about it."""
    return plain(_STEPS[answer.reason].format_map(_Named({**answer.details, "option": option})))


class _Named(dict[str, str]):
    """What is not known is left out."""

    def __missing__(self, key: str) -> str:
        return ""
