"""Build environments that CodeBuild refuses: image against type, compute and privileges."""

import re
from collections.abc import Iterator

from pipectl.facts.build_images import environment_types
from pipectl.facts.codebuild_names import ECR_IMAGE
from pipectl.kinds.project_block import Project
from pipectl.rules._tools import error, key_error, projects, warning
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.spec import Spec

RULE = "build-environment"
CURATED = "aws/codebuild/"
MAINTAINED = (
    "aws/codebuild/amazonlinux-x86_64-standard:5.0", "aws/codebuild/amazonlinux-x86_64-standard:6.0",
    "aws/codebuild/standard:7.0", "aws/codebuild/standard:8.0",
    "aws/codebuild/amazonlinux-aarch64-standard:3.0", "aws/codebuild/amazonlinux-aarch64-standard:4.0",
)  # fmt: skip
"""github.com/aws/aws-codebuild-docker-images, README."""
STILL_THERE = (
    "aws/codebuild/amazonlinux2-x86_64-standard:5.0", "aws/codebuild/amazonlinux2-aarch64-standard:3.0",
)  # fmt: skip
"""Other names of maintained images."""
NAMED_BY_VERSION = re.compile(r"aws/codebuild/(.*lambda|windows-base|macos|ami/)")
"""Images that come in so many versions that no list of them is kept here."""
LAMBDA_MINUTES = 15
PREDEFINED = frozenset({"CODEBUILD_CONFIG_AUTO_DISCOVER", "CODEBUILD_CONFIG_AUTO_DISCOVER_DIR"})
"""User guide, "discover-test-reports": variables of CodeBuild's own that a project may set."""


_GPU = ("BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE")
NO_COMPUTE = tuple(("LINUX_GPU_CONTAINER", size) for size in _GPU)
"""Environment type and a size that it lacks (user guide, "Build environment compute modes and types")."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every project (user guide, "build-env-ref")."""
    for name, project in projects(spec):
        path = ("codebuild", name)
        yield from _image(spec, path, project)
        yield from _compute(spec, path, project)
        yield from _cache(spec, path, project)
        yield from _foreign_image(spec, path, project)
        for variable in project.environment:
            if variable.startswith("CODEBUILD_") and variable not in PREDEFINED:
                message = f"{shown(variable)} is a variable of CodeBuild's own"
                yield key_error(spec, (*path, "environment", variable), RULE, message, "take another name")


def _image(spec: Spec, path: Path, project: Project) -> Iterator[Problem]:
    image, kind = project.image, project.kind_of_environment
    if not image.startswith(CURATED):
        return
    here = (*path, "image")
    if project.image_pull_credentials == "SERVICE_ROLE":
        message = f"{image} is CodeBuild's own image and is pulled with CodeBuild's credentials"
        yield error(spec, (*path, "image_pull_credentials"), RULE, message, "take the line out")
    wanted = environment_types(image)
    if kind not in wanted:
        message = f"{image} does not run in the environment {kind}"
        hint = "leave `environment_type` out, or take an image for it"
        yield error(spec, (*path, "environment_type"), RULE, message, hint)
    elif image not in (*MAINTAINED, *STILL_THERE) and not NAMED_BY_VERSION.match(image):
        near = nearest(image, MAINTAINED)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(MAINTAINED)}"
        yield warning(spec, here, RULE, f"AWS no longer maintains an image {shown(image)}", hint)


def _compute(spec: Spec, path: Path, project: Project) -> Iterator[Problem]:
    kind, on_lambda = project.kind_of_environment, "LAMBDA" in project.kind_of_environment
    if on_lambda != project.size.startswith("BUILD_LAMBDA"):
        message = f"environment {kind} has no compute {project.size}"
        hint = f"it has {'BUILD_LAMBDA_1GB to _10GB' if on_lambda else 'BUILD_GENERAL1_SMALL to _2XLARGE'}"
        key = "compute" if "compute" in project.stated else "environment_type"
        yield error(spec, (*path, key), RULE, message, hint)
    if (kind, project.compute) in NO_COMPUTE:
        message = f"environment {kind} has no compute {project.compute}"
        hint = f"it has no {', '.join(size for type_, size in NO_COMPUTE if type_ == kind)}"
        yield error(spec, (*path, "compute"), RULE, message, hint)
    if on_lambda and (project.timeout_minutes or 0) > LAMBDA_MINUTES:
        message = f"builds on Lambda end after {LAMBDA_MINUTES} minutes"
        yield error(spec, (*path, "timeout_minutes"), RULE, message, f"write {LAMBDA_MINUTES} or fewer")
    if on_lambda and project.privileged:
        message = "builds on Lambda cannot use docker, so `privileged` is refused"
        yield error(spec, (*path, "privileged"), RULE, message, "take it out, or take LINUX_CONTAINER")


def _foreign_image(spec: Spec, path: Path, project: Project) -> Iterator[Problem]:
    """AWS's refusal: traveloka/terraform-aws-codebuild-terraform-ci-cd#25."""
    found = ECR_IMAGE.match(project.image)
    account = found.group(1) if found else None
    if account and spec.account and account != spec.account and project.image_pull_credentials == "CODEBUILD":
        message = (
            f"the image is in a registry of account {account}, which CodeBuild's own credentials cannot read"
        )
        hint = "write `image_pull_credentials: SERVICE_ROLE`, or leave it out"
        yield error(spec, (*path, "image_pull_credentials"), RULE, message, hint)


def _cache(spec: Spec, path: Path, project: Project) -> Iterator[Problem]:
    layers = "LOCAL_DOCKER_LAYER_CACHE"
    if isinstance(project.cache, list) and layers in project.cache and not project.privileged:
        # User guide, "build-caching": the privileged flag must be set
        message = f"{layers} needs `privileged: true`"
        yield error(spec, (*path, "cache"), RULE, message, f"write it, or take {layers} out")
