"""Every statement of every role that pipectl makes is one that IAM takes and AWS documents."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.facts.authorization import flaws
from tests.facts.test_calls import WITHOUT_RESOURCE
from tests.permissions import made

if TYPE_CHECKING:
    from tests.conftest import World

every_spec = pytest.mark.parametrize("file", made.specs(), ids=lambda file: file.stem)


@every_spec
def test_every_statement_is_one_that_the_service_authorization_reference_knows(
    world: "World", file: Path
) -> None:
    found = [
        f"{role}, {statement['Sid']}: {flaw}"
        for role, statements in made.statements(world.load(file)).items()
        for statement in statements
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if resource != "*" or action not in WITHOUT_RESOURCE
        for flaw in flaws(action, resource, keys(statement))
    ]
    assert found == []


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def keys(statement: dict[str, object]) -> dict[str, str]:
    """The condition keys of a statement"""
    condition = statement.get("Condition")
    tests = condition.values() if isinstance(condition, dict) else ()
    return {key: "" for test in tests for key in test}


@every_spec
def test_no_statement_is_without_actions_or_resources(world: "World", file: Path) -> None:
    for statements in made.statements(world.load(file)).values():
        for statement in statements:
            assert statement["Action"]
            assert statement["Resource"]


@every_spec
def test_no_value_of_a_pipelines_variable_is_left_in_an_arn(world: "World", file: Path) -> None:
    for statements in made.statements(world.load(file)).values():
        for statement in statements:
            for resource in statement["Resource"]:
                assert "#{" not in resource
                assert "$" not in resource
