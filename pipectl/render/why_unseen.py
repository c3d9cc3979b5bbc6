"""Why no execution has a commit, and what to do about it: one text and one way out for each reason."""

from collections.abc import Mapping

from pipectl.command import aws, complete_connection, first_push, git_push, pipectl
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
    "connection_pending": "the connection is {status}: a person has to complete it",
    "connection_gone": "the connection does not exist: {connection}",
    "unknown": "what starts the pipeline looks right; a change takes up to a minute to arrive",
}
"""By the reasons of answers.REASONS."""


def push(url: str, details: Mapping[str, str]) -> str:
    """The command that pushes a branch to its repository, by its URL where that is known."""
    branch = details["branch"]
    return git_push(url, branch) if url else f"push branch {branch} to {details['repository']}"


def _step(reason: str, details: Mapping[str, str], url: str) -> str:
    start = f"{pipectl('start')} runs what is there now"
    match reason:
        case "no_repository":
            return first_push(url, details["branch"], details["repository"])
        case "not_pushed":
            return push(url, details)
        case "other_branch":
            return f"merge it into {details['branch']}, and {push(url, details)}"
        case "no_rule":
            return f"{pipectl('create')} makes the rule; {start}"
        case "rule_disabled":
            enable = aws("events enable-rule", "--name", details["rule"])
            return f"{enable}, then {pipectl('start')}"
        case "rule_elsewhere" | "rule_without_role" | "rule_not_trusted":
            return f"{pipectl('create')} sets the rule right; {start}"
        case "connection_pending":
            return complete_connection(details["connection"], details.get("repository", ""))
        case "connection_gone":
            return f"correct the connection in the spec, then {pipectl('create')}"
    return start


def reason_text(answer: NeverSeen) -> str:
    """Why no execution has it."""
    return plain(_TEXTS[answer.reason].format_map(_Named(answer.details)))


def reason_step(answer: NeverSeen, url: str) -> str:
    """What to do about it."""
    return plain(_step(answer.reason, _Named(answer.details), url))


class _Named(dict[str, str]):
    """What is not known is left out."""

    def __missing__(self, key: str) -> str:
        return ""
