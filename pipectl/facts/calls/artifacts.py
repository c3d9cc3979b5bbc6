"""What reading and writing artifacts calls: in the name of a pipeline's role, and of a build's role."""

from pipectl.facts.calls.call import Call, calls, of
from pipectl.facts.place import Place

SOURCE = "CodePipeline user guide, Manage the CodePipeline service role"

LOOK = of("s3", "GetBucketAcl", "GetBucketLocation", "GetBucketVersioning")
READ = of("s3", "GetObject", "GetObjectVersion", "GetObjectTagging", "GetObjectVersionTagging")
WRITE = of("s3", "PutObject", "PutObjectAcl", "PutObjectTagging")
"""The guide's minimum policy for the artifact bucket.

PutObjectAcl: the connection source action sets an ACL, and without the permission fails with "Upload to S3
failed ... Access Denied" (aws/aws-cdk issue 13557).
"""


def artifact_calls(bucket: str, place: Place) -> tuple[Call, ...]:
    """What a pipeline's role needs of an artifact bucket of that Region."""
    name = place.arn("s3", bucket)
    return (
        *calls("FindArtifacts", LOOK, [name], SOURCE),
        *calls("ExchangeArtifacts", (*READ, *WRITE), [f"{name}/*"], SOURCE),
    )


def artifact_read_calls(bucket: str, object_key: str, place: Place) -> tuple[Call, ...]:
    """What taking one input artifact calls."""
    return tuple(
        calls("ExchangeArtifacts", ["s3:GetObject"], [place.arn("s3", f"{bucket}/{object_key}")], SOURCE)
    )


def artifact_write_calls(
    bucket: str, object_key: str, place: Place, *, sets_acl: bool = False
) -> tuple[Call, ...]:
    """What storing one output artifact calls; `sets_acl` for a source through a connection."""
    actions = WRITE[:2] if sets_acl else WRITE[:1]
    return tuple(calls("ExchangeArtifacts", actions, [place.arn("s3", f"{bucket}/{object_key}")], SOURCE))


def build_artifact_calls(bucket: str, place: Place) -> tuple[Call, ...]:
    """What a build's role needs of the artifact bucket of the pipelines that run it."""
    source = "CodeBuild user guide, Allow CodeBuild to interact with other AWS services"
    name = place.arn("s3", bucket)
    objects = of("s3", "GetObject", "GetObjectVersion", "PutObject")
    looks = of("s3", "GetBucketAcl", "GetBucketLocation")
    return (
        *calls("FindBuildArtifacts", looks, [name], source),
        *calls("ExchangeBuildArtifacts", objects, [f"{name}/*"], source),
    )
