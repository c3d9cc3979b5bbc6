"""CPU and memory that Fargate has no size for (developer guide, "task-cpu-memory-error")."""

from collections.abc import Iterator, Mapping

from pipectl.facts.fargate import SIZES
from pipectl.kinds.service_block import TaskDefinition
from pipectl.rules._tools import PlacedService, error, key_error, tasks, written
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "fargate-size"
FEW = 4
LEAST_OF_WINDOWS = 1024
"""CPU units: 256 and 512 are not for Windows (API reference, RegisterTaskDefinition, cpu)."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every service that runs on Fargate."""
    for service, task in tasks(spec):
        if not service.block.is_on_fargate:
            continue
        missing = [key for key in ("cpu", "memory") if getattr(task, key) is None]
        unwritten = [key for key in missing if not written(spec, (*service.task_path, key))]
        if unwritten:
            yield _missing(spec, service, unwritten)
        if task.cpu is not None and task.cpu not in SIZES:
            yield _no_such_cpu(spec, service, task.cpu)
        elif task.cpu is not None and task.memory is not None and task.memory not in SIZES[task.cpu]:
            yield _no_such_pair(spec, service, task.cpu, task.memory)
        elif task.cpu is not None and task.cpu < LEAST_OF_WINDOWS and _is_windows(task):
            message = f"Fargate runs Windows with {LEAST_OF_WINDOWS} CPU units or more, not with {task.cpu}"
            path = (*service.task_path, "cpu")
            yield error(spec, path, RULE, message, f"write cpu: {LEAST_OF_WINDOWS} and memory: 2048 or more")


def _is_windows(task: TaskDefinition) -> bool:
    platform = task.aws.get("runtimePlatform")
    family = platform.get("operatingSystemFamily") if isinstance(platform, Mapping) else None
    return str(family).startswith("WINDOWS")


def _missing(spec: Spec, service: PlacedService, keys: list[str]) -> Problem:
    listed = " and ".join(f"`{key}`" for key in keys)
    message = f"{service.title} runs on Fargate, which needs {listed} in its task definition"
    return key_error(spec, service.task_path, RULE, message, "the smallest is cpu: 256 and memory: 512")


def _no_such_cpu(spec: Spec, service: PlacedService, cpu: int) -> Problem:
    shares = " (1024 units are a vCPU)" if cpu < min(SIZES) else ""
    message = f"Fargate has no tasks of {cpu} CPU units"
    hint = f"it has {', '.join(map(str, SIZES))}{shares}"
    return error(spec, (*service.task_path, "cpu"), RULE, message, hint)


def _no_such_pair(spec: Spec, service: PlacedService, cpu: int, memory: int) -> Problem:
    sizes = SIZES[cpu]
    larger = next((size for size in sizes if size >= memory), None)
    message = f"Fargate has no tasks of {cpu} CPU units with {memory} MiB"
    if larger is None:
        needed = next((units for units, each in SIZES.items() if memory <= each[-1]), None)
        more = f"; for {memory} MiB take cpu: {needed}" if needed else ""
        hint = f"with cpu: {cpu} it has at most {sizes[-1]}{more}"
    else:
        step = f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"
        choices = ", ".join(map(str, sizes)) if len(sizes) <= FEW else step
        hint = f"with cpu: {cpu} it has {choices}; the next is {larger}"
    return error(spec, (*service.task_path, "memory"), RULE, message, hint)
