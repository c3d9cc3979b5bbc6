"""What a build's role must be allowed to do: what CodeBuild calls, and what the spec knows of its work."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipectl.aws.account import Account
from pipectl.facts.calls import (
    Call,
    batch_calls,
    build_artifact_calls,
    build_calls,
    clone_calls,
    key_calls,
    push_calls,
    use_connection_calls,
    variable_calls,
)
from pipectl.kinds.buildspec import buildspec
from pipectl.kinds.permissions import Declared, rules, stores
from pipectl.kinds.project_block import Project
from pipectl.kinds.statements import statements
from pipectl.spec.spec import Spec

CLONE = "CODEBUILD_CLONE_REF"


def role_statements(
    spec: Spec,
    account: Account,
    name: str,
    block: Project,
    request: Mapping[str, Any],
    pushes: Iterable[str],
    pipelines: Iterable[Declared],
) -> list[dict[str, Any]]:
    """The statements of a project's role; `request` is CreateProject's, `pipelines` are declarations."""
    seen = buildspec(spec, name, block)
    calls = [
        *build_calls(request, account.place, seen.values if seen else None),
        *push_calls(pushes, account.place),
        *(call for declared in pipelines for call in _in_pipeline(account, name, declared)),
    ]
    return [*statements(calls), *block.statements]


def runs_batches(account: Account, project: str, pipelines: Iterable[Declared]) -> bool:
    """Whether a pipeline of the spec starts batches of a project."""
    runs = (run for declared in pipelines for run in _runs(account, project, declared))
    return any((run.get("configuration") or {}).get("BatchEnabled", "false") != "false" for run in runs)


def batch_statements(account: Account, project: str) -> list[dict[str, Any]]:
    """The statements of the role in whose name CodeBuild starts the builds of a batch."""
    return statements(batch_calls(project, account.place))


def _in_pipeline(account: Account, project: str, declared: Declared) -> Iterator[Call]:
    """What the builds of one pipeline need: artifacts, clones of sources, variables of actions."""
    runs = list(_runs(account, project, declared))
    if not runs:
        return
    store = stores(account, declared).get(account.region) or {}
    yield from build_artifact_calls(str(store.get("location")), account.place)
    if key := (store.get("encryptionKey") or {}).get("id"):
        yield from key_calls(key, account.place)
    sources = dict(_sources(declared))
    for run in runs:
        for artifact in run.get("inputArtifacts") or ():
            if artifact["name"] in sources:
                yield from _clone(account, sources[artifact["name"]])
        yield from variable_calls(_variables(run.get("configuration") or {}), account.place)


def _runs(account: Account, project: str, declared: Declared) -> Iterator[Mapping[str, Any]]:
    """The actions and rules that run a project of this account and Region."""
    for stage in declared["stages"]:
        for part in (*stage["actions"], *rules(stage)):
            kind = part.get("actionTypeId") or part.get("ruleTypeId") or {}
            here = (part.get("region") or account.region) == account.region
            named = (part.get("configuration") or {}).get("ProjectName") == project
            role = part.get("roleArn")
            if (
                kind.get("provider") == "CodeBuild"
                and named
                and here
                and f":{account.id}:" in (role or f":{account.id}:")
            ):
                yield part


def _sources(declared: Declared) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Artifact -> the source action that gives it as a reference for a clone."""
    for stage in declared["stages"]:
        for action in stage["actions"]:
            if (action.get("configuration") or {}).get("OutputArtifactFormat") == CLONE:
                yield from ((output["name"], action) for output in action.get("outputArtifacts") or ())


def _clone(account: Account, action: Mapping[str, Any]) -> Iterator[Call]:
    configuration = action["configuration"]
    place = replace(account.place, region=action.get("region") or account.region)
    if action["actionTypeId"]["provider"] == "CodeCommit":
        yield from clone_calls(configuration.get("RepositoryName", "*"), place)
    elif configuration.get("ConnectionArn"):
        yield from use_connection_calls(configuration["ConnectionArn"], place)


def _variables(configuration: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The variables that an action gives to its builds (user guide, CodeBuild action)."""
    try:
        found = json.loads(configuration.get("EnvironmentVariables") or "[]")
    except ValueError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
