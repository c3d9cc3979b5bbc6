"""What an import names is what its types are named by, and is there."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pipectl.errors import PipectlError
from pipectl.export import shapes
from pipectl.export.cloudformation import importing
from pipectl.export.cloudformation.template import template
from pipectl.export.design import Design, Home, design
from tests.export.conftest import ACCOUNT, ROOT
from tests.export.shapes import PAGE, resolved, schema_of

if TYPE_CHECKING:
    from tests.conftest import World

Designed = Callable[[Path], Design]
FRIENDREMINDERS = ROOT / "config" / "friendreminders.yaml"


def test_each_type_is_named_by_its_primary_identifier(file: Path, designed: Designed) -> None:
    for entry in template(designed(file)).entries:
        schema = schema_of(entry.type)
        wanted = {path.removeprefix("/properties/") for path in schema["primaryIdentifier"]}
        importable = "read" in schema.get("handlers", {})
        assert entry.identifier.keys() == (wanted if importable else set()), entry.type


def test_an_import_names_what_create_has_made(world: "World") -> None:
    spec = world.load(FRIENDREMINDERS)
    world.made(spec)
    region = "ap-southeast-1"
    made = template(design(spec, Home(region, ACCOUNT)), only_importable=True)
    cloud = world.connection.cloud(region)
    listed = {each["LogicalResourceId"]: each for each in importing.to_import(cloud, made)}
    assert listed.keys() == {entry.logical for entry in made.entries}
    repository = world.client("codecommit", region).get_repository(repositoryName="FriendReminders")
    found = {"RepositoryId": repository["repositoryMetadata"]["repositoryId"]}
    assert listed["FriendRemindersSource"]["ResourceIdentifier"] == found
    arn = f"arn:aws:ecs:{region}:{ACCOUNT}:task-definition/rails-compose:1"
    task = listed["FriendremindersRemindersmgtServiceTaskDefinition"]
    assert task == {
        "ResourceType": "AWS::ECS::TaskDefinition",
        "LogicalResourceId": "FriendremindersRemindersmgtServiceTaskDefinition",
        "ResourceIdentifier": {"TaskDefinitionArn": arn},
    }
    registry = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com"
    images = {"FriendremindersRemindersmgtServiceRailsImage": f"{registry}/rails_app:latest"}
    assert importing.images(cloud, made) == images


def test_what_is_not_there_cannot_be_imported(world: "World") -> None:
    made = template(design(world.load(FRIENDREMINDERS), Home("ap-southeast-1", ACCOUNT)))
    with pytest.raises(PipectlError, match=r"there is no .* to import") as refused:
        importing.to_import(world.connection.cloud("ap-southeast-1"), made)
    assert refused.value.hint == "`pipectl create SPEC` makes what is not there yet"


def test_the_table_has_only_names_that_cloudformation_knows() -> None:
    for name, shape in yaml.safe_load(PAGE.read_text(encoding="utf-8")).items():
        schema = schema_of(name)
        unknown = list(_unknown(shape, schema, schema, name))
        assert unknown == []


def _unknown(shape: Any, schema: dict[str, Any], part: dict[str, Any], path: str) -> list[str]:
    found = []
    for member, below in shape.items():
        if member == "=":
            continue
        said = below if isinstance(below, str) else below["="]
        if said not in part.get("properties", {}):
            found.append(f"{path}.{said}")
        elif not isinstance(below, str):
            inner = resolved(schema, part["properties"][said])
            found += _unknown(below, schema, inner, f"{path}.{said}")
    return found


def test_what_has_no_word_is_told_with_its_path() -> None:
    params = {"serviceName": "web", "sparkles": 1, "networkConfiguration": {"glitter": 2}}
    said, lost = shapes.say("cloudformation", "AWS::ECS::Service", params)
    assert said == {"ServiceName": "web", "NetworkConfiguration": {}}
    assert lost == ("sparkles", "networkConfiguration.glitter")
