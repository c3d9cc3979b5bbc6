"""Zip files as artifacts: read a member, list what may be unpacked."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from .action import ActionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator


def member(data: bytes, name: str) -> bytes | None:
    """One file of a zip file, or None when it holds none of that name."""
    with opened(data) as archive:
        wanted = str(PurePosixPath(name))
        return archive.read(wanted) if wanted in archive.namelist() else None


def entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """All files of a zip file by the names that it gives them, in their order; a link is its own bytes."""
    with opened(data) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield info.orig_filename, archive.read(info)


def packed(files: dict[str, bytes]) -> bytes:
    """A zip file of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def opened(data: bytes) -> zipfile.ZipFile:
    """The zip file for reading; what is none fails the action.

    Code and words are those of the S3 deploy action (recorded: docs/aws/codepipeline.md, 11).
    """
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise ActionFailedError("The archive is malformed.") from None
