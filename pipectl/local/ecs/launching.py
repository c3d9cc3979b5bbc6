"""Whether a task can come to run: its roles, its images, its log groups, and failures that were asked for.

A rehearsal may ask a container to fail: by the docker label `FAIL` or the environment variable `FAIL` with
any value but an empty one, `0` or `false`. The local AWS runs no containers, so nothing else can.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import agent
from pipectl.local.ecs.images import digest_of, pull_problem
from pipectl.local.permissions import principals

if TYPE_CHECKING:
    from pipectl.local.ecs.state import State, Task

TASKS = "ecs-tasks.amazonaws.com"
FAIL = "FAIL"
_NO = ("", "0", "false")


@dataclass
class Start:
    """How the start of a task went; without a stop code it runs"""

    stop_code: str = ""
    reason: str = ""
    container_reasons: dict[str, str] = field(default_factory=dict)
    exit_codes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


def role_problem(state: State, definition: dict[str, Any]) -> str:
    """The words of a service event when ECS cannot assume a role (public error reports)

    A role that exists must trust ECS tasks; one that does not exist is taken as there, like subnets and
    target groups, so that a production spec can be rehearsed.
    """
    for member in ("taskRoleArn", "executionRoleArn"):
        arn = definition.get(member, "")
        if principals.find_role(state.world, arn) and not state.world.role_usable(arn, TASKS):
            return (
                f"ECS was unable to assume the role '{arn}' that was provided for this task. "
                "Please verify that the role being passed has the proper trust relationship and permissions "
                "and that your IAM user has permissions to pass this role."
            )
    return ""


def start(state: State, task: Task) -> Start:
    """Pull, open the logs, start: the first problem of a container stops the task"""
    containers = task.revision.definition["containerDefinitions"]
    went = Start()
    if denied := agent.denial(state, task):
        went.stop_code, went.reason = "TaskFailedToStart", denied.reason
        if denied.container:
            went.container_reasons[denied.container] = denied.reason
        return went
    for container in containers:
        problem = pull_problem(state.world, container["image"]) or _log(state, task, container)
        if problem:
            went.container_reasons[container["name"]] = problem
            went.stop_code, went.reason = "TaskFailedToStart", problem
            return went
        if digest := digest_of(state.world, container["image"]):
            went.digests[container["name"]] = digest
    for container in containers:
        if shall_fail(container, task.overrides):
            went.exit_codes[container["name"]] = 1
            if container["essential"]:
                went.stop_code, went.reason = "EssentialContainerExited", "Essential container in task exited"
    return went


def shall_fail(container: dict[str, Any], overrides: dict[str, Any]) -> bool:
    """Whether a failure was asked for; an override of RunTask counts before the definition"""
    environment = {each.get("name"): each.get("value", "") for each in container["environment"]}
    for override in overrides.get("containerOverrides", []):
        if override.get("name") == container["name"]:
            environment |= {
                each.get("name"): each.get("value", "") for each in override.get("environment", [])
            }
    asked = (container.get("dockerLabels", {}).get(FAIL, ""), environment.get(FAIL, ""))
    return any(value.lower() not in _NO for value in asked)


def _log(state: State, task: Task, container: dict[str, Any]) -> str:
    """Write a line as the container's first; why the logs could not be opened

    Developer guide, "awslogs": the stream is PREFIX/CONTAINER/TASK, the group must exist unless
    `awslogs-create-group` is said.
    """
    configuration = container.get("logConfiguration", {})
    if configuration.get("logDriver") != "awslogs":
        return ""
    options = configuration["options"]
    group = options["awslogs-group"]
    logs = state.world.moto("logs", state.account, options["awslogs-region"])
    if group not in logs.groups and options.get("awslogs-create-group") == "true":
        logs.create_log_group(group, {})
    if group not in logs.groups:
        return (
            "ResourceInitializationError: failed to validate logger args: "
            "create stream has been retried 1 times: failed to create Cloudwatch log stream: "
            "ResourceNotFoundException: The specified log group does not exist."
        )
    prefix = options.get("awslogs-stream-prefix")
    stream = f"{prefix}/{container['name']}/{task.id}" if prefix else task.id
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    line = f"the local AWS started {container['name']} with {container['image']}"
    # moto drops what is ahead of the real clock, which the world's clock may be
    logs.put_log_events(group, stream, [{"timestamp": int(time.time() * 1000), "message": line}])
    return ""
