"""CodeBuild projects as the spec writes them."""

import re
from collections.abc import Mapping
from typing import Any

from pipectl.arrive.looking import Look, filled, own_tags, rest
from pipectl.engine.values import State
from pipectl.kinds import project
from pipectl.kinds.project_block import DEFAULT_IMAGE
from pipectl.kinds.project_words import ENVIRONMENT

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MINUTES, QUEUED = 60, 480
"""What CreateProject fills in (API reference)."""

SPOKEN = frozenset({
    "name", "arn", "description", "source", "artifacts", "cache", "environment", "serviceRole",
    "timeoutInMinutes", "queuedTimeoutInMinutes", "concurrentBuildLimit", "encryptionKey", "tags", "created",
    "lastModified", "webhook", "badge", "logsConfig", "vpcConfig", "projectVisibility", "publicProjectAlias",
    "resourceAccessRole",
})  # fmt: skip
"""Members of a project that the grammar has a word for, and those that CreateProject does not take."""

SOURCE_FILLED = {"gitCloneDepth": 0, "gitSubmodulesConfig": {"fetchSubmodules": False}}
ARTIFACTS_FILLED = {"packaging": "NONE", "namespaceType": "NONE"}


def found(look: Look, name: str) -> State | None:
    """What is there of a project."""
    return look.state(project.KIND, name, {"tags": {}})


def runs_in_a_pipeline(state: State) -> bool:
    """Whether source and artifacts are a pipeline's: the grammar knows no others."""
    return bool(state["source"] == "CODEPIPELINE" and state["artifacts"] == "CODEPIPELINE")


def block(look: Look, name: str, state: State, role: str | None) -> dict[str, Any]:
    """A project in the grammar; `role` is None when it is the one that pipectl makes."""
    raw: Mapping[str, Any] = state["aws"]
    said = filled(
        description=state["description"],
        image=state["image"] if state["image"] != DEFAULT_IMAGE else None,
        environment_type=state["environment_type"],
        compute=state["compute"],
        privileged=state["privileged"] or None,
        image_pull_credentials=_pulls(state),
        buildspec=_buildspec(raw),
        environment=_environment(look, name, raw),
    )
    said |= _limits(state)
    said |= filled(cache=_cache(raw.get("cache") or {}), vpc=_vpc(raw.get("vpcConfig") or {}))
    said |= filled(encryption_key=_key(look, state.get("encryption_key")), role=role)
    _tell(look, name, raw)
    return said | filled(tags=own_tags(state.get("tags")), aws=_aws(name, raw))


def _pulls(state: State) -> str | None:
    whose = state["image_pull_credentials"]
    return None if whose == "CODEBUILD" else whose


def _buildspec(raw: Mapping[str, Any]) -> str | None:
    text = raw["source"].get("buildspec")
    return None if text in (None, "", "buildspec.yml") else str(text)


def _environment(look: Look, name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for each in raw["environment"].get("environmentVariables") or []:
        if not VARIABLE.fullmatch(each["name"]):
            look.tell(f"variable {each['name']} of codebuild project {name}: the grammar has no such names")
            continue
        kind = each.get("type", "PLAINTEXT")
        said[each["name"]] = each["value"] if kind == "PLAINTEXT" else {kind.lower(): each["value"]}
    return said


def _limits(state: State) -> dict[str, Any]:
    """Times and counts that are not AWS's own."""
    timeout, queued = state["timeout_minutes"], state["queued_timeout_minutes"]
    return filled(
        timeout_minutes=timeout if timeout != MINUTES else None,
        queued_timeout_minutes=queued if queued != QUEUED else None,
        concurrent_build_limit=state["concurrent_build_limit"],
    )


def _cache(cache: Mapping[str, Any]) -> Any:
    if cache.get("type") == "LOCAL":
        return list(cache.get("modes") or [])
    return cache.get("location") if cache.get("type") == "S3" else None


def _vpc(vpc: Mapping[str, Any]) -> dict[str, Any] | None:
    if not vpc.get("vpcId"):
        return None
    return {"id": vpc["vpcId"], "subnets": vpc["subnets"], "security_groups": vpc["securityGroupIds"]}


def _key(look: Look, key: str | None) -> str | None:
    """The customer key; AWS's own for S3 is what CreateProject fills in (API reference)."""
    return None if key in (None, look.account.arn("kms", "alias/aws/s3"), "alias/aws/s3") else key


def log_group(state: State, name: str) -> str | None:
    """The group that its builds write to; None when they write to none."""
    group: str | None = state["log_group"]
    return group


def _aws(name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What the grammar has no word for, in the parameters of CreateProject."""
    spoken = frozenset({*ENVIRONMENT.values(), "environmentVariables"})
    environment = rest(raw["environment"], spoken, {})
    source = rest(raw["source"], frozenset({"type", "buildspec"}), SOURCE_FILLED)
    artifacts = rest(raw["artifacts"], frozenset({"type"}), {**ARTIFACTS_FILLED, "name": name})
    parts = filled(environment=environment, source=source, artifacts=artifacts, logsConfig=_logs(raw))
    return parts | rest(raw, SPOKEN, {"autoRetryLimit": 0})


def _logs(raw: Mapping[str, Any]) -> dict[str, Any]:
    logs = raw.get("logsConfig") or {}
    cloud_watch = rest(logs.get("cloudWatchLogs") or {}, frozenset({"groupName"}), {"status": "ENABLED"})
    to_s3 = logs.get("s3Logs") or {}
    return filled(cloudWatchLogs=cloud_watch, s3Logs=to_s3 if to_s3.get("status") == "ENABLED" else None)


def _tell(look: Look, name: str, raw: Mapping[str, Any]) -> None:
    """What CreateProject cannot be told, and so neither a spec; it stays as it is."""
    if raw.get("webhook"):
        look.tell(f"the webhook of codebuild project {name} stays as it is: the grammar has no word for it")
    if raw.get("projectVisibility") == "PUBLIC_READ":
        look.tell(f"codebuild project {name} is public and stays so: the grammar has no word for it")
