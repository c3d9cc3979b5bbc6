"""Tasks: run, stopped, listed, described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import placement
from pipectl.local.ecs import service_rules as rules
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs.capacity import strategy_items
from pipectl.local.ecs.launching import role_problem
from pipectl.local.ecs.names import client_error, invalid, last_part, tag_map
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.ecs.state import Cluster, Revision, Task
from pipectl.local.ecs.task_life import JOB_STEPS, add, new_arn, stop
from pipectl.local.ecs.task_shape import described
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.ecs.instances import ContainerInstance
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
        settings = self.settings_of(cluster, request, revision)
        check_overrides(request.get("overrides", {}), revision)
        if problem := role_problem(self, revision.definition):
            raise client_error(problem)
        tasks: list[Task] = []
        failures: list[dict[str, str]] = []
        for _ in range(request.get("count", 1)):
            chosen = _instance(cluster, revision, request, settings)
            if isinstance(chosen, placement.Misfit):
                failures += _failures(cluster, chosen)
            else:
                tasks.append(self.run_one(cluster, revision, request, settings, chosen))
        self.stir(cluster.arn)
        return {"tasks": [described(task, tags=True) for task in tasks], "failures": failures}

    def run_one(
        self,
        cluster: Cluster,
        revision: Revision,
        request: dict[str, Any],
        settings: dict[str, Any],
        instance: ContainerInstance | None,
    ) -> Task:
        """Begin one task of RunTask or StartTask"""
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
            instance=instance,
        )
        if any(each.get("command") for each in overrides.get("containerOverrides", [])):
            task.steps_left = JOB_STEPS
        return add(self, cluster, task)

    def settings_of(self, cluster: Cluster, request: dict[str, Any], revision: Revision) -> dict[str, Any]:
        """Where the tasks run, checked as for a service"""
        strategy = strategy_items(request.get("capacityProviderStrategy", []), self.providers, cluster)
        if not strategy and not request.get("launchType"):
            strategy = list(cluster.strategy)
        launch = rules.runs_on(strategy, request.get("launchType"))
        rules.check_network(request.get("networkConfiguration"), revision, launch)
        rules.check_launch(request, revision, launch)
        rules.check_platform(request.get("platformVersion"), launch)
        settings: dict[str, Any] = {
            "networkConfiguration": shape.network_configuration(request.get("networkConfiguration")),
            "enableExecuteCommand": request.get("enableExecuteCommand", False),
        }
        return settings | ({"capacityProviderStrategy": strategy} if strategy else {"launchType": launch})

    def stop_task(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """The service of a stopped task starts another one (API reference, StopTask)"""
        cluster = self.active_cluster(request.get("cluster"))
        task = self.find_task(cluster, request["task"])
        if task is None:
            raise invalid("The referenced task was not found.")
        stop(self, task, "UserInitiated", request.get("reason") or "Task stopped by user", self.world.now())
        service = cluster.services.get(task.service)
        if service is not None:
            service.steady = False
        self.stir(cluster.arn)
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
            and _is_on(task, request.get("containerInstance"))
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
        cluster = self.active_cluster(request.get("cluster"))
        references = request["tasks"]
        if not references:
            raise invalid("Tasks cannot be empty.")
        if len(references) > MOST_DESCRIBED:
            raise invalid(f"Tasks cannot have more than {MOST_DESCRIBED} elements")
        found, failures = [], []
        for reference in references:
            task = self.find_task(cluster, reference)
            if task is None:
                arn = self.arn(f"task/{cluster.name}/{last_part(reference)}")
                failures.append(
                    {"arn": reference if reference.startswith("arn:") else arn, "reason": "MISSING"}
                )
            else:
                found.append(described(task, tags="TAGS" in request.get("include", [])))
        return {"tasks": found, "failures": failures}

    def find_task(self, cluster: Cluster, reference: str) -> Task | None:
        """A task of the cluster by its id or ARN; an ARN of another cluster finds nothing"""
        task = cluster.tasks.get(self.own_name(reference, "task"))
        if task is None or (reference.startswith("arn:") and reference != task.arn):
            return None
        return task


def _is_on(task: Task, reference: str | None) -> bool:
    """Whether a task is on a container instance, which ListTasks names by its id or ARN"""
    return not reference or (task.instance is not None and last_part(reference) == task.instance.id)


def _instance(
    cluster: Cluster, revision: Revision, request: dict[str, Any], settings: dict[str, Any]
) -> ContainerInstance | placement.Misfit | None:
    """Where a task goes; None: it needs no instance, or the cluster has none (see `placement`)"""
    if not placement.on_instances(settings) or not placement.has_instances(cluster):
        return None
    constraints = (*revision.definition["placementConstraints"], *request.get("placementConstraints", []))
    strategy = tuple(request.get("placementStrategy", []))
    placement.check(constraints, strategy)
    group = request.get("group") or f"family:{revision.family}"
    return placement.choose(cluster, placement.Wish(revision.definition, group, constraints, strategy))


def _failures(cluster: Cluster, misfit: placement.Misfit) -> list[dict[str, str]]:
    """One failure per instance, each with its own reason (API reference, Failure; AWS CLI examples)"""
    if misfit.instance is None:
        return [{"arn": cluster.arn, "reason": "INACTIVE"}]
    return [{"arn": misfit.instance.arn, "reason": misfit.reason}]


def check_overrides(overrides: dict[str, Any], revision: Revision) -> None:
    """An override of a container that is not there (words in public error reports)"""
    names = [each["name"] for each in revision.definition["containerDefinitions"]]
    for override in overrides.get("containerOverrides", []):
        if override.get("name") not in names:
            raise invalid(
                f"Override for container named {override.get('name')} "
                "is not a container in the TaskDefinition."
            )
