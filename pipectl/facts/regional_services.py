"""Regions in which a service of delivery pipelines does not exist."""

from collections.abc import Mapping

MISSING: Mapping[str, frozenset[str]] = {
    "codepipeline": frozenset({"ap-east-2", "ap-southeast-7", "ca-west-1", "mx-central-1"}),
    "codebuild": frozenset({"ap-east-2", "ca-west-1", "mx-central-1"}),
    "codecommit": frozenset({
        "ap-east-2", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1",
        "eu-central-2", "eu-south-2", "mx-central-1",
    }),
    "codeconnections": frozenset({
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2", "ap-southeast-3",
        "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2",
        "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
    }),
}  # fmt: skip
"""Service -> Regions of the partition `aws` without it.

Only those of which botocore's endpoints.json and the public SSM parameters under
/aws/service/global-infrastructure/regions agree; a Region that neither knows is in no list.
"""

UNCERTAIN: Mapping[str, frozenset[str]] = {
    "codepipeline": frozenset({"aws-iso", "aws-iso-b", "aws-iso-e"}),
    "codebuild": frozenset({"aws-iso-e"}),
    "codecommit": frozenset({"aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}),
}
"""Service -> partitions in which botocore knows no endpoint of it, and nothing else is public."""

TITLES: Mapping[str, str] = {
    "codepipeline": "CodePipeline",
    "codebuild": "CodeBuild",
    "codecommit": "CodeCommit",
    "codeconnections": "CodeConnections",
}
