"""Outline: the names and places in a spec, for commands that need no more: status, the operations, logs.

It is read without pydantic, without the rules and without values that are not set. A file with anything that
makes its names doubtful has none: not YAML, a duplicate key, an unknown key, a value of a wrong type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.spec import shape
from pipectl.spec.interpolate import MISSING, interpolate
from pipectl.spec.later import later
from pipectl.spec.places import Path
from pipectl.spec.text import read

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec

PIPELINES = "codepipeline"


@dataclass(frozen=True)
class Outline:
    """What a spec says of its stack's place, and its pipelines as they are written."""

    name: str
    file: str
    region: str | None = None
    account: str | None = None
    pipelines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unset: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    """Texts that stand as they are written, since a variable in them is not set: its names."""

    def is_whole(self, pipeline: str) -> bool:
        """Whether everything that the spec says of a pipeline is known."""
        return not any(path[:2] == (PIPELINES, pipeline) for path in self.unset)


def outline(file: str, variables: Mapping[str, str], environment: Mapping[str, str]) -> Outline | None:
    """The outline of a file; None when only `load` can tell whether it is right. Raises nothing."""
    written = read(file)
    if written.broken or written.problems or any(later(written)) or not shape.fits(written.values):
        return None
    document = interpolate(written, variables, environment)
    values = document.values
    if any(problem.rule != MISSING for problem in document.problems):
        return None
    if document.unset.keys() & {("region",), ("account",)} or not _places_fit(values):
        return None
    return Outline(
        values["name"],
        file,
        values.get("region"),
        values.get("account"),
        values.get(PIPELINES) or {},
        document.unset,
    )


def _places_fit(values: Mapping[str, Any]) -> bool:
    """Whether name, Region and account have their form, now that variables are filled in."""
    return shape.fits({key: values[key] for key in ("pipectl", "name", "region", "account") if key in values})


def outline_of(spec: "Spec") -> Outline:
    """The outline of a spec that was loaded; AWS is asked for the rest of its pipelines."""
    pipelines = {name: spec.places.written((PIPELINES, name)) or {} for name in spec.pipelines}
    unset: dict[Path, Sequence[str]] = {(PIPELINES, name): () for name in pipelines}
    return Outline(spec.name, spec.file, spec.region, spec.account, pipelines, unset)
