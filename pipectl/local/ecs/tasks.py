"""Tasks: run, stopped, listed, described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import service_rules as rules
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs.clusters import strategy_items
from pipectl.local.ecs.launching import role_problem
from pipectl.local.ecs.names import client_error, invalid, last_part, tag_map
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.ecs.state import Cluster, Revision, Task
from pipectl.local.ecs.task_life import JOB_STEPS, add, new_arn, stop
from pipectl.local.ecs.task_shape import described
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_STARTED = 10  # API reference, RunTask.count
MOST_DESCRIBED = 100  # API reference, DescribeTasks.tasks


class Tasks(Scheduling):
    """The operations on tasks"""

    def run_task(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Up to ten tasks of their own; the same client token starts them once (API reference)"""
        cluster = self.active_cluster(request.get("cluster"))
        if not 1 <= request.get("count", 1) <= MOST_STARTED:
            raise invalid(f"Count must be between 1 and {MOST_STARTED}.")
        token = request.get("clientToken")
        known = [task for task in cluster.tasks.values() if token and task.client_token == token]
        if known:
            return {"tasks": [described(task, tags=True) for task in known], "failures": []}
        revision = self.usable_revision(request["taskDefinition"])
        settings = _settings(cluster, request, revision)
        _check_overrides(request.get("overrides", {}), revision)
        if problem := role_problem(self, revision.definition):
            raise client_error(problem)
        tasks = [self._run_one(cluster, revision, request, settings) for _ in range(request.get("count", 1))]
        self.stir()
        return {"tasks": [described(task, tags=True) for task in tasks], "failures": []}

    def _run_one(
        self, cluster: Cluster, revision: Revision, request: dict[str, Any], settings: dict[str, Any]
    ) -> Task:
        overrides = request.get("overrides", {})
        propagated = revision.tags if request.get("propagateTags") == "TASK_DEFINITION" else {}
        task = Task(
            arn=new_arn(self, cluster),
            revision=revision,
            cluster_arn=cluster.arn,
            created_at=self.world.now(),
            settings=settings,
            group=request.get("group") or f"family:{revision.family}",
            tags={**propagated, **tag_map(request.get("tags"))},
            started_by=request.get("startedBy", ""),
            overrides=overrides,
            client_token=request.get("clientToken", ""),
        )
        if any(each.get("command") for each in overrides.get("containerOverrides", [])):
            task.steps_left = JOB_STEPS
        return add(self, cluster, task)

    def stop_task(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """The service of a stopped task starts another one (API reference, StopTask)"""
        cluster = self.active_cluster(request.get("cluster"))
        task = self._find_task(cluster, request["task"])
        if task is None:
            raise invalid("The referenced task was not found.")
        stop(self, task, "UserInitiated", request.get("reason") or "Task stopped by user", self.world.now())
        service = cluster.services.get(task.service)
        if service is not None:
            service.steady = False
        self.stir()
        return {"task": described(task, tags=True)}

    def list_tasks(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Tasks that shall run, unless `desiredStatus` is STOPPED; PENDING finds none (API reference)"""
        cluster = self.active_cluster(request.get("cluster"))
        if request.get("serviceName") and request.get("startedBy"):
            raise invalid("Cannot specify both serviceName and startedBy.")
        wanted = {
            "desired_status": request.get("desiredStatus", "RUNNING"),
            "service": self._service_name(cluster, request.get("serviceName")),
            "started_by": request.get("startedBy"),
        }
        entries = (
            ((task.created_at.isoformat(), task.id), task.arn)
            for task in cluster.tasks.values()
            if all(value in (None, getattr(task, member)) for member, value in wanted.items())
            and request.get("family") in (None, task.revision.family)
            and request.get("launchType") in (None, described(task)["launchType"])
            and not request.get("containerInstance")
            and not request.get("daemonName")
        )
        return page(entries, request, "taskArns")

    def _service_name(self, cluster: Cluster, reference: str | None) -> str | None:
        if not reference:
            return None
        service = self.find_service(cluster, reference)
        if service is None:
            raise Refused("ServiceNotFoundException", "Service not found.")
        return service.name

    def describe_tasks(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """At most a hundred of one cluster; missing ones are failures (API reference)"""
        references = request["tasks"]
        if not references:
            raise invalid("Tasks cannot be empty.")
        if len(references) > MOST_DESCRIBED:
            raise invalid(f"Tasks cannot have more than {MOST_DESCRIBED} elements")
        cluster = self.active_cluster(request.get("cluster"))
        found, failures = [], []
        for reference in references:
            task = self._find_task(cluster, reference)
            if task is None:
                arn = self.arn(f"task/{cluster.name}/{last_part(reference)}")
                failures.append(
                    {"arn": reference if reference.startswith("arn:") else arn, "reason": "MISSING"}
                )
            else:
                found.append(described(task, tags="TAGS" in request.get("include", [])))
        return {"tasks": found, "failures": failures}

    def _find_task(self, cluster: Cluster, reference: str) -> Task | None:
        """A task of the cluster by its id or ARN; an ARN of another cluster finds nothing"""
        task = cluster.tasks.get(self.own_name(reference, "task"))
        if task is None or (reference.startswith("arn:") and reference != task.arn):
            return None
        return task


def _settings(cluster: Cluster, request: dict[str, Any], revision: Revision) -> dict[str, Any]:
    """Where the tasks run, checked as for a service"""
    strategy = strategy_items(request.get("capacityProviderStrategy", []), cluster.capacity_providers)
    if not strategy and not request.get("launchType"):
        strategy = list(cluster.strategy)
    launch = "FARGATE" if strategy else request.get("launchType", "EC2")
    rules.check_launch(request, revision, launch)
    rules.check_platform(request.get("platformVersion"), launch)
    rules.check_network(request.get("networkConfiguration"), revision, launch)
    settings: dict[str, Any] = {
        "networkConfiguration": shape.network_configuration(request.get("networkConfiguration")),
        "enableExecuteCommand": request.get("enableExecuteCommand", False),
    }
    return settings | ({"capacityProviderStrategy": strategy} if strategy else {"launchType": launch})


def _check_overrides(overrides: dict[str, Any], revision: Revision) -> None:
    """An override of a container that is not there (words in public error reports)"""
    names = [each["name"] for each in revision.definition["containerDefinitions"]]
    for override in overrides.get("containerOverrides", []):
        if override.get("name") not in names:
            raise invalid(
                f"Override for container named {override.get('name')} "
                "is not a container in the TaskDefinition."
            )
