"""What AWS calls in a role's name: for each action, rule, build, ECS agent and event target, with its source.

The local AWS decides these calls with resolved values; the roles that pipectl makes allow them for the
declared ones.
"""

from pipectl.facts.calls.actions import action_calls, assume_role_calls
from pipectl.facts.calls.artifacts import (
    artifact_calls,
    artifact_read_calls,
    artifact_write_calls,
    build_artifact_calls,
)
from pipectl.facts.calls.builds import (
    batch_calls,
    build_calls,
    clone_calls,
    use_connection_calls,
    variable_calls,
)
from pipectl.facts.calls.call import EVERY_RESOURCE, Call, key_calls
from pipectl.facts.calls.deploy import Deployed
from pipectl.facts.calls.images import pull_calls, push_calls
from pipectl.facts.calls.rules import rule_calls
from pipectl.facts.calls.targets import event_target_calls
from pipectl.facts.calls.tasks import EXECUTION, task_calls, task_execution_calls
from pipectl.facts.place import Place

__all__ = [
    "EVERY_RESOURCE",
    "EXECUTION",
    "Call",
    "Deployed",
    "Place",
    "action_calls",
    "artifact_calls",
    "artifact_read_calls",
    "artifact_write_calls",
    "assume_role_calls",
    "batch_calls",
    "build_artifact_calls",
    "build_calls",
    "clone_calls",
    "event_target_calls",
    "key_calls",
    "pull_calls",
    "push_calls",
    "rule_calls",
    "task_calls",
    "task_execution_calls",
    "use_connection_calls",
    "variable_calls",
]
