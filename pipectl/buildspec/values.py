"""A buildspec as a value: what a build carries out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipectl.buildspec import words


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
    has_git_helper: bool = False


def read(values: dict[str, Any]) -> Buildspec:
    """The buildspec of values in which the grammar finds nothing that CodeBuild refuses."""
    environment = _mapping(values.get("env"))
    artifacts = _mapping(values.get("artifacts"))
    secondary = _mapping(artifacts.get("secondary-artifacts"))
    old = _mapping(values.get(words.OLD_VARIABLES)) if str(values.get("version")) == "0.1" else {}
    phases = _mapping(values.get("phases"))
    return Buildspec(
        version=str(values.get("version")),
        phases={name: _phase(_mapping(phases[name])) for name in words.PHASES if name in phases},
        shell=_text(environment.get("shell")),
        run_as=_text(values.get("run-as")),
        variables=_texts(old.get("plaintext")) | _texts(environment.get("variables")),
        parameters=_texts(environment.get("parameter-store")),
        secrets=_texts(environment.get("secrets-manager")),
        exported=_list(environment.get("exported-variables")),
        artifacts=_files(artifacts) if _list(artifacts.get("files")) else None,
        secondary={name: _files(_mapping(block)) for name, block in secondary.items()},
        reports=tuple(_report(group, block) for group, block in _mapping(values.get("reports")).items()),
        has_cache=bool(values.get("cache")),
        has_git_helper=_flag(environment.get("git-credential-helper")),
    )


def _phase(block: dict[str, Any]) -> Phase:
    return Phase(
        commands=_list(block.get("commands")),
        finally_=_list(block.get("finally")),
        on_failure=_on_failure(block.get("on-failure")),
        run_as=_text(block.get("run-as")),
        runtimes=_texts(block.get("runtime-versions")),
    )


def _on_failure(value: Any) -> str | None:
    """The word in capitals, what follows it as it is written."""
    if value in (None, ""):
        return None
    word, dash, rest = str(value).partition("-")
    return f"{word.upper()}{dash}{rest}"


def _files(block: dict[str, Any]) -> Files:
    return Files(
        files=_list(block.get("files")),
        base=_text(block.get("base-directory")),
        excluded=_list(block.get("exclude-paths")),
        discard_paths=_flag(block.get("discard-paths")),
        links=_flag(block.get("enable-symlinks")),
        name=_text(block.get("name")),
        prefix=_text(block.get("s3-prefix")),
    )


def _report(group: str, value: Any) -> Report:
    block = _mapping(value)
    kind = _text(block.get("file-format")) or "JUNITXML"
    return Report(group, _list(block.get("files")), _text(block.get("base-directory")), kind.upper())


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): part for key, part in value.items()} if isinstance(value, dict) else {}


def _texts(value: Any) -> dict[str, str]:
    return {key: "" if part is None else str(part) for key, part in _mapping(value).items()}


def _list(value: Any) -> tuple[str, ...]:
    """A single value stands for a list of one; what is empty is passed over."""
    listed = value if isinstance(value, list) else [value]
    return tuple(str(part) for part in listed if part is not None)


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _flag(value: Any) -> bool:
    return str(value).lower() in words.TRUE
