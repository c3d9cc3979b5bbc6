"""What of a pipeline's declaration is compared."""

import json
from typing import Any

from pipectl.kinds.declaration_words import words

COMMIT = {"name": "COMMIT", "value": "#{SourceVariables.CommitId}", "type": "PLAINTEXT"}
TOKEN = {"name": "TOKEN", "value": "shop/token", "type": "SECRETS_MANAGER"}


def variables(*given: dict[str, str]) -> Any:
    """The compared variables of a build action that is given these"""
    configuration = {"ProjectName": "shop", "EnvironmentVariables": json.dumps(given)}
    kind = {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}
    action = {"name": "Build", "actionTypeId": kind, "configuration": configuration}
    declared = {"name": "shop", "roleArn": "arn:aws:iam::123456789012:role/shop", "stages": []}
    stages = [{"name": "Build", "actions": [action]}]
    said = words({**declared, "stages": stages}, "eu-west-1")
    return said["stages"]["Build"]["actions"]["Build"]["configuration"]["EnvironmentVariables"]


def test_the_order_of_a_builds_variables_means_nothing() -> None:
    assert variables(COMMIT, TOKEN) == variables(TOKEN, COMMIT)


def test_plaintext_is_what_a_variable_is_when_nothing_is_said() -> None:
    assert variables(COMMIT) == variables({key: COMMIT[key] for key in ("name", "value")})
    assert variables(TOKEN) != variables({**TOKEN, "type": "PLAINTEXT"})


def test_variables_of_one_name_are_compared_as_they_stand() -> None:
    assert variables(COMMIT, {**COMMIT, "value": "other"}) != variables({**COMMIT, "value": "other"}, COMMIT)
