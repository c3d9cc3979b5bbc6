"""What build images say by their names: the environment types that they run in.

Sources: AWS CodeBuild user guide, "Docker images provided by CodeBuild", "Run builds on AWS Lambda compute"
and "Build environment compute modes and types"; github.com/aws/aws-codebuild-docker-images, README.
"""

import re

TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"aws/codebuild/macos-arm-base:.*", ("MAC_ARM",)),
    (r"aws/codebuild/ami/windows-.*", ("WINDOWS_EC2",)),
    (r"aws/codebuild/ami/.*(arm|aarch64).*", ("ARM_EC2",)),
    (r"aws/codebuild/ami/.*", ("LINUX_EC2",)),
    (r"aws/codebuild/.*aarch64-lambda.*", ("ARM_LAMBDA_CONTAINER",)),
    (r"aws/codebuild/.*lambda.*", ("LINUX_LAMBDA_CONTAINER",)),
    (r"aws/codebuild/windows-base:2019.*", ("WINDOWS_SERVER_2019_CONTAINER",)),
    (r"aws/codebuild/windows-base:2022.*", ("WINDOWS_SERVER_2022_CONTAINER",)),
    (r"aws/codebuild/windows-base:.*", ("WINDOWS_CONTAINER",)),
    (r"aws/codebuild/.*aarch64.*", ("ARM_CONTAINER", "ARM_EC2")),
    (r"aws/codebuild/.*", ("LINUX_CONTAINER", "LINUX_GPU_CONTAINER", "LINUX_EC2")),
    (r".*(windows|servercore).*2019.*", ("WINDOWS_SERVER_2019_CONTAINER",)),
    (r".*(windows|servercore).*2022.*", ("WINDOWS_SERVER_2022_CONTAINER",)),
    (r".*(aarch64|arm64).*", ("ARM_CONTAINER", "ARM_LAMBDA_CONTAINER", "ARM_EC2")),
)
"""Shape of an image's name -> the environment types for it, the usual one first. The first row counts.

That the name of an image of one's own tells its system is inferred.
"""

DEFAULT_TYPE = "LINUX_CONTAINER"

SMALLEST = {
    "LINUX_LAMBDA_CONTAINER": "BUILD_LAMBDA_1GB",
    "ARM_LAMBDA_CONTAINER": "BUILD_LAMBDA_1GB",
    "WINDOWS_CONTAINER": "BUILD_GENERAL1_MEDIUM",
    "WINDOWS_SERVER_2019_CONTAINER": "BUILD_GENERAL1_MEDIUM",
    "WINDOWS_SERVER_2022_CONTAINER": "BUILD_GENERAL1_MEDIUM",
    "WINDOWS_EC2": "BUILD_GENERAL1_MEDIUM",
    "MAC_ARM": "BUILD_GENERAL1_MEDIUM",
}
"""Environment type -> its smallest compute type, where that is not BUILD_GENERAL1_SMALL."""


def environment_types(image: str) -> tuple[str, ...]:
    """The environment types that an image runs in, the usual one first; empty where nothing tells it."""
    return next((types for shape, types in TYPES if re.fullmatch(shape, image, re.IGNORECASE)), ())


def environment_type(image: str) -> str:
    """The environment type that fits an image."""
    return next(iter(environment_types(image)), DEFAULT_TYPE)


def smallest_compute(environment: str) -> str:
    """The smallest compute type of an environment type."""
    return SMALLEST.get(environment, "BUILD_GENERAL1_SMALL")


_PREFIX = "aws/codebuild/"
_DATED = re.compile(r"-\d{2}\.\d{2}\.\d{2}$")  # a fixed release of an image, as in standard:7.0-24.10.29


def is_curated(image: str) -> bool:
    """Whether an image is one of CodeBuild's own."""
    return image.startswith(_PREFIX)


def plain_name(image: str) -> str:
    """The name of an image of CodeBuild without prefix and without the date of a fixed release."""
    return _DATED.sub("", image.removeprefix(_PREFIX))


def has_ubuntu(image: str) -> bool:
    """Whether it is an Ubuntu image of CodeBuild (user guide, "Docker images provided by CodeBuild")."""
    return is_curated(image) and plain_name(image).startswith("standard:")
