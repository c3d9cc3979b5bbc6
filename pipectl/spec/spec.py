"""Spec: a loaded file as values. Kinds ask it for their blocks by type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from pipectl.spec.places import Path, Place, Places

T = TypeVar("T")


@dataclass(frozen=True)
class Spec:
    """One stack, as its file describes it. `blocks` is YAML key -> name -> model of the kind's own file."""

    name: str
    file: str
    places: Places
    region: str | None = None
    account: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    artifact_bucket: str | None = None
    permissions_boundary: str | None = None
    role_path: str | None = None
    role_prefix: str = ""
    blocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unset: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    """Texts that stand as they are written, since a variable in them is not set: its names."""
    spared: frozenset[Path] = frozenset()
    """The unset values that are left out, since the place takes a number or one of a few words."""

    @property
    def pipelines(self) -> Mapping[str, Any]:
        """The pipelines by their names."""
        return self.blocks.get("codepipeline", {})

    def all(self, block: type[T]) -> Mapping[str, T]:
        """Every entry of one block by its name, as `spec.all(Repository)["rails_app"].keep_images`."""
        for entries in self.blocks.values():
            if any(isinstance(entry, block) for entry in entries.values()):
                return cast("Mapping[str, T]", entries)
        return {}

    def place(self, *path: str | int) -> Place:
        """Where the value at this path stands in the file."""
        return self.places.of(path)
