"""Names and image references that CodeBuild judges."""

import re

IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,127}")
"""Of a secondary source or artifact, and so of a pipeline's artifact beside the primary one.

AWS's refusal: "identifier must contain only alphanumeric characters and underscores and be less than 128
characters in length" (aws/aws-cdk#2230, #18710).
"""

ECR_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr(-fips)?\.")
"""An image of a private ECR registry; the group is its account. CodeBuild's own credentials read images of
the project's account only (traveloka/terraform-aws-codebuild-terraform-ci-cd#25)."""
