"""Services that the stack needs and its Region does not have."""

from collections.abc import Iterator

from pipectl.facts.place import partition
from pipectl.facts.regional_services import MISSING, TITLES, UNCERTAIN
from pipectl.kinds.source import CodeCommitRepository
from pipectl.rules._tools import actions, error, pipelines, projects, warning
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "regional-service"


def check(spec: Spec) -> Iterator[Problem]:
    """The Region of the stack, and those of actions and connections (botocore, endpoints.json)."""
    for service, path, region in dict.fromkeys(_needed(spec)):
        if region in MISSING.get(service, ()):
            message = f"{TITLES[service]} does not exist in the Region {shown(region)}"
            yield error(spec, path, RULE, message, "take a Region that has it")
        elif partition(region) in UNCERTAIN.get(service, ()):
            message = f"no endpoint of {TITLES[service]} is known in the Region {shown(region)}"
            yield warning(spec, path, RULE, message, "check that your account has it there")


def _needed(spec: Spec) -> Iterator[tuple[str, Path, str]]:
    home: Path = ("region",)
    if spec.region:
        if any(True for _ in pipelines(spec)):
            yield "codepipeline", home, spec.region
        if any(True for _ in projects(spec)):
            yield "codebuild", home, spec.region
        if any(block.managed for block in spec.all(CodeCommitRepository).values()):
            yield "codecommit", home, spec.region
    for action in actions(spec):
        if action.action.region and action.action.provider == "CodeBuild":
            yield "codebuild", action.value_path("region"), action.action.region
        if connection := action.action.connection:
            yield "codeconnections", action.value_path("connection"), connection.split(":")[3]
