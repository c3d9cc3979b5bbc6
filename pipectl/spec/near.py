"""A spec that is near a folder where none is found by its name: what a person meant who typed there."""

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

NAMES = ("pipectl.yaml", "pipectl.yml")
"""The names under which a spec is found that nobody names, in this folder."""
_ENDINGS = ("*.yaml", "*.yml")
_BEGINNING = 4096
"""Bytes of a file in which the key `pipectl:` is looked for."""
_MOST_FILES = 200
"""Files below that are looked at, so that a folder of thousands costs nothing."""


def spec(folder: Path) -> Path | None:
    """The path, as it is typed in `folder`, of the only spec in it or one level below, else of the one above.

    Only a file with a key `pipectl:` at its beginning counts here and below. None where two could be meant.
    """
    found = [file for file in itertools.islice(_files(folder), _MOST_FILES) if _is_spec(file)]
    if found:
        return found[0].relative_to(folder) if len(found) == 1 else None
    top = folder.resolve()
    above = (parent / name for parent in top.parents for name in NAMES)
    nearest = next((file for file in above if file.is_file()), None)
    return Path(os.path.relpath(nearest, top)) if nearest else None


def _files(folder: Path) -> Iterator[Path]:
    for below in ("", "*/"):
        for ending in _ENDINGS:
            yield from sorted(folder.glob(f"{below}{ending}"))


def _is_spec(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return bool(re.search(rb"^pipectl:", stream.read(_BEGINNING), re.MULTILINE))
    except OSError:
        return False
