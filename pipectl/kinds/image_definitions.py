"""Image definitions: the containers that a build names in them, as far as its commands say so."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipectl.kinds.buildspec import buildspec
from pipectl.kinds.pipeline_block import Action, Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.wiring import Wired, wired
from pipectl.spec.spec import Spec

DEFAULT_FILE = "imagedefinitions.json"
"""What an ECS action reads when it says nothing else (user guide, "action-reference-ECS")."""
NAME = re.compile(r"""\\?["']?\bname\\?["']?\s*:\s*\\?["']([^"'\\]+)\\?["']""")
WRITTEN_TO = re.compile(r"""(?:>{1,2}|\btee(?:\s+-a)?)\s*["']?([^\s"'|;&>]+)""")
VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
IMAGE = "imageUri"

EDITOR = re.compile(r"(?:^|[\s;&|(])(sed|envsubst|jq|yq|awk|perl|python3?|node|ruby)\s")
"""Programs that change a file, so that what was written to it is not what the deployment reads."""
SUBSTITUTION = re.compile(r"""s([/|#,:@!])([\w.<>{}$@%-]+)\1""")

Variable = Callable[[str], str | None]
"""The value of a build's variable; None when it is not known."""


def file_of(action: Action) -> str:
    """The image definitions that an ECS action reads."""
    return action.image_definitions or action.configuration.get("FileName") or DEFAULT_FILE


def names_in(command: str, file: str, variable: Variable) -> list[str | None]:
    """The containers that a command writes an image for; None stands for a name that is not known."""
    if IMAGE not in command:
        return []
    files = [target.removeprefix("./") for target in WRITTEN_TO.findall(command)]
    if files and not any(target == file or target.endswith("/" + file) or "$" in target for target in files):
        return []
    filled = [
        VARIABLE.sub(lambda match: variable(match[1]) or match[0], name) for name in NAME.findall(command)
    ]
    names: list[str | None] = [None if "$" in name or "%" in name else name for name in filled]
    return [*names, *[None] * (command.count(IMAGE) - len(names))]


def names_of(commands: Sequence[str], file: str, variable: Variable) -> Iterator[tuple[int, str | None]]:
    """The containers that commands write images for, each with the number of its command.

    None stands for a name that is not known, also since a later command changes the file.
    """
    for number, command in enumerate(commands):
        written = list(WRITTEN_TO.finditer(command))
        rest = command[written[-1].end() :] if written else ""
        later = [text for text in (rest, *commands[number + 1 :]) if file in text and EDITOR.search(text)]
        for name in names_in(command, file, variable):
            yield number, None if name and any(_changes(text, name) for text in later) else name


def _changes(command: str, name: str) -> bool:
    """Whether an editor may change a name; substitutions of other words by `sed` do not."""
    editors = {match[1] for match in EDITOR.finditer(command)}
    words = [match[2] for match in SUBSTITUTION.finditer(command)]
    return editors != {"sed"} or not words or any(word in name for word in words)


def deployed_containers(spec: Spec, cluster: str, service: str) -> set[str] | None:
    """The containers that pipelines of the spec bring images for; None where a build does not say it."""
    found: set[str] = set()
    for deploy, maker in _deployments(spec, cluster, service):
        names = list(_written(spec, maker, file_of(deploy.action))) if maker else []
        if not names or None in names:
            return None
        found |= {name for name in names if name is not None}
    return found


def _deployments(spec: Spec, cluster: str, service: str) -> Iterator[tuple[Wired, Wired | None]]:
    """Every ECS action for a service, and the action that makes its input."""
    for pipeline in spec.all(Pipeline).values():
        actions = wired(pipeline)
        makers = {output: each for each in actions for output in each.outputs}
        for each in actions:
            is_meant = (each.action.cluster, each.action.service) == (cluster, service)
            if each.action.provider == "ECS" and is_meant:
                yield each, makers.get(each.inputs[0]) if len(each.inputs) == 1 else None


def _written(spec: Spec, maker: Wired, file: str) -> Iterator[str | None]:
    own = maker.action.environment or {}
    if maker.action.provider == "Commands":
        yield from _all(maker.action.commands or (), file, own.get)
    project = spec.all(Project).get(maker.action.project or "")
    build = buildspec(spec, maker.action.project or "", project) if project else None
    if build is not None and build.certain:
        commands = [command.text for command in build.commands()]
        yield from _all(commands, file, lambda name: own.get(name) or build.variable(name))


def _all(commands: Iterable[str], file: str, variable: Variable) -> Iterator[str | None]:
    yield from (name for _, name in names_of(list(commands), file, variable))
