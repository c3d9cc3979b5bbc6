"""The variables of a build: where each comes from, which one wins, and nothing of the host's.

User guide, "Environment variables in build environments".
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.sources import S3_ARN
from pipectl.local.codebuild.values import ParameterReader, SecretReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pipectl.buildspec.values import Buildspec
    from pipectl.local.codebuild.record import Build
    from pipectl.local.container_credentials import Desk
    from pipectl.local.permissions import Caller

PARAMETER_STORE = "PARAMETER_STORE"
SECRETS_MANAGER = "SECRETS_MANAGER"


def overridden(
    project: Iterable[Mapping[str, str]], build: Iterable[Mapping[str, str]]
) -> list[dict[str, str]]:
    """User guide: a variable of StartBuild replaces the project's of the same name, others are added"""
    merged = {variable["name"]: dict(variable) for variable in project}
    for variable in build:
        merged[variable["name"]] = {"type": "PLAINTEXT", **variable}
    return list(merged.values())


@dataclass(frozen=True)
class Stated:
    """The user's variables with their values, and the names of those that came from a store of secrets."""

    values: dict[str, str]
    secret: frozenset[str]

    def hidden(self) -> set[str]:
        """The values that no log shows"""
        return {self.values[name] for name in self.secret}


def stated(build: Build, buildspec: Buildspec, role: Caller, account: str, region: str) -> Stated:
    """StartBuild's variables before the project's before the buildspec's

    User guide, exported-variables: neither those of Secrets Manager nor of Parameter Store are exported.
    """
    parameter = ParameterReader(role, account, region)
    secret = SecretReader(role, account, region)
    found = dict(buildspec.variables)
    found |= {name: parameter(path) for name, path in buildspec.parameters.items()}
    found |= {name: secret(reference) for name, reference in buildspec.secrets.items()}
    names = {*buildspec.parameters, *buildspec.secrets}
    readers: dict[str, Callable[[str], str]] = {PARAMETER_STORE: parameter, SECRETS_MANAGER: secret}
    for variable in build.shown["environment"]["environmentVariables"]:
        read = readers.get(variable.get("type", ""))
        found[variable["name"]] = read(variable["value"]) if read else variable["value"]
        (names.add if read else names.discard)(variable["name"])
    return Stated(found, frozenset(names))


def own(build: Build, folders: Mapping[str, Path], log_path: str) -> dict[str, str]:
    """The CODEBUILD_* variables; one without value is not set"""
    shown = build.shown
    source = folders[""]
    variables: dict[str, Any] = {
        "CODEBUILD_BATCH_BUILD_IDENTIFIER": build.batch.identifier if build.batch else None,
        "CODEBUILD_BUILD_ARN": shown["arn"],
        "CODEBUILD_BUILD_ID": shown["id"],
        "CODEBUILD_BUILD_IMAGE": shown["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": shown["buildNumber"],
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_BUILD_URL": _console(shown["arn"], shown["id"]),
        "CODEBUILD_CI": "true",
        "CODEBUILD_INITIATOR": shown["initiator"],
        "CODEBUILD_KMS_KEY_ID": shown["encryptionKey"],
        "CODEBUILD_LOG_PATH": log_path,
        "CODEBUILD_PROJECT_ARN": build.project["arn"],
        "CODEBUILD_RESOLVED_SOURCE_VERSION": shown.get("resolvedSourceVersion"),
        "CODEBUILD_SOURCE_REPO_URL": _url(shown["source"]),
        "CODEBUILD_SOURCE_VERSION": shown.get("sourceVersion"),
        "CODEBUILD_SRC_DIR": source,
        "CODEBUILD_START_TIME": int(shown["startTime"].timestamp() * 1000),
    }
    secondary = {f"CODEBUILD_SRC_DIR_{name}": folder for name, folder in folders.items() if name}
    more = variables | secondary | _secondary(build) | build.request.get("webhook", {})
    return {name: str(value) for name, value in more.items() if value is not None}


def _secondary(build: Build) -> dict[str, Any]:
    """Of each secondary source its URL and version (user guide)"""
    urls = {
        f"CODEBUILD_SOURCE_REPO_URL_{source['sourceIdentifier']}": _url(source)
        for source in build.shown["secondarySources"]
    }
    return urls | {
        f"CODEBUILD_SOURCE_VERSION_{entry['sourceIdentifier']}": entry["sourceVersion"]
        for entry in build.shown["secondarySourceVersions"]
    }


def _console(arn: str, identity: str) -> str:
    """As in the environment of builds in public (OndraM/ci-detector, tests); the guide does not name it"""
    region = arn.split(":")[3]
    return (
        f"https://{region}.console.aws.amazon.com/codebuild/home?region={region}#/builds/{identity}/view/new"
    )


def _url(source: Mapping[str, Any]) -> str | None:
    """User guide: of S3 it begins with s3://"""
    location = source.get("location")
    if location and source["type"] == "S3":
        return f"s3://{S3_ARN.sub('', location)}"
    return location


def host(build: Build, url: str, desk: Desk, region: str, shims: Path) -> dict[str, str]:
    """What every program needs; of the host only PATH. Credentials of the project's role come from a desk"""
    home, temporary = build.folder / "home", build.folder / "tmp"
    for folder in (home, temporary):
        folder.mkdir(exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(shims), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        **desk.variables(url),
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws" / "credentials"),
    }
