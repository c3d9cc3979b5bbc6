"""Tags of images that may or may not be moved: exclusions without their mode, filters ECR refuses."""

import re
from collections.abc import Iterator

from pipectl.kinds.repository import EcrRepository
from pipectl.rules._tools import error, key_error, written
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "ecr-mutability"
FILTER = re.compile(r"[0-9a-zA-Z._*-]{1,128}")
"""Service model, ImageTagMutabilityExclusionFilterValue."""
MOST_WILDCARDS = 2


def check(spec: Spec) -> Iterator[Problem]:
    """`tag_mutability` and `mutable_tags` of every repository (API reference, CreateRepository)."""
    for name, block in spec.all(EcrRepository).items():
        if block.managed:
            yield from _mode(spec, name, block)
            yield from _filters(spec, name, block)


def _mode(spec: Spec, name: str, block: EcrRepository) -> Iterator[Problem]:
    path = ("ecr", name)
    excludes = (block.tag_mutability or "").endswith("_WITH_EXCLUSION")
    # A mode that is written and wrong is told by the grammar.
    if block.mutable_tags and not excludes and not _told(spec, name, block):
        meant = f"{block.tag_mutability or 'IMMUTABLE'}_WITH_EXCLUSION"
        message = f"`mutable_tags` of ecr.{name} need a `tag_mutability` with exclusion"
        yield key_error(spec, (*path, "mutable_tags"), RULE, message, f"write `tag_mutability: {meant}`")
    if excludes and not block.mutable_tags and not written(spec, (*path, "mutable_tags")):
        message = f"{block.tag_mutability} needs `mutable_tags`: the tags that it does not hold for"
        plain = str(block.tag_mutability).removesuffix("_WITH_EXCLUSION")
        hint = f"write `mutable_tags: [latest]`, or `tag_mutability: {plain}`"
        yield error(spec, (*path, "tag_mutability"), RULE, message, hint)


def _told(spec: Spec, name: str, block: EcrRepository) -> bool:
    return block.tag_mutability is None and written(spec, ("ecr", name, "tag_mutability"))


def _filters(spec: Spec, name: str, block: EcrRepository) -> Iterator[Problem]:
    for number, pattern in enumerate(block.mutable_tags):
        path = ("ecr", name, "mutable_tags", number)
        if not FILTER.fullmatch(pattern):
            hint = "1 to 128 letters, digits and `._-`, and `*` for anything"
            yield error(spec, path, RULE, f"{shown(pattern)} cannot be a filter for tags", hint)
        elif pattern.count("*") > MOST_WILDCARDS:
            message = f"{shown(pattern)} has {pattern.count('*')} `*`"
            yield error(spec, path, RULE, message, f"ECR takes at most {MOST_WILDCARDS} in a filter")
        elif pattern in block.mutable_tags[:number]:
            yield error(spec, path, RULE, f"{shown(pattern)} stands here twice", "take one of them out")
