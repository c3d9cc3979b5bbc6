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

from pipectl.buildspec.text import Mark, Text, TextError, load
from pipectl.kinds.project_block import Project
from pipectl.spec import disk, syntax
from pipectl.spec.places import Path, Place
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

DEFAULT = "buildspec.yml"
_PREFIX = "file:"


@dataclass(frozen=True)
class Command:
    """One command and where it stands."""

    text: str
    phase: str
    path: Path


@dataclass(frozen=True)
class Written:
    """The text of a buildspec: read, or with the one problem that hides all the rest."""

    file: str
    inline: bool
    certain: bool
    text: Text | None
    problem: Problem | None = None


@dataclass(frozen=True)
class Buildspec:
    """A buildspec as values that know their place; its plain values are texts, as CodeBuild reads them."""

    project: str
    block: Project
    written: Written | None
    values: Mapping[str, Any]
    spec: Spec

    @property
    def certain(self) -> bool:
        """Whether it is certainly the one that the build reads."""
        return self.written is None or self.written.certain

    @property
    def is_file(self) -> bool:
        """Whether it stands in a file of its own."""
        return self.written is not None and not self.written.inline

    def place(self, path: Path) -> Place:
        """Where a value of it stands, in the spec or in its own file."""
        if self.written is None or self.written.text is None:
            return self.spec.places.of(("codebuild", self.project, "buildspec", *path))
        return self._outside(self.written, self.written.text.place(path))

    def key_place(self, path: Path) -> Place:
        """Where the key of a value stands."""
        if self.written is None or self.written.text is None:
            return self.spec.places.of_key(("codebuild", self.project, "buildspec", *path))
        return self._outside(self.written, self.written.text.key_place(path))

    def _outside(self, written: Written, mark: Mark) -> Place:
        if written.inline:
            return in_block(self.spec, self.project, mark.line, mark.column)
        return Place(written.file, mark.line, mark.column)

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
    """The buildspec of a project; None when it cannot be seen, or is no mapping."""
    if isinstance(block.buildspec, dict):
        return Buildspec(name, block, None, _as_sent(block.buildspec), spec)
    found = written(spec, name, block)
    if found is None or found.text is None or not isinstance(found.text.values, dict):
        return None
    return Buildspec(name, block, found, found.text.values, spec)


def _as_sent(value: Any) -> Any:
    """An inline mapping as CodeBuild reads the YAML that it is sent: plain values are texts."""
    match value:
        case dict():
            return {str(key): _as_sent(item) for key, item in value.items()}
        case list():
            return [_as_sent(item) for item in value]
        case bool():
            return str(value).lower()
    return None if value is None else str(value)


def written(spec: Spec, name: str, block: Project) -> Written | None:
    """The text of a buildspec that is no mapping of the spec; None when it cannot be seen."""
    stated = block.buildspec
    if isinstance(stated, dict):
        return None
    source = spec.places.written(("codebuild", name, "buildspec"))
    if isinstance(source, str) and source.startswith(_PREFIX):
        return _read(str(FilePath(spec.file).parent / source.removeprefix(_PREFIX)), certain=True)
    if stated is not None and ("\n" in stated or stated.lstrip().startswith("{")):
        return _parsed(spec.file, stated, inline=True, certain=True)
    file = _in_source(spec, stated or DEFAULT)
    return None if file is None else _read(str(file), certain=stated is not None and _is_beside(spec, file))


def _read(file: str, *, certain: bool) -> Written:
    text = disk.text_of(file)
    if isinstance(text, Problem):
        return Written(file, inline=False, certain=certain, text=None, problem=text)
    return _parsed(file, text, inline=False, certain=certain)


def _parsed(file: str, text: str, *, inline: bool, certain: bool) -> Written:
    problem = disk.unprintable(text, file)
    if problem is None:
        try:
            return Written(file, inline, certain, load(text))
        except TextError as error:
            if error.error is not None:
                problem = syntax.problem(error.error, file, text.splitlines())
            else:
                problem = Problem(file, 1, 1, Severity.ERROR, "yaml", str(error))
    return Written(file, inline, certain, None, problem)


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


def uses(command: str, pattern: re.Pattern[str]) -> bool:
    """Whether a command has the pattern outside of comments."""
    lines = (line for line in command.splitlines() if not line.lstrip().startswith("#"))
    return any(pattern.search(line) for line in lines)
