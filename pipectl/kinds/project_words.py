"""What CreateProject and UpdateProject are sent, and the words that both sides are compared in."""

from collections.abc import Mapping
from typing import Any

import yaml

from pipectl.aws.account import Account
from pipectl.engine.values import exactly, in_order
from pipectl.kinds.project_block import EnvironmentValue, Project
from pipectl.kinds.repository import uri


def log_group_name(name: str, block: Project) -> str:
    """The log group of a project's builds."""
    return block.log_group or f"/aws/codebuild/{name}"


def request(account: Account, name: str, block: Project, role: str, pushes: list[str]) -> dict[str, Any]:
    """The parameters of CreateProject."""
    optional = {
        "description": block.description,
        "timeoutInMinutes": block.timeout_minutes,
        "queuedTimeoutInMinutes": block.queued_timeout_minutes,
        "concurrentBuildLimit": block.concurrent_build_limit,
        "encryptionKey": block.encryption_key,
        "cache": _cache(block),
        "vpcConfig": _vpc(block),
    }
    return {
        "name": name,
        "serviceRole": role,
        "source": _source(block),
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": _environment(account, block, pushes),
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": log_group_name(name, block)}},
        **{key: value for key, value in optional.items() if value is not None},
    }


def _source(block: Project) -> dict[str, Any]:
    if block.buildspec is None:
        return {"type": "CODEPIPELINE"}
    written = block.buildspec
    text = written if isinstance(written, str) else yaml.safe_dump(written, sort_keys=False, width=1000)
    return {"type": "CODEPIPELINE", "buildspec": text}


def _environment(account: Account, block: Project, pushes: list[str]) -> dict[str, Any]:
    variables: dict[str, EnvironmentValue] = dict(block.environment)
    if len(pushes) == 1:
        variables.setdefault("REPOSITORY_URI", uri(account, pushes[0]))
    environment = {
        "type": block.kind_of_environment,
        "image": block.image,
        "computeType": block.size,
        "privilegedMode": block.privileged,
        "environmentVariables": [_variable(name, value) for name, value in variables.items()],
    }
    if credentials := block.pull_credentials:
        environment["imagePullCredentialsType"] = credentials
    return environment


def _variable(name: str, value: EnvironmentValue) -> dict[str, str]:
    if isinstance(value, str):
        return {"name": name, "value": value, "type": "PLAINTEXT"}
    return {"name": name, "value": value.text, "type": value.kind}


def _cache(block: Project) -> dict[str, Any] | None:
    if block.cache is None:
        return None
    if isinstance(block.cache, str):
        return {"type": "S3", "location": block.cache}
    return {"type": "LOCAL", "modes": list(block.cache)} if block.cache else {"type": "NO_CACHE"}


def _vpc(block: Project) -> dict[str, Any] | None:
    if block.vpc is None:
        return None
    vpc = block.vpc
    return {"vpcId": vpc.id, "subnets": list(vpc.subnets), "securityGroupIds": list(vpc.security_groups)}


PLAIN = {
    "description": "description",
    "role": "serviceRole",
    "timeout_minutes": "timeoutInMinutes",
    "queued_timeout_minutes": "queuedTimeoutInMinutes",
    "concurrent_build_limit": "concurrentBuildLimit",
    "encryption_key": "encryptionKey",
}
ENVIRONMENT = {
    "environment_type": "type",
    "image": "image",
    "compute": "computeType",
    "privileged": "privilegedMode",
    "image_pull_credentials": "imagePullCredentialsType",
}
PARAMETERS = {
    **PLAIN,
    **dict.fromkeys((*ENVIRONMENT, "environment"), "environment"),
    "source": "source",
    "buildspec": "source",
    "artifacts": "artifacts",
    "cache": "cache",
    "vpc": "vpcConfig",
    "log_group": "logsConfig",
    "batch_role": "buildBatchConfig",
}
"""Word of the spec -> parameter of CreateProject and UpdateProject."""


def stated(params: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared: all that the request says."""
    said = words(params)
    asked = {word for word, parameter in PARAMETERS.items() if parameter in params}
    if "imagePullCredentialsType" not in params["environment"]:
        asked.discard("image_pull_credentials")
    return {word: value for word, value in said.items() if word in asked}


def words(project: Mapping[str, Any]) -> dict[str, Any]:
    """A project, asked for or described, in the words of the spec."""
    environment = project.get("environment") or {}
    source = project.get("source") or {}
    logs = (project.get("logsConfig") or {}).get("cloudWatchLogs") or {}
    return {
        **{word: project.get(theirs) or None for word, theirs in PLAIN.items()},
        "batch_role": (project.get("buildBatchConfig") or {}).get("serviceRole"),
        **{word: environment.get(theirs) for word, theirs in ENVIRONMENT.items()},
        "environment": {
            each["name"]: _value_words(each) for each in environment.get("environmentVariables") or []
        },
        "source": source.get("type"),
        "buildspec": _buildspec_words(source.get("buildspec")),
        "artifacts": (project.get("artifacts") or {}).get("type"),
        "cache": _cache_words(project.get("cache") or {}),
        "vpc": _vpc_words(project.get("vpcConfig") or {}),
        "log_group": _log_group_words(project.get("name"), logs),
    }


def _log_group_words(name: str | None, logs: Mapping[str, Any]) -> str | None:
    """The group that is written to: without a name the project's (API reference, CloudWatchLogsConfig)."""
    if logs.get("status", "ENABLED") != "ENABLED":
        return None
    return logs.get("groupName") or f"/aws/codebuild/{name}"


def _value_words(variable: Mapping[str, Any]) -> str:
    kind = variable.get("type", "PLAINTEXT")
    return str(variable["value"]) if kind == "PLAINTEXT" else f"{kind.lower()}: {variable['value']}"


def _buildspec_words(text: str | None) -> Any:
    """An inline buildspec by its meaning, so that its spelling is no difference; a path as it is.

    None is the file `buildspec.yml` in the root (build specification reference, "file name").
    """
    if not text or "\n" not in text:
        return text or "buildspec.yml"
    try:
        parsed = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return in_order(exactly(parsed)) if isinstance(parsed, dict) else text


def _cache_words(cache: Mapping[str, Any]) -> str:
    kind = cache.get("type", "NO_CACHE")
    if kind == "LOCAL":
        return ", ".join(sorted(cache.get("modes") or []))
    return str(cache.get("location")) if kind == "S3" else "none"


def _vpc_words(vpc: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": vpc.get("vpcId"),
        "subnets": sorted(vpc.get("subnets") or []),
        "security_groups": sorted(vpc.get("securityGroupIds") or []),
    }
