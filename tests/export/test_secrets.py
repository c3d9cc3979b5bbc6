"""A secret of the spec never stands in what is exported: somebody gives it there."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pipectl.export.cloudformation.template import Template, template
from pipectl.export.cloudformation.text import to_json, to_yaml
from pipectl.export.cloudformation.values import secret_names
from pipectl.export.design import Home, design, design_anywhere
from pipectl.export.terraform.configuration import configuration
from tests.export.conftest import ROOT
from tests.export.test_cloudformation import linted, written
from tests.export.test_terraform import CHECKS
from tests.review.test_script import SECRETS, with_secrets

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec

NAMES = {"SecretDbPassword", "SecretDbPassword2", "SecretDatabaseUrl", "SecretApiToken", "SecretNpmToken"}
HOME = Home("ap-southeast-1", "012345678901")


@pytest.fixture
def spec(load: Callable[[Path], "Spec"], tmp_path: Path) -> "Spec":
    """The tutorial's spec with a secret in every place that may have one"""
    values = yaml.safe_load((ROOT / "config" / "friendreminders.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "secrets.yml"
    file.write_text(json.dumps(with_secrets(values)), encoding="utf-8")  # JSON is YAML
    return load(file)


@pytest.fixture
def templates(spec: "Spec") -> list[Template]:
    """It as a template, and as that of a stack set"""
    return [template(design(spec, HOME)), template(design_anywhere(spec, HOME))]


def spelled() -> Iterator[str]:
    for value in SECRETS.values():
        yield from (value, json.dumps(value)[1:-1])


def test_a_template_asks_for_secrets_and_shows_none(templates: list[Template], tmp_path: Path) -> None:
    for made in templates:
        assert set(made.secrets) == NAMES
        parameters = json.loads(to_json(made))["Parameters"]
        assert {name for name, each in parameters.items() if each.get("NoEcho")} == NAMES
        text = to_yaml(made)
        assert [value for value in spelled() if value in text] == []
        assert "shop/key:token" in text
        assert "shop/sign:token" in text
    assert linted(*written(tmp_path, whole=templates[0], stack_set=templates[1])) == ""


def test_a_secret_stands_where_it_is_needed(templates: list[Template]) -> None:
    resources = json.loads(to_json(templates[0]))["Resources"]
    task = resources["FriendremindersRemindersmgtServiceTaskDefinition"]["Properties"]
    (container,) = task["ContainerDefinitions"]
    environment = {each["Name"]: each["Value"] for each in container["Environment"]}
    assert environment["DB_PASSWORD"] == {"Ref": "SecretDbPassword"}
    assert environment["DATABASE_URL"] == {"Ref": "SecretDatabaseUrl"}
    build = resources["FriendRemindersBuildProject"]["Properties"]
    assert {"Ref": "SecretDbPassword2"} in [
        each["Value"] for each in build["Environment"]["EnvironmentVariables"]
    ]
    assert "${SecretNpmToken}" in build["Source"]["BuildSpec"]["Fn::Sub"]
    action = resources["FriendRemindersPipeline"]["Properties"]["Stages"][1]["Actions"][0]
    variables = json.loads(action["Configuration"]["EnvironmentVariables"]["Fn::Sub"])
    assert "${SecretApiToken}" in [each["value"] for each in variables]


def test_a_secret_stands_in_json_as_json_writes_it(spec: "Spec") -> None:
    token = "jsonencode(var.secret_api_token)"
    within = f'\\"value\\": \\"${{substr({token}, 1, length({token}) - 2)}}\\"'
    assert within in configuration(design(spec, HOME)).text


def test_nothing_is_left_of_the_marks_of_secrets(spec: "Spec", templates: list[Template]) -> None:
    texts = [*map(to_json, templates), *map(to_yaml, templates), configuration(design(spec, HOME)).text]
    assert [mark for text in texts for mark in ("\0", "\\0", "\\u0000") if mark in text] == []


def test_a_configuration_asks_for_secrets_and_shows_none(spec: "Spec") -> None:
    made = configuration(design(spec, HOME))
    assert set(made.secrets) == {each.lower() for each in SECRETS}
    assert [value for value in spelled() if value in made.text] == []
    for name in made.secrets:
        head = f'variable "{name}" {{\n  type        = string\n  description = "a secret of '
        assert re.search(re.escape(head) + r'\S.+"\n  sensitive   = true\n}\n', made.text)
        assert f"var.{name}" in made.text
    for check in CHECKS:
        check(made.text)


def test_a_parameter_says_whose_secret_it_is(spec: "Spec", templates: list[Template]) -> None:
    text = configuration(design(spec, HOME)).text
    for name, owner in (
        ("DB_PASSWORD", "ecs service friendreminders/remindersmgt"),
        ("DB_PASSWORD_2", "codebuild project FriendRemindersBuild"),
        ("API_TOKEN", "pipeline FriendReminders"),
    ):
        parameter = templates[0].parameters[secret_names((f"SECRET_{name}",))[f"SECRET_{name}"]]
        assert parameter.description == f"{name}, a secret of {owner}"
        assert f'description = "a secret of {owner}"' in text


def test_two_secrets_never_share_a_parameter() -> None:
    names: Any = secret_names(("SECRET_A_B", "SECRET_A__B", "SECRET_A_B_2"))
    assert len(set(names.values())) == len(names)
