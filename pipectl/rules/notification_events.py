"""Notifications of events that AWS does not know, or that the pipeline never has."""

from collections.abc import Iterator

from pipectl.kinds.notification_block import WORDS
from pipectl.rules._tools import actions_of, error, notifications, pipelines, warning
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "notification-event"
APPROVAL = "approval"


def check(spec: Spec) -> Iterator[Problem]:
    """Every event of every notification (Developer Tools user guide, "Notification concepts")."""
    for notification in notifications(spec):
        for path, event in notification.listed(spec, "events", notification.block.events):
            if event not in WORDS:
                near = nearest(event, WORDS)
                listed = "`failed`, `succeeded`, `started`, `approval_needed` and others: docs/spec.md"
                hint = f"did you mean `{near}`?" if near else listed
                yield error(spec, path, RULE, f"a pipeline has no event {shown(event)}", hint)
            elif APPROVAL in event and not _approves(spec, notification.pipeline):
                message = f"{shown(event)} never happens: no action of {notification.pipeline} is an approval"
                yield warning(
                    spec, path, RULE, message, "take it out, or add an action of `provider: Manual`"
                )


def _approves(spec: Spec, name: str) -> bool:
    block = dict(pipelines(spec))[name]
    return any(action.wire.category == "Approval" for action in actions_of(name, block))
