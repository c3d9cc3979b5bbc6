"""Two services with one family: each would register its own revisions over the other's."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedService, error, tasks
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "task-family"


def check(spec: Spec) -> Iterator[Problem]:
    """Every service that pipectl makes."""
    owners: dict[str, PlacedService] = {}
    for service, task in tasks(spec):
        other = owners.setdefault(task.family, service)
        if other is not service:
            line = spec.places.of_key(other.path).line
            message = f"the family {task.family} belongs to {other.title} on line {line} already"
            hint = "give each service a `family` of its own"
            yield error(spec, (*service.task_path, "family"), RULE, message, hint)
