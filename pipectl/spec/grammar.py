"""The grammar of a whole file: the settings of a stack, and one block per AWS service."""

import functools
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, create_model

from pipectl.spec.block import AccountId, Arn, Part

STACK_PATTERN = r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$"
"""Part of a bucket's name, and short enough that the names made of it can still be recognised."""

ROLE_PATH_PATTERN = r"^/([\x21-\x7e]+/)?$"
"""IAM API reference, CreateRole, Path."""

ROLE_PREFIX_PATTERN = r"^[A-Za-z0-9_+=,.@-]{1,32}$"
"""Half of a role's 64 characters, so that names can be told apart (IAM API reference, CreateRole)."""

NAMELESS = {"pipectl": 1, "name": "nameless"}
"""Stands for settings that are missing or wrong, so that the rest can be looked at."""


class Settings(Part):
    """A delivery pipeline on AWS, described in one file."""

    pipectl: Literal[1] = Field(description="the version of this format")
    name: str = Field(pattern=STACK_PATTERN, description="the stack's name; it tags everything that is ours")
    region: str | None = Field(None, pattern=r"^[a-z]{2,}(-[a-z]+)+-\d$", description="where it all stands")
    account: AccountId | None = Field(None, description="a guard: another account is refused")
    tags: dict[str, str] = Field(default_factory=dict, max_length=49, description="tags of everything")
    artifact_bucket: str | None = Field(None, description="a bucket of your own for all pipelines")
    permissions_boundary: Arn | None = Field(None, description="of every role that is made")
    role_path: str | None = Field(
        None,
        pattern=ROLE_PATH_PATTERN,
        max_length=512,
        description="the IAM path of every role that is made; `/pipectl/NAME/` when it is not stated",
    )
    role_prefix: str | None = Field(
        None,
        pattern=ROLE_PREFIX_PATTERN,
        description="what the name of every role that is made begins with, as `acme-`",
    )


@functools.cache
def _file_model(blocks: tuple[tuple[str, type], ...]) -> type[Settings]:
    entries: Any = dict
    fields: Any = {
        key: (entries[str, block], Field(default_factory=dict, description=_first_line(block)))
        for key, block in blocks
    }
    return create_model("Spec", __base__=Settings, __doc__=Settings.__doc__, **fields)


def _first_line(block: type) -> str:
    return (block.__doc__ or "").partition("\n")[0].rstrip(".")


def file_model(blocks: Mapping[str, type]) -> type[Settings]:
    """The model of a whole file, with the given blocks (YAML key -> model of its entries)."""
    return _file_model(tuple(blocks.items()))
