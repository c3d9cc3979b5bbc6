"""The curated images of CodeBuild: which there are, and on which environments they run.

User guide, "Docker images provided by CodeBuild", README of aws/aws-codebuild-docker-images.
Deprecated images still resolve, without cache and patches (user guide, "Deprecated images").
"""

from __future__ import annotations

import re
from typing import Any

from pipectl.facts.build_images import plain_name

_X86 = ("LINUX_CONTAINER", "LINUX_GPU_CONTAINER", "LINUX_EC2")
_ARM = ("ARM_CONTAINER", "ARM_EC2")
_WINDOWS = (
    "WINDOWS_CONTAINER",
    "WINDOWS_SERVER_2019_CONTAINER",
    "WINDOWS_SERVER_2022_CONTAINER",
    "WINDOWS_EC2",
)

_LAMBDA = re.compile(r"amazonlinux-(x86_64|aarch64)-lambda-standard:[a-z]+[\d.]*")

_CURATED: dict[str, tuple[str, ...]] = {
    **{f"standard:{number}.0": _X86 for number in range(1, 9)},
    **{f"amazonlinux-x86_64-standard:{number}.0": _X86 for number in (5, 6)},
    **{f"amazonlinux2-x86_64-standard:{number}.0": _X86 for number in range(1, 6)},
    **{f"amazonlinux-aarch64-standard:{number}.0": _ARM for number in (3, 4)},
    **{f"amazonlinux2-aarch64-standard:{number}.0": _ARM for number in range(1, 4)},
    **{
        f"windows-base:{tag}": _WINDOWS
        for tag in ("1.0", "2.0", "2019-1.0", "2019-2.0", "2019-3.0", "2022-1.0")
    },
    **{f"macos-arm-base:{tag}": ("MAC_ARM",) for tag in ("14", "15", "26")},
}


def environments(image: str) -> tuple[str, ...]:
    """The environment types that run a curated image; none for one that is not there"""
    name = plain_name(image)
    on_lambda = _LAMBDA.fullmatch(name)
    if on_lambda:
        return ("LINUX_LAMBDA_CONTAINER",) if on_lambda.group(1) == "x86_64" else ("ARM_LAMBDA_CONTAINER",)
    return _CURATED.get(name, ())


def by_platform() -> dict[str, list[dict[str, Any]]]:
    """The curated images that run containers, by platform, as ListCuratedEnvironmentImages shows them"""
    platforms = {"amazonlinux": "AMAZON_LINUX", "standard": "UBUNTU", "windows": "WINDOWS_SERVER"}
    found: dict[str, list[dict[str, Any]]] = {platform: [] for platform in platforms.values()}
    for plain in _CURATED:
        for prefix, platform in platforms.items():
            if plain.startswith(prefix):
                name = f"aws/codebuild/{plain}"
                found[platform].append({"name": name, "description": name, "versions": [name]})
    return found
