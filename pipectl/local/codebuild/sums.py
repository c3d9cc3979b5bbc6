"""The hashes of an artifact (API reference, BuildArtifacts)."""

from __future__ import annotations

import hashlib


def of_zip(data: bytes) -> dict[str, str]:
    """`sha256sum` and `md5sum` of a zip file"""
    return {
        "sha256sum": hashlib.sha256(data).hexdigest(),
        "md5sum": hashlib.md5(data, usedforsecurity=False).hexdigest(),
    }
