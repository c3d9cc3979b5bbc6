"""`#{namespace.key}`: variables that nothing defines, or that are not there yet when they are needed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.rules._tools import PlacedAction, actions_of, error, pipelines
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, did_you_mean, few, nearest, shown
from pipectl.spec.spec import Spec

RULE = "variable"
REFERENCE = re.compile(r"#\{([^}.]*)\.?([^}]*)\}")
_COMMIT = ("AuthorDate", "BranchName", "CommitId", "CommitMessage")
PRODUCED = {
    "CodeCommit": (*_COMMIT, "CommitterDate", "RepositoryName"),
    "CodeStarSourceConnection": (*_COMMIT, "ConnectionArn", "FullRepositoryName", "ProviderType"),
    "ECR": ("ImageDigest", "ImageTag", "ImageURI", "RegistryId", "RepositoryName"),
    "ECRBuildAndPublish": ("ECRImageDigestId", "ECRRepositoryName"),
}
"""User guide, "reference-variables"; what others produce, they say themselves."""


@dataclass(frozen=True)
class _Text:
    """A text that CodePipeline looks into, just before its action runs."""

    path: Path
    value: str
    turn: tuple[int, int]


def check(spec: Spec) -> Iterator[Problem]:
    """Configuration of all actions and rules of every pipeline."""
    for name, block in pipelines(spec):
        found = actions_of(name, block)
        makers = {each.action.namespace: each for each in found if each.action.namespace}
        for text in [*_of_actions(found), *_of_rules(name, found)]:
            for match in REFERENCE.finditer(text.value):
                yield from _reference(spec, text, match, makers, block.variables)


def _of_actions(found: Sequence[PlacedAction]) -> Iterator[_Text]:
    for each in found:
        values = (
            {key: getattr(each.action, key) for key in each.wire.provider.keys} if each.wire.provider else {}
        )
        values |= {"configuration": each.action.configuration, "commands": each.action.commands}
        for key, value in values.items():
            yield from _texts(each.value_path(key), value, each.turn)


def _of_rules(pipeline: str, found: Sequence[PlacedAction]) -> Iterator[_Text]:
    for number, stage in {each.wire.stage_number: each.wire.stage for each in found}.items():
        turns = {"before_entry": (number, 0), "on_success": (number + 1, 0), "on_failure": (number + 1, 0)}
        for key, turn in turns.items():
            condition = getattr(stage, key)
            for index, rule in enumerate((condition.rules if condition else None) or ()):
                path = ("codepipeline", pipeline, "stages", number, key, "rules", index)
                yield from _texts((*path, "configuration"), rule.configuration, turn)
                yield from _texts((*path, "commands"), rule.commands, turn)


def _texts(path: Path, value: Any, turn: tuple[int, int]) -> Iterator[_Text]:
    match value:
        case str():
            yield _Text(path, value, turn)
        case dict():
            for key, each in value.items():
                yield from _texts((*path, key), each, turn)
        case list():
            for number, each in enumerate(value):
                yield from _texts((*path, number), each, turn)


def _reference(
    spec: Spec,
    text: _Text,
    match: re.Match[str],
    makers: Mapping[str, PlacedAction],
    variables: Mapping[str, Any],
) -> Iterator[Problem]:
    namespace, key = match[1], match[2]
    mistake: tuple[str, str | None] | None = None
    if not namespace or not key:
        mistake = f"{shown(match[0])} is no reference", "write `#{namespace.key}`"
    elif namespace == "codepipeline":
        if key != "PipelineExecutionId":
            mistake = _no_key(namespace, key, ["PipelineExecutionId"])
    elif namespace == "variables":
        if key not in variables:
            hint = did_you_mean(key, variables) or "write it under the pipeline's `variables:`"
            mistake = f"the pipeline has no variable {shown(key)}", hint
    elif namespace not in makers:
        mistake = f"no action has the namespace {shown(namespace)}", _namespaces(namespace, makers)
    else:
        mistake = _produced(namespace, key, makers[namespace], text.turn)
    if mistake:
        yield error(spec, text.path, RULE, *mistake)


def _namespaces(namespace: str, makers: Mapping[str, PlacedAction]) -> str:
    reserved = nearest(namespace, ["codepipeline", "variables"])
    if reserved and abs(len(reserved) - len(namespace)) <= 1:
        return f"did you mean `{reserved}`?"
    known = f"; there is {few(makers)}" if makers else ""
    own = f"write `namespace: {namespace}` at the action that makes it{known}"
    return did_you_mean(namespace, makers) or own


def _produced(
    namespace: str, key: str, maker: PlacedAction, turn: tuple[int, int]
) -> tuple[str, str | None] | None:
    if maker.turn >= turn:
        message = f"`#{{{namespace}.{key}}}` is made by {maker.name}, which does not run before"
        return message, "it can be used in later stages, or with a higher `run_order`"
    known = PRODUCED.get(maker.action.provider)
    return _no_key(namespace, key, list(known)) if known and key not in known else None


def _no_key(namespace: str, key: str, known: list[str]) -> tuple[str, str | None]:
    message = f"the namespace `{namespace}` has no {shown(key)}"
    return message, did_you_mean(key, known) or f"it has {few(known)}"
