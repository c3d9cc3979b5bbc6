"""Artifacts straight from a source that an ECS action cannot deploy."""

from collections.abc import Iterator

from pipectl.rules._tools import actions_of, error, pipelines
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "image-source"


def check(spec: Spec) -> Iterator[Problem]:
    """ECS actions whose input is an ECR source's (user guide, "action-reference-ECR").

    Such an artifact holds `imageDetail.json`, an object, and nothing else; an ECS action reads a list of
    containers and their images.
    """
    for name, block in pipelines(spec):
        placed = actions_of(name, block)
        sources = {
            output: action.name
            for action in placed
            if action.action.provider == "ECR" and action.wire.category == "Source"
            for output in action.wire.outputs
        }
        for action in placed:
            taken = [each for each in action.wire.inputs if each in sources]
            if action.action.provider == "ECS" and taken:
                message = (
                    f"{action.name} reads image definitions, and the artifact of {sources[taken[0]]} has only"
                    " `imageDetail.json`"
                )
                hint = "put a build between them that writes `imagedefinitions.json`, or use CodeDeployToECS"
                key = "inputs" if action.action.inputs is not None else "provider"
                yield error(spec, action.value_path(key), RULE, message, hint)
