"""`start`: begin a new execution, with values for its variables and revisions of its sources."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, side_by_side
from pipectl.command import git, pipectl
from pipectl.errors import PipectlError, WrongUsage
from pipectl.runs import executions
from pipectl.runs.declared import providers
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline
from pipectl.runs.stages import stage_state, stage_states
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.act import Act
from pipectl.spec.problems import choices, did_you_mean, few, shown

COMMIT, DIGEST, VERSION = "COMMIT_ID", "IMAGE_DIGEST", "S3_OBJECT_VERSION_ID"
PROVIDERS = {
    COMMIT: ("CodeCommit", "CodeStarSourceConnection", "GitHub", "GitHubEnterpriseServer", "Bitbucket"),
    DIGEST: ("ECR",),
    VERSION: ("S3",),
}
"""Which sources take which type of revision (User guide, source revision overrides)."""
OPTIONS = {COMMIT: "--commit", DIGEST: "--image-digest", VERSION: "--s3-version"}
FULL_COMMIT = re.compile(r"[0-9a-f]{40}")
FULL_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Wanted:
    """What an execution shall start with; everything that is not said is as the pipeline has it."""

    variables: Mapping[str, str] = field(default_factory=dict)
    revisions: Mapping[str, str] = field(default_factory=dict)
    """By the type of revision."""
    action: str | None = None


def start(cloud: Cloud, pipeline: str, wanted: Wanted) -> Act:
    """Start the pipeline. Two starts make two executions; a repeated request of botocore makes one."""
    declaration, stages = side_by_side([
        partial(_declaration, cloud, pipeline),
        partial(_stages, cloud, pipeline),
    ])  # fmt: skip
    _refuse_variables(declaration, wanted.variables)
    overrides = _overrides(cloud, declaration, wanted)
    params: dict[str, Any] = {"name": pipeline}
    if wanted.variables:
        params["variables"] = [{"name": name, "value": value} for name, value in wanted.variables.items()]
    if overrides:
        params["sourceRevisions"] = overrides
    answer = cloud.call("codepipeline", "start_pipeline_execution", **params)
    mode = declaration.get("executionMode", "SUPERSEDED")
    details = {
        "variables": dict(wanted.variables),
        "revisions": {each["actionName"]: each["revisionValue"] for each in overrides},
        "ahead": stages,
    }
    return Act("start", pipeline, Execution(answer["pipelineExecutionId"], mode=mode), details=details)


def _declaration(cloud: Cloud, pipeline: str) -> Mapping[str, Any]:
    answer = find(NOT_THERE, cloud, "codepipeline", "get_pipeline", name=pipeline)
    if answer is None:
        raise no_such_pipeline(cloud, pipeline)
    declaration: Mapping[str, Any] = answer["pipeline"]
    return declaration


def _stages(cloud: Cloud, pipeline: str) -> tuple[StageState, ...]:
    return tuple(stage_state(stage, {}, {}) for stage in stage_states(cloud, pipeline))


def _refuse_variables(declaration: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """AWS refuses these too, one at a time and without the nearest right name."""
    declared = {each["name"]: each.get("defaultValue") for each in declaration.get("variables") or []}
    pipeline = declaration["name"]
    for name in given:
        if name not in declared:
            listed = choices(name, declared, "its variables are") if declared else "it has no variables"
            raise WrongUsage(f"no variable {shown(name)} in {pipeline}", hint=listed)
        if not given[name]:
            raise WrongUsage(f"the variable `{name}` of {pipeline} cannot be empty")
    missing = [name for name, default in declared.items() if default is None and name not in given]
    if missing:
        raise WrongUsage(
            f"{few(f'`{name}`' for name in missing)} of {pipeline} has no default",
            hint=pipectl("start", "--variable", f"{missing[0]}=VALUE"),
        )


def _overrides(cloud: Cloud, declaration: Mapping[str, Any], wanted: Wanted) -> list[dict[str, str]]:
    if wanted.action and len(wanted.revisions) != 1:
        raise WrongUsage("`--action` names the source of one revision", hint=f"give one of {_options()}")
    sources: Sequence[Mapping[str, Any]] = declaration["stages"][0]["actions"]
    return [
        {
            "actionName": (name := _source(declaration["name"], sources, kind, wanted.action)),
            "revisionType": kind,
            "revisionValue": _full(cloud, declaration["name"], name, kind, value),
        }
        for kind, value in wanted.revisions.items()
    ]


def _options() -> str:
    return ", ".join(f"`{option}`" for option in OPTIONS.values())


def _source(pipeline: str, sources: Sequence[Mapping[str, Any]], kind: str, named: str | None) -> str:
    """The source action that takes such a revision: the named one, else the only one."""
    known = providers(sources)
    fitting = [name for name, provider in known.items() if provider in PROVIDERS[kind]]
    told = few(f"{name} ({provider})" for name, provider in known.items())
    if named and named not in known:
        meant = did_you_mean(named, known)
        raise WrongUsage(f"no source action {shown(named)} in {pipeline}", hint=meant or f"there is {told}")
    if named and named not in fitting:
        raise WrongUsage(
            f"{named} takes no `{OPTIONS[kind]}`: it is a source of {known[named]}",
            hint=f"there is {told}",
        )
    if not named and not fitting:
        raise WrongUsage(f"no source action of {pipeline} takes `{OPTIONS[kind]}`", hint=f"there is {told}")
    if not named and len(fitting) > 1:
        raise WrongUsage(
            f"{len(fitting)} source actions of {pipeline} take `{OPTIONS[kind]}`: {few(fitting)}",
            hint=f"say which, as in `--action {fitting[0]}`",
        )
    return named or fitting[0]


def _full(cloud: Cloud, pipeline: str, action: str, kind: str, value: str) -> str:
    """AWS takes only full revisions, so a short commit or digest is looked up among those that ran."""
    bare = value.strip().removeprefix("sha256:")
    if kind == VERSION:
        return bare
    prefix = "sha256:" if kind == DIGEST else ""
    if (FULL_DIGEST if kind == DIGEST else FULL_COMMIT).fullmatch(bare.lower()):
        return prefix + bare.lower()
    try:
        ran = executions.matches(cloud, pipeline, bare)
    except WrongUsage:
        raise
    except PipectlError as error:
        raise PipectlError(
            f"{shown(value)} is no full revision, and no execution of {pipeline} had one that begins so",
            hint=f"AWS takes only full commits and digests; {git('rev-parse', bare)} prints a commit in full",
        ) from error
    for each in ran:
        if action in each.revisions and executions.begins_so(each.revisions[action].id, bare):
            return each.revisions[action].id
    raise PipectlError(f"{shown(value)} names an execution; a revision of {action} is needed")
