"""The port that a Dockerfile exposes: in its last stage, with the variables that are filled in there."""

import copy
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CONTINUED = re.compile(r"\\[ \t]*\n")
COMMENT = re.compile(r"^[ \t]*#.*\n?", re.MULTILINE)
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
PORT = re.compile(r"(\d{1,5})(?:-\d{1,5})?(?:/tcp)?", re.IGNORECASE)
HIGHEST = 65535


@dataclass
class _Stage:
    """What a stage has said so far."""

    ports: list[int] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


def port(text: str) -> int | None:
    """The first TCP port of the image (Dockerfile reference: FROM, ARG, ENV, EXPOSE)."""
    given: dict[str, str] = {}  # before the first stage
    stages: dict[str, _Stage] = {}
    stage = _Stage(variables=given)
    for word, rest in _instructions(text):
        if word == "FROM":
            stage = _begun(rest, stages)
        elif word in ("ARG", "ENV"):
            stage.variables.update(_assigned(rest, {**given, **stage.variables}))
        elif word == "EXPOSE":
            stage.ports.extend(_ports(_filled(rest, stage.variables)))
    return next(iter(stage.ports), None)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    for line in CONTINUED.sub(" ", COMMENT.sub("", text)).splitlines():
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), rest.strip()


def _begun(rest: str, stages: dict[str, _Stage]) -> _Stage:
    """A new stage; `FROM` an earlier one it has all that was said there."""
    image, *named = [each.lower() for each in rest.split() if not each.startswith("--")] or [""]
    stage = copy.deepcopy(stages.get(image, _Stage()))
    if named[:1] == ["as"]:
        stages.update(dict.fromkeys(named[1:], stage))
    return stage


def _assigned(rest: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """`NAME=value ...`; `NAME value` of ENV; `NAME` of ARG, which takes what is known."""
    try:
        first, *more = shlex.split(rest)
    except ValueError:  # no words, or a quote that does not end
        return
    if "=" not in first:
        yield first, _filled(" ".join(more), known) or known.get(first, "")
        return
    for each in (first, *more):
        name, _, value = each.partition("=")
        yield name, _filled(value, known)


def _filled(text: str, known: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: known.get(found[1] or found[2]) or found[3] or "", text)


def _ports(text: str) -> Iterator[int]:
    """Without those of UDP."""
    for word in text.split():
        found = PORT.fullmatch(word)
        if found and 1 <= int(found[1]) <= HIGHEST:
            yield int(found[1])
