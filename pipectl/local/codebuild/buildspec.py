"""The buildspec as a value: what is read from YAML, and what the agent says when it cannot be read.

User guide, "Build specification reference". The agent's sentences where users have shown them
(aws/aws-codebuild-docker-images, awsdocs/aws-codebuild-user-guide#25), otherwise inferred.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pipectl.local.codebuild import yaml_text

PHASES = ("install", "pre_build", "build", "post_build")
_VERSIONS = ("0.1", "0.2")
_TOP = ("version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache")
_ON_FAILURE = re.compile(r"ABORT|CONTINUE|RETRY(-.+)?", re.DOTALL)
_SHELLS = ("bash", "/bin/bash", "sh", "/bin/sh")
_TRUE = ("yes", "true", "on")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_MOST_EXPORTED = 50  # inferred; the guide names no limit


class BuildspecError(Exception):
    """A buildspec that the agent refuses (YAML_FILE_ERROR)."""


@dataclass(frozen=True)
class Phase:
    """The commands of one phase."""

    commands: tuple[str, ...] = ()
    finally_: tuple[str, ...] = ()
    on_failure: str | None = None
    run_as: str | None = None
    runtimes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Files:
    """An `artifacts` block, or one of its secondary ones."""

    files: tuple[str, ...]
    base: str | None = None
    excluded: tuple[str, ...] = ()
    discard_paths: bool = False
    links: bool = False
    name: str | None = None
    prefix: str | None = None


@dataclass(frozen=True)
class Report:
    """One entry of `reports`."""

    group: str
    files: tuple[str, ...]
    base: str | None
    format: str


@dataclass(frozen=True)
class Buildspec:
    """All of it."""

    version: str
    phases: dict[str, Phase]
    shell: str | None = None
    run_as: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    artifacts: Files | None = None
    secondary: dict[str, Files] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    has_cache: bool = False
    has_batch: bool = False


def parse(text: str) -> Buildspec:
    """Read a buildspec; BuildspecError says what the agent would say"""
    try:
        loaded = yaml_text.load(text)
    except yaml_text.YamlError as error:
        raise BuildspecError(str(error)) from error
    if not isinstance(loaded, dict):
        raise BuildspecError("wrong number of container tags, expected 1")
    document = {str(key): value for key, value in loaded.items()}
    version = _version(document)
    environment = _mapping(document.get("env"), "env")
    artifacts = _mapping(document.get("artifacts"), "artifacts")
    return Buildspec(
        version=version,
        phases=_phases(document.get("phases")),
        shell=_shell(_optional(environment.get("shell"), "shell")),
        run_as=_optional(document.get("run-as"), "run-as"),
        variables=_texts(environment.get("variables"), "variables"),
        parameters=_texts(environment.get("parameter-store"), "parameter-store"),
        secrets=_texts(environment.get("secrets-manager"), "secrets-manager"),
        exported=_exported(environment.get("exported-variables")),
        artifacts=_files(artifacts, "artifacts") if artifacts else None,
        secondary=_secondary(artifacts.get("secondary-artifacts")),
        reports=_reports(document.get("reports")),
        has_cache=bool(document.get("cache")),
        has_batch=bool(document.get("batch")),
    )


def _version(document: dict[str, Any]) -> str:
    unknown = [key for key in document if key not in _TOP]
    if unknown:
        raise BuildspecError(f"unknown key {unknown[0]} in buildspec")
    version = str(document.get("version") or "")
    if not version:
        raise BuildspecError("missing version in buildspec")
    if version not in _VERSIONS:
        raise BuildspecError(f"invalid buildspec version {version}, expected one of {', '.join(_VERSIONS)}")
    return version


def _shell(stated: str | None) -> str | None:
    """User guide, env/shell: those of Linux; the local AWS has no Windows"""
    if stated is not None and stated not in _SHELLS:
        raise BuildspecError(f"unsupported shell {stated}, expected one of {', '.join(_SHELLS)}")
    return stated


def _phases(value: Any) -> dict[str, Phase]:
    found = _mapping(value, "phases")
    if not found:
        raise BuildspecError("missing phases in buildspec")
    for name in found:
        if name not in PHASES:
            raise BuildspecError(f"unknown phase {name} in buildspec, expected one of {', '.join(PHASES)}")
    return {name: _phase(name, found[name]) for name in PHASES if name in found}


def _phase(name: str, value: Any) -> Phase:
    block = _mapping(value, name)
    runtimes = _texts(block.get("runtime-versions"), "runtime-versions")
    if runtimes and name != "install":
        raise BuildspecError(f"runtime-versions is not allowed in phase {name}")
    commands = _commands(block.get("commands"), "Commands")
    finally_ = _commands(block.get("finally"), "Finally")
    if not commands and not finally_ and name != "install":
        raise BuildspecError(f"missing commands in phase {name}")
    on_failure = _optional(block.get("on-failure"), "on-failure")
    if on_failure and not _ON_FAILURE.fullmatch(on_failure):
        raise BuildspecError(f"invalid on-failure {on_failure} in phase {name}")
    return Phase(commands, finally_, on_failure, _optional(block.get("run-as"), "run-as"), runtimes)


def _commands(value: Any, word: str) -> tuple[str, ...]:
    """The sentence as seen in aws-solutions-library-samples' issue 518"""
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    for index, command in enumerate(listed):
        if isinstance(command, dict | list):
            kind = "subkeys" if isinstance(command, dict) else "a list"
            raise BuildspecError(f"Expected {word}[{index}] to be of string type: found {kind} instead")
    return tuple(str(command) for command in listed if command is not None)


