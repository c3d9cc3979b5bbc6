"""The environment type and the smallest compute follow from the image, as docs/spec.md says"""

import pytest

from pipectl.kinds.project_block import Project

WINDOWS = "BUILD_GENERAL1_MEDIUM"
SMALL = "BUILD_GENERAL1_SMALL"


@pytest.mark.parametrize(
    ("image", "environment", "compute"),
    [
        ("aws/codebuild/amazonlinux-x86_64-standard:5.0", "LINUX_CONTAINER", SMALL),
        ("aws/codebuild/standard:7.0", "LINUX_CONTAINER", SMALL),
        ("aws/codebuild/amazonlinux-aarch64-standard:3.0", "ARM_CONTAINER", SMALL),
        ("aws/codebuild/amazonlinux2-aarch64-standard:3.0", "ARM_CONTAINER", SMALL),
        (
            "aws/codebuild/amazonlinux-x86_64-lambda-standard:python3.12",
            "LINUX_LAMBDA_CONTAINER",
            "BUILD_LAMBDA_1GB",
        ),
        (
            "aws/codebuild/amazonlinux-aarch64-lambda-standard:nodejs20",
            "ARM_LAMBDA_CONTAINER",
            "BUILD_LAMBDA_1GB",
        ),
        ("aws/codebuild/windows-base:2019-3.0", "WINDOWS_SERVER_2019_CONTAINER", WINDOWS),
        ("aws/codebuild/windows-base:2022-1.0", "WINDOWS_SERVER_2022_CONTAINER", WINDOWS),
        ("mcr.microsoft.com/windows/servercore:ltsc2022", "WINDOWS_SERVER_2022_CONTAINER", WINDOWS),
        ("aws/codebuild/macos-arm-base:14", "MAC_ARM", "BUILD_GENERAL1_MEDIUM"),
        ("aws/codebuild/ami/amazonlinux-arm-base:latest", "ARM_EC2", SMALL),
        ("public.ecr.aws/docker/library/ruby:3.3", "LINUX_CONTAINER", SMALL),
        ("public.ecr.aws/docker/library/ruby:3.3-arm64v8", "ARM_CONTAINER", SMALL),
    ],
)
def test_an_image_tells_its_environment_and_compute(image: str, environment: str, compute: str) -> None:
    project = Project.model_validate({"image": image})
    assert (project.kind_of_environment, project.size) == (environment, compute)


def test_what_is_stated_wins() -> None:
    stated = {"image": "aws/codebuild/windows-base:2022-1.0", "environment_type": "WINDOWS_EC2"}
    project = Project.model_validate({**stated, "compute": "BUILD_GENERAL1_LARGE"})
    assert (project.kind_of_environment, project.size) == ("WINDOWS_EC2", "BUILD_GENERAL1_LARGE")
