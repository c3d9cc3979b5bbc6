"""Commands actions that CodePipeline refuses."""

from collections.abc import Iterator

from pipectl.rules._tools import PlacedAction, actions, error, key_error, written
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "commands"
LONGEST = 1000
"""Of one command (service model, Command)."""
LONGEST_PATH = 128
"""Of one output file (service model, FilePath)."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every Commands action (user guide, "action-reference-Commands")."""
    for each in actions(spec):
        if each.action.provider == "Commands":
            if not each.action.commands and not written(spec, each.value_path("commands")):
                message = f"{each.name} has no `commands`"
                yield key_error(spec, each.path, RULE, message, "write them as a list, one line each")
            yield from _commands(spec, each)
            yield from _files(spec, each)


def _commands(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    for number, command in enumerate(each.action.commands or ()):
        path = (*each.path, "commands", number)
        if "\n" in command.strip():
            message = f"command {number + 1} of {each.name} has more than one line"
            yield error(spec, path, RULE, message, "each command is one line; join them with `&&`")
        elif not 1 <= len(command.strip()) <= LONGEST:
            message = f"command {number + 1} of {each.name} has {len(command.strip())} characters"
            hint = f"at most {LONGEST} are taken; call a script" if command.strip() else "take it out"
            yield error(spec, path, RULE, message, hint)


def _files(spec: Spec, each: PlacedAction) -> Iterator[Problem]:
    if each.action.output_files and not each.wire.outputs:
        message = f"{each.name} has `output_files` and no output to put them into"
        path = each.value_path("output_files")
        yield key_error(spec, path, RULE, message, f"write `outputs: [{each.wire.name}Output]`")
    for number, file in enumerate(each.action.output_files or ()):
        if not 1 <= len(file) <= LONGEST_PATH:
            message = f"output file {number + 1} of {each.name} has {len(file)} characters"
            hint = f"1 to {LONGEST_PATH} are taken"
            yield error(spec, (*each.path, "output_files", number), RULE, message, hint)
