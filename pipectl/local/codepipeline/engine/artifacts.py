"""Artifacts: zip files in the pipeline's bucket under the keys that the service gives them."""

from __future__ import annotations

import secrets
import string
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.actions.action import ActionFailedError
from pipectl.local.codepipeline.records import Location

if TYPE_CHECKING:
    from pipectl.local.world import World

_ALPHABET = string.ascii_letters + string.digits


def bucket_of(declaration: dict[str, Any], region: str) -> str:
    """The artifact bucket of a Region."""
    store = declaration.get("artifactStore") or declaration["artifactStores"][region]
    return str(store["location"])


def ending(action: dict[str, Any], configuration: dict[str, str]) -> str:
    """What an S3 source's artifact keeps of its name: `.zip` (recorded: docs/aws/codepipeline.md, 4)."""
    kind = action["actionTypeId"]
    if (kind["category"], kind["provider"]) != ("Source", "S3"):
        return ""
    return PurePosixPath(configuration.get("S3ObjectKey", "")).suffix


def new_location(declaration: dict[str, Any], artifact: str, region: str, ending: str = "") -> Location:
    """Names cut to 20 and 10 characters, then 7 random ones (recorded: docs/aws/codepipeline.md, 4)."""
    end = "".join(secrets.choice(_ALPHABET) for _ in range(7)) + ending
    key = f"{declaration['name'][:20]}/{artifact[:10]}/{end}"
    return Location(bucket_of(declaration, region), key, region)


def write(world: World, account: str, location: Location, data: bytes) -> None:
    """Store an artifact."""
    with world.lock:
        s3 = world.moto("s3", account, location.region)
        if location.bucket not in s3.buckets:
            raise ActionFailedError(_unreachable(location), "ConfigurationError")
        s3.put_object(location.bucket, location.key, data)


def read(world: World, account: str, location: Location) -> bytes:
    """Fetch an artifact."""
    with world.lock:
        s3 = world.moto("s3", account, location.region)
        found = s3.get_object(location.bucket, location.key) if location.bucket in s3.buckets else None
        if found is None:
            raise ActionFailedError(_unreachable(location), "ConfigurationError")
        return bytes(found.value)


def _unreachable(location: Location) -> str:
    """The wording is inferred."""
    return (
        f"Unable to access the artifact with Amazon S3 object key '{location.key}' located in the Amazon S3 "
        f"artifact bucket '{location.bucket}'. The provided role does not have sufficient permissions."
    )
