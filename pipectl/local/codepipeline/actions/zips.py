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


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """All files of a zip file, without those whose names lead out of it."""
    with opened(data) as archive:
        for info in archive.infolist():
            path = PurePosixPath(info.filename)
            if not info.is_dir() and not path.is_absolute() and ".." not in path.parts:
                yield str(path), archive.read(info)


def packed(files: dict[str, bytes]) -> bytes:
    """A zip file of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def opened(data: bytes) -> zipfile.ZipFile:
    """The zip file for reading; what is none fails the action (wording inferred)."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise ActionFailedError("The input artifact is not a zip file", "ConfigurationError") from None
