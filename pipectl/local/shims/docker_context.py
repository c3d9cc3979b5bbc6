"""The context of a build: its files without those of .dockerignore, and what COPY and ADD take from it."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipectl.local.shims import docker_dockerfile
from pipectl.local.shims.docker_errors import DockerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.shims.docker_dockerfile import Stage, Step

_GLOB = re.compile(r"[*?\[]")
_REMOTE = re.compile(r"https?://|git://|ssh://|git@")
_PLATFORM = {  # Docker docs, "Dockerfile reference", automatic platform ARGs; of a build on x86_64
    f"{side}{name}": value
    for side in ("TARGET", "BUILD")
    for name, value in {"PLATFORM": "linux/amd64", "OS": "linux", "ARCH": "amd64", "VARIANT": ""}.items()
}


@dataclass(frozen=True)
class Context:
    """The folder, and what of it the build sees: paths with `/`, without a leading one"""

    folder: Path | None
    files: tuple[str, ...]
    entries: frozenset[str]

    def hidden_or_missing(self, path: str) -> bool:
        return path not in ("", ".") and path not in self.entries

    def matching(self, pattern: str) -> list[str]:
        form = re.compile(_regex(pattern))
        return [entry for entry in self.entries if form.fullmatch(entry)]


EMPTY = Context(None, (), frozenset())


def read(folder: Path, dockerfile: Path | None) -> Context:
    """`Dockerfile.dockerignore` beside the Dockerfile goes before `.dockerignore` of the folder"""
    ignored = _Ignored(_patterns(folder, dockerfile))
    files, entries = [], set()
    for root, folders, names in os.walk(folder):
        place = Path(root).relative_to(folder).as_posix()
        for name in folders + names:
            path = name if place == "." else f"{place}/{name}"
            if ignored(path):
                continue
            entries |= {path, *_parents(path)}
            if name in names:
                files.append(path)
    return Context(folder, tuple(sorted(files)), frozenset(entries))


def _patterns(folder: Path, dockerfile: Path | None) -> list[str]:
    places = [folder / ".dockerignore"]
    if dockerfile is not None:
        places.insert(0, dockerfile.with_name(f"{dockerfile.name}.dockerignore"))
    file = next((place for place in places if place.is_file()), None)
    text = file.read_text(encoding="utf-8-sig", errors="replace") if file else ""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


class _Ignored:
    """The last pattern for a path or a folder above it decides (Docker docs, ".dockerignore files")"""

    def __init__(self, patterns: list[str]) -> None:
        self._rules = [
            (re.compile(_regex(_clean(pattern.removeprefix("!").strip()))), not pattern.startswith("!"))
            for pattern in patterns
        ]

    def __call__(self, path: str) -> bool:
        hidden = False
        for form, hides in self._rules:
            if hides != hidden and any(form.fullmatch(place) for place in (path, *_parents(path))):
                hidden = hides
        return hidden


def _clean(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/")).lstrip("/")


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _regex(pattern: str) -> str:
    """Go's filepath.Match, and `**` for any number of folders"""
    parts = re.findall(r"\*\*/?|\*|\?|\[[^\]]*\]|\\.|.", pattern)
    forms = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    written = []
    for part in parts:
        if part.startswith("["):
            inside = part[1:-1].replace("\\", "\\\\")
            written.append(f"[{inside}]" if inside not in ("", "^") else re.escape(part))
        else:
            written.append(forms.get(part) or re.escape(part.removeprefix("\\")))
    return "".join(written)


def check(stages: list[Stage], context: Context, arguments: dict[str, str]) -> None:
    """What COPY and ADD take from the context must be there"""
    sources = [source for stage in stages for source in _sources(stage, arguments)]
    for source in sources:
        if not _GLOB.search(source):
            if context.hidden_or_missing(source):
                reference = hashlib.sha256(source.encode()).hexdigest()
                raise DockerError(
                    f"{docker_dockerfile.FAILED}failed to compute cache key: failed to calculate checksum of"
                    f' ref {reference[:25]}::{reference[25:50]}: "/{source}": not found'
                )
        elif not context.matching(source):
            _check_folder(source, sources, context)


def _check_folder(source: str, sources: list[str], context: Context) -> None:
    """A pattern may match nothing, but its folder must be there, and BuildKit sends only what a step takes

    The folder is missing then: sat-heritage/docker-images#50, moby/buildkit#2933.
    """
    folder = re.split(_GLOB, source, maxsplit=1)[0].rpartition("/")[0]
    sent = [path for other in sources for path in context.matching(other)]
    whole = folder in context.entries and any(
        other in ("", ".") or folder == other or folder.startswith(f"{other}/") for other in (*sources, *sent)
    )
    if folder and not whole and not any(path.startswith(f"{folder}/") for path in sent):
        mount = int(hashlib.sha256(source.encode()).hexdigest()[:8], 16)
        raise DockerError(
            f"{docker_dockerfile.FAILED}lstat /var/lib/docker/tmp/buildkit-mount{mount}/{folder}:"
            " no such file or directory"
        )


def _sources(stage: Stage, arguments: dict[str, str]) -> Iterator[str]:
    variables = dict(_PLATFORM)
    for step in stage.steps:
        variables |= docker_dockerfile.declared(step, arguments, variables, stage.before)
        if step.instruction in ("COPY", "ADD") and "from" not in step.flags:
            yield from _paths(step, variables)


def _paths(step: Step, variables: dict[str, str]) -> Iterator[str]:
    for word in step.words()[:-1]:
        path = docker_dockerfile.expanded(word, variables)
        if path is None or "<<" in word:
            continue
        if _REMOTE.match(path):
            if step.instruction == "COPY":
                raise docker_dockerfile.wrong(step.line, f"source can't be a URL for COPY: {path}")
            continue
        yield _clean(path)
