"""Images: whether the registry that a reference names holds them. Only ECR is known here, and it is local."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.world import World

_ECR_HOST = re.compile(
    r"(?P<account>[^./]+)\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws)"
    r"/(?P<rest>.+)"
)
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True)
class EcrImage:
    """A reference to an image in some account's ECR"""

    account: str
    region: str
    repository: str
    tag: str = ""
    digest: str = ""


def ecr_reference(image: str) -> EcrImage | None:
    """Read a reference; None when its host is no ECR, whose images the local AWS takes as there"""
    found = _ECR_HOST.fullmatch(image)
    if not found:
        return None
    rest, _, digest = found["rest"].partition("@")
    repository, _, tag = rest.partition(":")
    return EcrImage(
        found["account"], found["region"], repository, tag or ("" if digest else "latest"), digest
    )


def pull_problem(world: World, image: str) -> str:
    """Why an image cannot be pulled, in ECS' words; empty when it can

    Developer guide, "CannotPullContainerError"; images of other registries are taken as there.
    """
    reference = ecr_reference(image)
    if reference is None or _held(world, reference) is not None:
        return ""
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )


def digest_of(world: World, image: str) -> str:
    """The digest that a reference stands for, where ECR knows it"""
    reference = ecr_reference(image)
    held = _held(world, reference) if reference else None
    return "" if held is None else str(held.get_image_digest())


def _held(world: World, image: EcrImage) -> Any | None:
    """The image in moto, in whichever account the reference names"""
    if not _ACCOUNT.fullmatch(image.account):
        return None
    repository = world.moto("ecr", image.account, image.region).repositories.get(image.repository)
    images = repository.images if repository is not None else []
    for held in images:
        if image.digest and held.get_image_digest() == image.digest:
            return held
        if not image.digest and image.tag in held.image_tags:
            return held
    return None
