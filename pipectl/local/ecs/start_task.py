"""StartTask: tasks on container instances that the request names, without placement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import placement
from pipectl.local.ecs.launching import role_problem
from pipectl.local.ecs.names import client_error, invalid, last_part
from pipectl.local.ecs.task_shape import described
from pipectl.local.ecs.tasks import Tasks, check_overrides

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_INSTANCES = 10  # API reference, StartTask.containerInstances


class StartTask(Tasks):
    """The operation StartTask"""

    def start_task(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Start one task on each instance that is named; one that cannot take it is a failure

        API reference, StartTask, and developer guide, "API failure reasons". The words of the refusals are
        inferred.
        """
        cluster = self.active_cluster(request.get("cluster"))
        references = request["containerInstances"]
        if not references:
            raise invalid("Container Instances cannot be empty.")
        if len(references) > MOST_INSTANCES:
            raise invalid(f"Container Instances cannot have more than {MOST_INSTANCES} elements")
        revision = self.usable_revision(request["taskDefinition"])
        request = {**request, "launchType": "EC2"}
        settings = self.settings_of(cluster, request, revision)
        check_overrides(request.get("overrides", {}), revision)
        if problem := role_problem(self, revision.definition):
            raise client_error(problem)
        wish = placement.Wish(revision.definition, request.get("group", ""))
        tasks, failures = [], []
        for reference in references:
            instance = cluster.instances.get(self.own_name(reference, "container-instance"))
            if instance is None or instance.status == "INACTIVE":
                arn = self.arn(f"container-instance/{cluster.name}/{last_part(reference)}")
                failures.append({"arn": arn, "reason": "INACTIVE" if instance else "MISSING"})
            elif reason := placement.misfit(cluster, instance, wish):
                failures.append({"arn": instance.arn, "reason": reason})
            else:
                tasks.append(self.run_one(cluster, revision, request, settings, instance))
        self.stir(cluster.arn)
        return {"tasks": [described(task, tags=True) for task in tasks], "failures": failures}
