"""Triggers of actions that have none, and filters that exclude each other."""

from collections.abc import Iterator

from pipectl.kinds.pipeline_block import Filter, Trigger
from pipectl.rules._tools import actions_of, error, key_error, pipelines, written
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, did_you_mean, shown
from pipectl.spec.spec import Spec

RULE = "trigger"
PROVIDER = "CodeStarSourceConnection"
LONGEST = 255
"""Of one pattern (service model, GitBranchNamePattern and its like)."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every trigger (user guide, "pipelines-triggers")."""
    for name, block in pipelines(spec):
        providers = {each.wire.name: each.action.provider for each in actions_of(name, block)}
        sources = [each for each, provider in providers.items() if provider == PROVIDER]
        for action, trigger in block.triggers.items():
            path = ("codepipeline", name, "triggers", action)
            if action not in providers:
                message = f"there is no action {shown(action)} in {name}"
                hint = did_you_mean(action, sources) or _sources(sources)
                yield key_error(spec, path, RULE, message, hint)
            elif action not in sources:
                message = f"action `{action}` is {providers[action]}, and triggers are for connections only"
                yield key_error(spec, path, RULE, message, _sources(sources))
            yield from _trigger(spec, path, action, trigger)


def _sources(sources: list[str]) -> str:
    if sources:
        return f"the connections here are {', '.join(sources)}"
    return "other sources start the pipeline by themselves"


def _trigger(spec: Spec, path: Path, action: str, trigger: Trigger) -> Iterator[Problem]:
    if not trigger.push and not trigger.pull_request and not written(spec, path):
        message = f"the trigger of {action} does not say what starts the pipeline"
        yield key_error(spec, path, RULE, message, "write `push:` or `pull_request:`")
    for number, push in enumerate(trigger.push or ()):
        here = (*path, "push", number)
        if push.tags and (push.branches or push.file_paths):
            other = "branches" if push.branches else "file_paths"
            message = f"one push cannot have filters for `tags` and `{other}`"
            yield key_error(spec, (*here, other), RULE, message, "write two entries under `push:`")
        for key in ("branches", "tags", "file_paths"):
            yield from _filter(spec, (*here, key), getattr(push, key))
    for number, request in enumerate(trigger.pull_request or ()):
        for key in ("branches", "file_paths"):
            yield from _filter(spec, (*path, "pull_request", number, key), getattr(request, key))


def _filter(spec: Spec, path: Path, found: Filter | None) -> Iterator[Problem]:
    if found is None:
        return
    if not found.includes and not found.excludes and not written(spec, path):
        message = f"the filter for `{path[-1]}` is empty"
        yield key_error(spec, path, RULE, message, "write `includes:` or `excludes:`")
    for key in ("includes", "excludes"):
        for number, pattern in enumerate(getattr(found, key) or ()):
            if not 1 <= len(pattern) <= LONGEST:
                message = f"a pattern of {len(pattern)} characters"
                yield error(spec, (*path, key, number), RULE, message, f"1 to {LONGEST} are taken")
