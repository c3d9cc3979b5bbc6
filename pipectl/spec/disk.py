"""From a path to the text of a small file. Everything that is none is a problem, and nothing hangs."""

import errno
import re
import stat
import sys
from pathlib import Path

from pipectl.spec.problems import Problem, Severity, nearest, shown

LARGEST_BYTES = 1_000_000
STDIN = "-"
"""The name of a spec that is read from stdin."""
_LONGEST_PATH_SHOWN = 200
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_YAML_ENDINGS = (".yaml", ".yml")
# Everything that YAML lets stand in a text (YAML 1.1, section 4.1 "Character Set").
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(path: str, named: str | None = None) -> str | Problem:
    """The text of a regular UTF-8 file; `named` is how the user calls it, when that is not its path."""
    named = named or path
    content = _bytes_of(path, named)
    return content if isinstance(content, Problem) else decoded(content, named)


def decoded(content: bytes, named: str) -> str | Problem:
    """UTF-8 as text, without its byte order mark."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if content.startswith(_UTF_16_MARKS):
        return _problem(named, "encoding", "the file is UTF-16, not UTF-8", "save it as UTF-8")
    if b"\0" in content:
        return _problem(named, "encoding", "the file is binary, not text")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf_8(content, error.start, named)
    return text


def top_of_repository(folder: Path) -> Path | None:
    """The top of the git repository that a folder is in: where builds of its code begin."""
    whole = folder.resolve()
    return next((each for each in (whole, *whole.parents) if (each / ".git").exists()), None)


def unprintable(text: str, named: str) -> Problem | None:
    """The first character that YAML does not let stand in a file."""
    found = _UNPRINTABLE.search(text)
    if not found:
        return None
    message = f"the control character U+{ord(found[0]):04X} stands here, which YAML does not allow"
    return _problem(named, "encoding", message, "take it out", _position(text[: found.start()]))


def _bytes_of(path: str, named: str) -> bytes | Problem:
    if path == STDIN:
        content = _stdin()
        too_large = _problem(named, "file-size", f"stdin has more than {LARGEST_BYTES:,} bytes")
        return too_large if len(content) > LARGEST_BYTES else content
    try:
        # Looked at before it is opened: opening a FIFO waits, and reading a device never ends.
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            return _problem(named, "file", f"{_shown(named)} is a folder", _inside(path, named))
        if not stat.S_ISREG(mode):
            return _problem(named, "file", f"{_shown(named)} is not a regular file")
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        return _unreadable(error, path, named)
    if len(content) > LARGEST_BYTES:
        return _problem(named, "file-size", f"the file is larger than {LARGEST_BYTES:,} bytes")
    return content


_taken: list[tuple[object, bytes]] = []
"""Stdin that was read and what it said: it says that once, and a spec is read more than once."""


def _stdin() -> bytes:
    if not _taken or _taken[0][0] is not sys.stdin:
        _taken[:] = [(sys.stdin, sys.stdin.buffer.read(LARGEST_BYTES + 1))]
    return _taken[0][1]


def _unreadable(error: OSError | ValueError, path: str, named: str) -> Problem:
    """Why the file cannot be read, in plain words."""
    name = _shown(named)
    if not isinstance(error, OSError):
        return _problem(named, "file", f"{name} cannot be the name of a file")
    match error.errno:
        case errno.ENOENT if Path(path).is_symlink():
            return _problem(named, "file", f"{name} is a link to a file that is not there")
        case errno.ENOENT:
            return _problem(named, "file", f"there is no file {name}", _near(path, named))
        case errno.ENOTDIR:
            return _problem(named, "file", f"{name} passes through a file as if it were a folder")
        case errno.ELOOP:
            return _problem(named, "file", f"{name} is a link that leads back to itself")
        case errno.EACCES | errno.EPERM:
            return _problem(named, "file", f"{name} may not be read", "look at its permissions and its owner")
        case errno.ENAMETOOLONG:
            return _problem(named, "file", f"{name} is longer than a file name may be")
    return _problem(named, "file", f"{name} cannot be read: {error.strerror or error}")


def _near(path: str, named: str) -> str | None:
    """The YAML file beside the missing one that was probably meant."""
    there = _yaml_files(Path(path).parent)
    wanted = Path(path)
    of_stem = {Path(each).stem: each for each in there}
    stem = nearest(wanted.stem, of_stem) or wanted.stem
    found = nearest(wanted.name, there) or of_stem.get(stem)
    if not found and len(there) == 1:
        found = there[0]
    return f"did you mean {_shown(str(Path(named).parent / found))}?" if found else None


def _inside(path: str, named: str) -> str | None:
    """The one YAML file of a folder that was given in place of a file."""
    there = _yaml_files(Path(path))
    found = "pipectl.yaml" if "pipectl.yaml" in there else there[0] if len(there) == 1 else None
    return f"did you mean {_shown(str(Path(named) / found))}?" if found else None


def _yaml_files(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in folder.iterdir() if each.suffix in _YAML_ENDINGS)
    except (OSError, ValueError):
        return []


def _shown(named: str) -> str:
    return shown(named, limit=_LONGEST_PATH_SHOWN)


def _not_utf_8(content: bytes, start: int, named: str) -> Problem:
    byte = content[start : start + 1]
    letter = byte.decode("latin-1")
    latin = f"; in Latin-1 this byte is {shown(letter)}" if letter.isprintable() else ""
    message = f"the file is not UTF-8: byte 0x{byte.hex().upper()} stands here"
    position = _position(content[:start].decode("utf-8"))
    return _problem(named, "encoding", message, f"save it as UTF-8{latin}", position)


def _position(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows the text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _problem(
    named: str, rule: str, message: str, hint: str | None = None, position: tuple[int, int] = (1, 1)
) -> Problem:
    return Problem(named, *position, Severity.ERROR, rule, message, hint)
