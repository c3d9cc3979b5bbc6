"""Image definitions for containers that the service does not have, or that no artifact brings along."""

from collections.abc import Iterator

from pipectl.kinds.buildspec import Buildspec, Command, buildspec
from pipectl.kinds.image_definitions import names_of
from pipectl.rules._delivery import Delivery, deliveries
from pipectl.spec.problems import Problem, did_you_mean, shown
from pipectl.spec.spec import Spec

RULE = "container-name"


def check(spec: Spec) -> Iterator[Problem]:
    """What a build writes, against the containers of the services that its output is deployed to."""
    for each in deliveries(spec):
        found = buildspec(spec, each.build.action.project or "", each.project)
        if found is not None and each.task is not None and each.service is not None:
            commands = list(found.commands())
            texts = [command.text for command in commands]
            for number, name in names_of(texts, each.file, found.variable):
                if name is not None and name not in each.task.containers:
                    yield _unknown(spec, found, commands[number], each, name)


def _unknown(spec: Spec, found: Buildspec, command: Command, each: Delivery, name: str) -> Problem:
    assert each.task is not None  # noqa: S101  looked at above
    assert each.service is not None  # noqa: S101  the same
    containers = list(each.task.containers)
    place = found.place(command.path)
    stands = spec.places.of_key(each.service.container_path(containers[0]))
    has = "only " if len(containers) == 1 else ""
    message = (
        f"the build writes an image for container {shown(name)}, but task definition {each.task.family} has "
        f"{has}{', '.join(f'`{container}`' for container in containers)} ({each.file} is written at "
        f"{place.file}:{place.line}, the container stands at {stands.file}:{stands.line})"
    )
    return found.problem(place, RULE, message, did_you_mean(name, containers))
