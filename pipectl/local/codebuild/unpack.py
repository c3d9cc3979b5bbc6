"""Zip files of others: unpacked below one folder and nowhere else."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MODE_BITS = 16
_UNIX = 3


class UnpackError(Exception):
    """No zip file, or one whose paths leave its folder."""


def unpack(data: bytes, folder: Path) -> None:
    """Unpack files, folders, modes and links; a path that leads out of the folder is refused

    A link may point wherever it likes, as in a clone: links come last, so that no file of the archive is
    written through one, and a link is never made inside of what another one points to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root = folder.resolve()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            links = [member for member in archive.infolist() if _is_link(member)]
            for member in archive.infolist():
                if not _is_link(member):
                    _extract(archive, member, root)
            for member in links:  # last, so that nothing is written through one
                _link(archive, member, root)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnpackError(f"the artifact is not a zip file: {error}") from error


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, root: Path) -> None:
    target = _inside(root, member.filename)
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    mode = stat.S_IMODE(member.external_attr >> _MODE_BITS) if member.create_system == _UNIX else 0
    if mode:
        target.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)


def _link(archive: zipfile.ZipFile, member: zipfile.ZipInfo, root: Path) -> None:
    target = _inside(root, str(PurePath(member.filename).parent)) / PurePath(member.filename).name
    leads = archive.read(member).decode(errors="surrogateescape")
    if target.name == ".." or "\0" in leads or target.is_symlink() or target.exists():
        raise UnpackError(f"the link {member.filename} cannot be made")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(leads)


def _inside(root: Path, name: str) -> Path:
    target = (root / name).resolve()
    if not target.is_relative_to(root) or "\0" in name:
        raise UnpackError(f"the path {name} leads out of the artifact")
    return target


def _is_link(member: zipfile.ZipInfo) -> bool:
    return member.create_system == _UNIX and stat.S_ISLNK(member.external_attr >> _MODE_BITS)
