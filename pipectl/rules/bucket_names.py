"""Buckets of one's own: a name that S3 does not have (user guide, "bucketnamingrules")."""

import re
from collections.abc import Iterator

from pipectl.rules._tools import actions, error, pipelines
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "bucket-name"
PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def check(spec: Spec) -> Iterator[Problem]:
    """The artifact buckets, and the buckets of S3 actions."""
    for path, name in _buckets(spec):
        wrong = _wrong(name)
        if wrong:
            yield error(spec, path, RULE, f"{shown(name)} cannot be the name of a bucket: it {wrong}", HINT)


HINT = "a bucket's name has 3 to 63 small letters, digits, `-` and single `.`"


def _buckets(spec: Spec) -> Iterator[tuple[Path, str]]:
    if spec.artifact_bucket is not None:
        yield ("artifact_bucket",), spec.artifact_bucket
    for pipeline, block in pipelines(spec):
        path = ("codepipeline", pipeline)
        if block.artifact_bucket is not None:
            yield (*path, "artifact_bucket"), block.artifact_bucket
        yield from (
            ((*path, "artifact_buckets", region), name) for region, name in block.artifact_buckets.items()
        )
    for each in actions(spec):
        # `#{...}` is filled in when the action runs.
        if each.action.bucket is not None and "#{" not in each.action.bucket:
            yield each.value_path("bucket"), each.action.bucket


def _wrong(name: str) -> str | None:
    if name.startswith("arn:"):
        return "is an ARN"
    if "/" in name:
        return "has a path behind it"
    if not PATTERN.fullmatch(name) or ".." in name:
        return "has characters or a length that S3 refuses"
    if ADDRESS.fullmatch(name):
        return "looks like an IP address"
    reserved = [*filter(name.startswith, RESERVED_STARTS), *filter(name.endswith, RESERVED_ENDS)]
    return f"has `{reserved[0]}`, which is reserved" if reserved else None
