"""`file:path`: a text of a spec that stands in a file of its own, inside the spec's folder tree only."""

import os
from dataclasses import replace
from pathlib import Path as FilePath
from pathlib import PurePath

from pipectl.spec import disk
from pipectl.spec.document import Document, of_shell
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity, shown

_PREFIX = "file:"


def resolve_files(document: Document) -> Document:
    """The document with the text of a file for every value that is written as `file:path`.

    A value that only became `file:...` because of a variable stays as it is: a variable gives text, no reads.
    """
    folder = FilePath(document.file).parent
    files: dict[Path, str] = {}
    found: list[tuple[Path, Problem]] = []
    texts: dict[str, str | Problem] = {}

    def change(path: Path, text: str) -> str:
        if not _is_reference(document, path, text):
            return text
        name = text.removeprefix(_PREFIX)
        if name not in texts:
            texts[name] = _text(folder, name)
        content = texts[name]
        if isinstance(content, Problem):
            found.append((path, document.problem(path, "file-reference", content.message, content.hint)))
            return text
        files[path] = str(folder / name)
        return content

    values = document.with_texts(change)
    return replace(document, values=values, files={**document.files, **files}).also(found)


def _is_reference(document: Document, path: Path, text: str) -> bool:
    if not text.startswith(_PREFIX) or of_shell(path, text) or path in document.troubled:
        return False
    return path not in document.interpolated or str(document.places.written(path)).startswith(_PREFIX)


def _text(folder: FilePath, name: str) -> str | Problem:
    """The text of a file in the folder; problems are placed by the caller."""
    if not name or name.startswith("//"):
        return _refused(
            f"`file:` is followed by no path: {shown(_PREFIX + name)}", "write `file:folder/name`"
        )
    if PurePath(name).is_absolute():
        return _refused(f"{shown(name)} is an absolute path", "name it relative to the folder of the spec")
    try:
        root, target = os.path.realpath(folder), os.path.realpath(folder / name)
    except (OSError, ValueError):
        return _refused(f"{shown(name)} cannot be the name of a file", None)
    if not FilePath(target).is_relative_to(root):
        return _refused(f"{shown(name)} leads out of the folder of the spec", "move the file into it")
    content = disk.text_of(target, str(folder / name))
    return _located(content, name) if isinstance(content, Problem) else content


def _located(problem: Problem, name: str) -> Problem:
    """A problem inside the file is told at the place that names it, so it says which file and which line."""
    if problem.rule == "file":
        return problem
    message = f"{shown(name)}, line {problem.line}: {problem.message}"
    return replace(problem, message=message)


def _refused(message: str, hint: str | None) -> Problem:
    return Problem("", 1, 1, Severity.ERROR, "file-reference", message, hint)
