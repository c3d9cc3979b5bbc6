"""Parameters of AWS that are called like secrets: each holds a secret or is known to hold none."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from pipectl.facts.secret_names import PARAMETERS, is_secret_name
from pipectl.render.secrets import masked
from pipectl.review.hiding import Hiding

OPERATIONS = (
    "codebuild CreateProject", "codebuild UpdateProject", "codebuild StartBuild",
    "codecommit CreateRepository",
    "codepipeline CreatePipeline", "codepipeline StartPipelineExecution", "codepipeline UpdatePipeline",
    "ecr CreateRepository", "ecs CreateCluster", "ecs CreateService", "ecs RegisterTaskDefinition",
    "ecs RunTask", "ecs UpdateCluster", "ecs UpdateService", "events PutRule", "events PutTargets",
    "logs CreateLogGroup", "iam CreateRole", "iam PutRolePolicy", "s3 CreateBucket", "s3 PutBucketEncryption",
)  # fmt: skip
"""What carries the parameters of a spec to AWS"""
SWITCHES = ("boolean", "integer", "long")
REFERENCES = {"secrets": "a list of names of variables and ARNs of secrets (API reference of ECS, Secret)"}
"""What is known by other rules: below it stand names, and a value that is no name is masked"""
KEY_ID = "11111111-2222-3333-4444-555555555555"


def members(shape: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each member at every depth, with its type; a shape inside itself is looked at once"""
    if shape.name in above:
        return
    inner = (*above, shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield name, member.type_name
            yield from members(member, inner)
    elif shape.type_name in ("list", "map"):
        yield from members(shape.member if shape.type_name == "list" else shape.value, inner)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_parameter_that_is_called_like_a_secret_is_decided(operation: str) -> None:
    service, name = operation.split()
    shape = botocore.session.get_session().get_service_model(service).operation_model(name).input_shape
    named = {each for each, kind in members(shape) if kind not in SWITCHES and is_secret_name(each)}
    assert named - PARAMETERS - REFERENCES.keys() == set()


@pytest.mark.parametrize("name", ["encryptionKey", "encryption_key", "encryptionKeyOverride"])
def test_a_key_of_kms_is_shown_and_a_variable_of_its_name_is_not(name: str) -> None:
    assert masked(f"codebuild.build.{name}", KEY_ID) == KEY_ID
    assert masked(f"codebuild.build.environment.{name}", KEY_ID) != KEY_ID


def test_a_variable_is_hidden_though_a_parameter_is_called_so() -> None:
    hiding = Hiding()
    said = {
        "encryptionKey": "alias/artifacts-of-all",
        "environment": [{"name": "encryptionKey", "value": "0pensesame"}],
        "buildspec": "env:\n  variables:\n    encryption_key: 0pensesame2\n",
    }
    hidden = hiding.hidden(said)
    assert hidden["encryptionKey"] == said["encryptionKey"]
    assert "0pensesame" not in str(hidden)
    assert hiding.variables == ("SECRET_ENCRYPTIONKEY", "SECRET_ENCRYPTION_KEY")
