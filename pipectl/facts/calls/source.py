"""What the source actions call in the role's name."""

from collections.abc import Iterator

from pipectl.facts.calls.call import (
    EVERY_RESOURCE,
    GUIDE,
    Call,
    Configuration,
    arn,
    calls,
    of,
    pattern,
    value,
)
from pipectl.facts.place import Place


def codecommit(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A CodeCommit source: an archive of the branch, or with a full clone the repository's metadata."""
    source = f"{GUIDE}CodeCommit source action reference"
    repository = [place.arn("codecommit", value(configuration, "RepositoryName"))]
    clones = configuration.get("OutputArtifactFormat") == "CODEBUILD_CLONE_REF"
    archive = of("codecommit", "UploadArchive", "GetUploadArchiveStatus")
    yield from calls("ReadSource", of("codecommit", "GetBranch", "GetCommit"), repository, source)
    yield from calls("ReadSource", archive, repository, source, required=not clones)
    yield from calls("ReadSource", ["codecommit:GetRepository"], repository, source, required=clones)
    yield from calls("ReadSource", ["codecommit:CancelUploadArchive"], repository, source, required=False)


def ecr(configuration: Configuration, place: Place) -> Iterator[Call]:
    """An ECR source, from the registry of the action's account."""
    repository = place.arn("ecr", f"repository/{value(configuration, 'RepositoryName')}")
    yield from calls(
        "ReadImages", ["ecr:DescribeImages"], [repository], f"{GUIDE}Amazon ECR source action reference"
    )


PREFIXES = ("codeconnections", "codestar-connections")
"""The service's two names. New ARNs begin with the first one; a policy may name either.

Source: Developer Tools console user guide, "Connections rename".
"""


def connection(configuration: Configuration, place: Place) -> Iterator[Call]:
    """A source through a connection."""
    named = pattern(configuration.get("ConnectionArn") or "*")
    resource = named if named != EVERY_RESOURCE else place.arn(PREFIXES[0], "connection/*")
    yield from connection_calls(resource, f"{GUIDE}CodeStarSourceConnection action reference")


def connection_calls(resource: str, source: str) -> Iterator[Call]:
    """Using a connection under the prefix of its ARN; roles allow it under both prefixes."""
    own = resource.split(":")[2] if resource.count(":") >= ARN_COLONS else PREFIXES[0]
    for prefix in PREFIXES:
        yield from calls(
            "UseConnection", [f"{prefix}:UseConnection"], [resource], source, required=prefix == own
        )


ARN_COLONS = 5


def s3(configuration: Configuration, place: Place) -> Iterator[Call]:
    """An S3 source."""
    source = f"{GUIDE}Amazon S3 source action reference"
    bucket = arn(place, "s3", "", configuration.get("S3Bucket", ""))
    name = value(configuration, "S3ObjectKey")
    objects = [f"{bucket}/{name}"]
    yield from calls("FindSource", ["s3:GetBucketVersioning"], [bucket], source)
    looks = of("s3", "GetBucketAcl", "GetBucketLocation", "ListBucket")
    yield from calls("FindSource", looks, [bucket], source, required=False)
    yield from calls("ReadSourceObject", of("s3", "GetObject", "GetObjectVersion"), objects, source)
    reads = of("s3", "GetObjectTagging", "GetObjectVersionTagging")
    yield from calls("ReadSourceObject", reads, objects, source, required=False)
    if configuration.get("AllowOverrideForS3ObjectKey") == "true":  # a start may name any object
        override = of("s3", "GetObject", "GetObjectVersion")
        yield from calls("ReadOtherSourceObjects", override, [f"{bucket}/*"], source, required=False)
