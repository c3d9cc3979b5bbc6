"""The runtimes that a build image offers to `runtime-versions`, and the versions that CodeBuild installs.

User guide of CodeBuild, "Available runtimes" and "Runtime versions", and the runtimes.yml files of
github.com/aws/aws-codebuild-docker-images (April 2026). The sentences are those of the build agent
(aws/aws-codebuild-docker-images#617).
"""

import re
from collections.abc import Mapping

from pipectl.facts.build_images import is_curated, plain_name

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

_EXACT = re.compile(r"\d+\.\d+\.\d+")
_CUSTOM = {
    "nodejs": re.compile(r"\d+(\.\d+){0,2}"),
    "python": re.compile(r"\d+(\.\d+){0,2}"),
    "golang": re.compile(r"\d+\.\d+(\.\d+)?"),
    "java": re.compile(r"corretto\d+"),
    "dotnet": _EXACT,
    "php": _EXACT,
    "ruby": _EXACT,
}
"""Runtime -> the versions that are installed while the build runs ("Custom runtime versions")."""

SKIPPED = "Skipping install of runtimes. Runtime version selection is not supported by this build image"
"""What the agent warns of in an image of one's own ("Runtime versions": not supported for custom images)."""


def offered(image: str) -> Mapping[str, tuple[str, ...]] | None:
    """Runtime -> versions; no versions: any. None: images of one's own, of Lambda, Windows and macOS."""
    name = plain_name(image)
    if not is_curated(image) or "-lambda-" in name or name.startswith(_SELECTS_NONE):
        return None
    return _OFFERS.get(name, _deprecated())


def refusal(image: str, name: str, version: str) -> str | None:
    """What the agent says of a runtime version that it cannot provide; None when it can."""
    there = offered(image)
    if there is None:
        return None
    known = there.get(_ALIASES.get(name, name))
    if known is None:
        names = ", ".join(sorted(there))
        return f"Unknown runtime named '{name}'. This build image has the following runtimes: {names}"
    custom = _CUSTOM.get(_ALIASES.get(name, name))
    if not known or any(_fits(candidate, version) for candidate in known):
        return None
    if custom and custom.fullmatch(version):
        return None
    return (
        f"Unknown runtime version named '{version}' of {name}."
        f" This build image has the following versions: {', '.join(known)}"
    )


def _deprecated() -> Runtimes:
    """Which versions the deprecated images offered is not known here, except for docker."""
    return dict.fromkeys(("android", *_FULL), ()) | {"docker": _DEPRECATED_DOCKER}


def _fits(candidate: str, version: str) -> bool:
    """Whether a version, `latest`, or the newest of a line as in `3.x` means the candidate."""
    if version == "latest":
        return True
    line = re.sub(r"(\.x)+$", "", version)
    return candidate == line or candidate.startswith(f"{line}.") or line.startswith(f"{candidate}.")
