"""The buildspec of a project, where pipectl can see it: inline, by `file:`, or by its path in the source.

The spec often stands in the same repository as the source, so a file of that path there, or else beside the
spec, is taken for the one; `certain` is false when not even the path is stated, or when the file stands
elsewhere than the spec: it may be another repository's.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pipectl.kinds.project_block import Project
from pipectl.spec import disk
from pipectl.spec.document import Document
from pipectl.spec.places import Path, Place
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec
from pipectl.spec.text import parse, read

DEFAULT = "buildspec.yml"
_PREFIX = "file:"


@dataclass(frozen=True)
class Command:
    """One command and where it stands."""

    text: str
    phase: str
    path: Path


@dataclass(frozen=True)
class Buildspec:
    """A buildspec as values that know their place."""

    project: str
    block: Project
    document: Document | None
    values: Mapping[str, Any]
    spec: Spec
    inline: bool
    certain: bool = True

    def place(self, path: Path) -> Place:
        """Where a value of it stands, in the spec or in its own file."""
        here = ("codebuild", self.project, "buildspec")
        if self.document is None:
            return self.spec.places.of((*here, *path))
        found = self.document.places.of(path)
        return self._outside(found) if self.inline else found

    def key_place(self, path: Path) -> Place:
        """Where the key of a value stands."""
        here = ("codebuild", self.project, "buildspec")
        if self.document is None:
            return self.spec.places.of_key((*here, *path))
        found = self.document.places.of_key(path)
        return self._outside(found) if self.inline else found

    def _outside(self, inside: Place) -> Place:
        return in_block(self.spec, self.project, inside.line, inside.column)

    def problem(self, place: Place, rule: str, message: str, hint: str | None = None) -> Problem:
        """A mistake in it; only a doubt when it may be another file that the build reads."""
        severity = Severity.ERROR if self.certain else Severity.WARNING
        return problem_at(place, rule, message, hint, severity)

    def commands(self) -> Iterator[Command]:
        """Every command of every phase, in their order."""
        phases = self.values.get("phases")
        for phase, content in phases.items() if isinstance(phases, dict) else ():
            for key in ("commands", "finally"):
                found = content.get(key) if isinstance(content, dict) else None
                path: Path = ("phases", phase, key)
                if isinstance(found, str):
                    yield Command(found, str(phase), path)
                for number, text in enumerate(found) if isinstance(found, list) else ():
                    if isinstance(text, str):
                        yield Command(text, str(phase), (*path, number))

    def variable(self, name: str) -> str | None:
        """A variable of the build whose value is known: the project's, else the buildspec's own."""
        own = self.block.environment.get(name)
        if isinstance(own, str):
            return own
        environment = self.values.get("env")
        variables = environment.get("variables") if isinstance(environment, dict) else None
        value = variables.get(name) if isinstance(variables, dict) else None
        return value if isinstance(value, str) else None


def in_block(spec: Spec, project: str, line: int, column: int) -> Place:
    """A place in an inline text: its first line is below the `|`, and indented by two as most files are."""
    path = ("codebuild", project, "buildspec")
    key, start = spec.places.of_key(path), spec.places.of(path)
    return Place(start.file, start.line + line, key.column + 1 + column)


def buildspec(spec: Spec, name: str, block: Project) -> Buildspec | None:
    """The buildspec of a project; None when it cannot be seen or understood."""
    written = block.buildspec
    if isinstance(written, dict):
        return Buildspec(name, block, None, written, spec, inline=True)
    found = document(spec, name, block)
    if found is None or found[0].broken or found[0].problems:
        return None
    return Buildspec(name, block, found[0], found[0].values, spec, *found[1:])


def document(spec: Spec, name: str, block: Project) -> tuple[Document, bool, bool] | None:
    """The text of a buildspec as a document; whether it is inline, and whether it is certainly the one."""
    written = block.buildspec
    if isinstance(written, dict):
        return None
    source = spec.places.written(("codebuild", name, "buildspec"))
    if isinstance(source, str) and source.startswith(_PREFIX):
        return _file(spec, source.removeprefix(_PREFIX)), False, True
    if written is not None and ("\n" in written or written.lstrip().startswith("{")):
        return parse(spec.file, written), True, True
    file = _in_source(spec, written or DEFAULT)
    if file is None:
        return None
    return read(str(file)), False, written is not None and _is_beside(spec, file)


def _in_source(spec: Spec, name: str) -> FilePath | None:
    """The file of that path at the top of the spec's repository, where builds begin, else beside the spec."""
    if name.startswith("arn:") or FilePath(name).is_absolute() or ".." in FilePath(name).parts:
        return None
    folder = FilePath(spec.file).parent
    try:
        top = disk.top_of_repository(folder)
        files = [*([_as_typed(top / name, spec)] if top else []), folder / name]
        return next(filter(_is_readable, files), None)
    except (OSError, ValueError):
        return None


def _as_typed(file: FilePath, spec: Spec) -> FilePath:
    """A file as one would call it who calls the spec so."""
    return file if FilePath(spec.file).is_absolute() else FilePath(os.path.relpath(file))


def _is_readable(file: FilePath) -> bool:
    return file.is_file() and file.stat().st_size <= disk.LARGEST_BYTES


def _is_beside(spec: Spec, file: FilePath) -> bool:
    return file.resolve().is_relative_to(FilePath(spec.file).parent.resolve())


def _file(spec: Spec, name: str) -> Document:
    return read(str(FilePath(spec.file).parent / name))


def uses(command: str, pattern: re.Pattern[str]) -> bool:
    """Whether a command has the pattern outside of comments."""
    lines = (line for line in command.splitlines() if not line.lstrip().startswith("#"))
    return any(pattern.search(line) for line in lines)