def _exported(value: Any) -> tuple[str, ...]:
    names = _list(value, "exported-variables")
    for name in names:
        if not _NAME.fullmatch(name):
            raise BuildspecError(f"invalid name {name} in exported-variables")
    return names[:_MOST_EXPORTED]


def _files(block: dict[str, Any], where: str) -> Files:
    files = _list(block.get("files"), "files")
    if not files and not block.get("secondary-artifacts"):
        raise BuildspecError(f"missing files in {where}")
    return Files(
        files=files,
        base=_optional(block.get("base-directory"), "base-directory"),
        excluded=_list(block.get("exclude-paths"), "exclude-paths"),
        discard_paths=_flag(block.get("discard-paths")),
        links=_flag(block.get("enable-symlinks")),
        name=_optional(block.get("name"), "name"),
        prefix=_optional(block.get("s3-prefix"), "s3-prefix"),
    )


def _secondary(value: Any) -> dict[str, Files]:
    found = _mapping(value, "secondary-artifacts")
    return {str(key): _files(_mapping(block, str(key)), str(key)) for key, block in found.items()}


def _reports(value: Any) -> tuple[Report, ...]:
    """User guide, "reports": at most five groups"""
    found = _mapping(value, "reports")
    most = 5
    if len(found) > most:
        raise BuildspecError(f"a buildspec has at most {most} report groups")
    return tuple(_report(str(group), _mapping(block, str(group))) for group, block in found.items())


def _report(group: str, block: dict[str, Any]) -> Report:
    kind = _optional(block.get("file-format"), "file-format") or "JUNITXML"
    base = _optional(block.get("base-directory"), "base-directory")
    return Report(group, _list(block.get("files"), "files"), base, kind.upper())


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise BuildspecError(f"Expected {where} to be a map")
    return {str(key): part for key, part in value.items()}


def _texts(value: Any, where: str) -> dict[str, str]:
    found = _mapping(value, where)
    for key, part in found.items():
        if isinstance(part, dict | list):
            raise BuildspecError(f"Expected {where}.{key} to be of string type")
    return {key: "" if part is None else str(part) for key, part in found.items()}


def _list(value: Any, where: str) -> tuple[str, ...]:
    """A single value stands for a list of one"""
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    if any(isinstance(part, dict | list) for part in listed):
        raise BuildspecError(f"Expected {where} to be a list of strings")
    return tuple(str(part) for part in listed if part is not None)


def _optional(value: Any, where: str) -> str | None:
    if isinstance(value, dict | list):
        raise BuildspecError(f"Expected {where} to be of string type")
    return None if value is None or value == "" else str(value)


def _flag(value: Any) -> bool:
    return str(value).lower() in _TRUE
