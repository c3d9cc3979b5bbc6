"""The runtimes that a curated image offers to `runtime-versions`.

User guide, "Available runtimes", and the runtimes.yml files of aws/aws-codebuild-docker-images (April 2026).
The sentences are those of the build agent (aws/aws-codebuild-docker-images#617).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipectl.local.codebuild import images

if TYPE_CHECKING:
    from collections.abc import Mapping

Runtimes = dict[str, tuple[str, ...]]

_FULL: Runtimes = {
    "dotnet": ("6.0", "8.0", "10.0"),
    "golang": ("1.20", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26"),
    "java": ("corretto8", "corretto11", "corretto17", "corretto21", "corretto25"),
    "nodejs": ("18", "20", "22", "24"),
    "php": ("8.2", "8.3", "8.4", "8.5"),
    "python": ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14"),
    "ruby": ("3.1", "3.2", "3.3", "3.4", "4.0"),
}
_CURRENT: Runtimes = _FULL | {
    "dotnet": ("8.0", "10.0"),
    "golang": ("1.24", "1.25", "1.26"),
    "nodejs": ("22", "24"),
    "python": ("3.10", "3.11", "3.12", "3.13", "3.14"),
    "ruby": ("3.2", "3.3", "3.4", "4.0"),
    "rust": ("1",),
}
_ARM_FULL: Runtimes = _FULL | {"rust": ("1",), "docker": ("23",)}
_ARM_CURRENT: Runtimes = _CURRENT | {"docker": ("23",)}
_DEPRECATED_DOCKER = ("20",)  # what the last releases of the deprecated images name

_OFFERS: dict[str, Runtimes] = {
    "amazonlinux-x86_64-standard:5.0": _FULL,
    "amazonlinux2-x86_64-standard:5.0": _FULL,
    "standard:7.0": _FULL,
    "amazonlinux-x86_64-standard:6.0": _CURRENT,
    "standard:8.0": _CURRENT,
    "amazonlinux-aarch64-standard:3.0": _ARM_FULL,
    "amazonlinux2-aarch64-standard:3.0": _ARM_FULL,
    "amazonlinux-aarch64-standard:4.0": _ARM_CURRENT,
}
_SELECTS_NONE = ("windows-", "macos-")
_ALIASES = {"go": "golang", "node": "nodejs"}


class UnknownRuntimeError(Exception):
    """A runtime or version that the image does not have; the message is the agent's."""


def select(image: str, wanted: Mapping[str, str], *, lenient: bool) -> list[str]:
    """Check `runtime-versions`; what the log says about them"""
    offered = _offered(image)
    if offered is None and not lenient:
        raise UnknownRuntimeError("This build image does not support selecting runtime versions.")
    said = []
    for name, version in wanted.items():
        if not lenient and offered is not None:
            _check(offered, name, version)
        said.append(f"Selecting '{name}' runtime version '{version}' based on manual selections...")
    return said


def _offered(image: str) -> Runtimes | None:
    """None: own images, Lambda, Windows and macOS let nothing be selected (user guide)"""
    name = images.plain_name(image)
    if not images.is_curated(image) or "-lambda-" in name or name.startswith(_SELECTS_NONE):
        return None
    return _OFFERS.get(name, _deprecated())


def _deprecated() -> Runtimes:
    """Which versions the deprecated images offered is not known here, except for docker"""
    return dict.fromkeys(("android", *_FULL), ()) | {"docker": _DEPRECATED_DOCKER}


def _check(offered: Runtimes, name: str, version: str) -> None:
    known = offered.get(_ALIASES.get(name, name))
    if known is None:
        names = ", ".join(sorted(offered))
        raise UnknownRuntimeError(
            f"Unknown runtime named '{name}'. This build image has the following runtimes: {names}"
        )
    if known and not any(_fits(candidate, version) for candidate in known):
        raise UnknownRuntimeError(
            f"Unknown runtime version named '{version}' of {name}."
            f" This build image has the following versions: {', '.join(known)}"
        )


def _fits(candidate: str, version: str) -> bool:
    """User guide, "runtime-versions": a version, `latest`, or the newest of a line as in `3.x`"""
    if version == "latest":
        return True
    line = re.sub(r"(\.x)+$", "", version)
    return candidate == line or candidate.startswith(f"{line}.") or line.startswith(f"{candidate}.")
