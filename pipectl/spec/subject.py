"""How a message names a value: by its key and by the thing that it belongs to."""

from typing import Any

from pipectl.spec.document import Document
from pipectl.spec.places import Path
from pipectl.spec.problems import shown

_LONGEST = 100


def subject(document: Document, path: Path) -> str:
    """`cpu` in ecs.main.services.web.task_definition; entry 2 of `subnets` in ecs.main.services.web."""
    if not path:
        return "the spec"
    last = path[-1]
    if isinstance(last, str):
        return f"{shown(last)}{within(document, path[:-1])}"
    return f"entry {last + 1} of {subject(document, path[:-1])}"


def within(document: Document, path: Path) -> str:
    """` in ecs.main`; nothing for the top of the file."""
    return f" in {called(document, path)}" if path else ""


def called(document: Document, path: Path) -> str:
    """A path as a person says it: an entry of a list by its name, else by its number."""
    parts: list[str] = []
    for length, part in enumerate(path, 1):
        parts.append(_entry(document, path[:length]) if isinstance(part, int) else part)
    return shown(".".join(parts), _LONGEST)[1:-1]


def given(document: Document, path: Path, value: Any) -> str:
    """A value as the file has it. What a variable or a file brought in may be a secret and is not shown."""
    written = document.places.written(path)
    if isinstance(written, str) and written != value:
        return f"what {shown(written)} gives"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    source = document.places.source(path)
    return shown(str(value) if source is None else source)


def _entry(document: Document, path: Path) -> str:
    value = document.places.written(path)
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) and name else f"#{int(path[-1]) + 1}"
