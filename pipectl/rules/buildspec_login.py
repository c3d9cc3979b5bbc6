"""`aws ecr get-login`, which the AWS CLI of today's build images no longer has."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pipectl.facts.build_images import is_curated
from pipectl.kinds.buildspec import buildspec, uses
from pipectl.rules._tools import projects
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.spec import Spec

RULE = "ecr-login"
GET_LOGIN = re.compile(r"\baws\b[^|;&]*?\secr\s+get-login(?![\w-])")
"""AWS CLI 2 has only `get-login-password` (AWS CLI user guide, "Migration guide", ecr get-login).

Builds where it fails: aws-samples/cicd-for-ecs-workshop-code#5, aws/aws-codebuild-docker-images#407.
"""


def check(spec: Spec) -> Iterator[Problem]:
    """Every buildspec in an image of CodeBuild, once. Only a doubt: a build may install another CLI."""
    for name, project in projects(spec):
        found = buildspec(spec, name, project) if is_curated(project.image) else None
        if found is None:
            continue
        for command in found.commands():
            if uses(command.text, GET_LOGIN):
                message = "the AWS CLI of today's build images has no `ecr get-login`"
                hint = "write `aws ecr get-login-password | docker login -u AWS --password-stdin REGISTRY`"
                problem = found.problem(found.place(command.path), RULE, message, hint)
                yield replace(problem, severity=Severity.WARNING)
                break
