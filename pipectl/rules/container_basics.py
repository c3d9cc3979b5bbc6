"""Containers that ECS refuses: without an image, without memory, none essential, larger than their task."""

from collections.abc import Iterator

from pipectl.kinds.service_block import Container, TaskDefinition
from pipectl.rules._tools import PlacedService, error, key_error, tasks, written
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "container"


def check(spec: Spec) -> Iterator[Problem]:
    """Images, memory and CPU of every task definition (API reference, RegisterTaskDefinition)."""
    for service, task in tasks(spec):
        for name, container, path in service.containers():
            yield from _image(spec, path, name, container)
            if service.block.launches != "FARGATE":
                yield from _memory_stated(spec, path, name)
            yield from _memory(spec, path, name, container)
        yield from _essential(spec, service, task)
        yield from _sums(spec, service, task)


def _image(spec: Spec, path: Path, name: str, container: Container) -> Iterator[Problem]:
    if container.repository or container.image or "image" in container.aws:
        return
    if not any(written(spec, (*path, key)) for key in ("repository", "image")):
        message = f"container `{name}` has no image"
        hint = "write `repository:` for one that the pipeline pushes, `image:` for any other"
        yield key_error(spec, path, RULE, message, hint)


def _memory(spec: Spec, path: Path, name: str, container: Container) -> Iterator[Problem]:
    hard, soft = container.memory, container.memory_reservation
    if hard is not None and soft is not None and soft > hard:
        message = f"container `{name}` reserves {soft} MiB and may have only {hard}"
        hint = "`memory_reservation` is the soft limit, below `memory`"
        yield error(spec, (*path, "memory_reservation"), RULE, message, hint)


def _memory_stated(spec: Spec, path: Path, name: str) -> Iterator[Problem]:
    own = [(*path, "memory"), (*path, "memory_reservation")]
    if not any(written(spec, each) for each in (*own, (*path[:-2], "memory"))):
        message = f"neither container `{name}` nor its task says how much memory it has"
        hint = "write `memory:` in the container, or in the task definition for all together"
        yield key_error(spec, path, RULE, message, hint)


def _essential(spec: Spec, service: PlacedService, task: TaskDefinition) -> Iterator[Problem]:
    if not any(each.essential for each in task.containers.values()):
        message = f"no container of {task.family} is essential, so its tasks would never be known to fail"
        hint = "take `essential: false` from the one that does the work"
        yield key_error(spec, (*service.task_path, "containers"), RULE, message, hint)


def _sums(spec: Spec, service: PlacedService, task: TaskDefinition) -> Iterator[Problem]:
    memory = sum(each.memory_reservation or each.memory or 0 for each in task.containers.values())
    cpu = sum(each.cpu or 0 for each in task.containers.values())
    # One larger container is named itself; else all together are.
    for key, total, limit, unit in (
        ("memory", memory, task.memory, "MiB"),
        ("cpu", cpu, task.cpu, "CPU units"),
    ):
        if limit is None:
            continue
        larger = [name for name, each in task.containers.items() if (getattr(each, key) or 0) > limit]
        for name in larger:
            wanted = getattr(task.containers[name], key)
            message = f"container `{name}` wants {wanted} {unit}, more than the {limit} of its task"
            path = (*service.container_path(name), key)
            yield error(spec, path, RULE, message, f"lower it, or raise `{key}` of {task.family}")
        if not larger and total > limit:
            message = f"the containers of {task.family} want {total} {unit} together, its tasks have {limit}"
            path = (*service.task_path, key)
            yield error(spec, path, RULE, message, f"raise it, or lower `{key}` of the containers")
