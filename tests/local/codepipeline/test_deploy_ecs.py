"""The ECS action puts the images of imagedefinitions.json into what the service runs (facts, section 8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Runs, action, stage, until

Shape = dict[str, Any]
Client = Callable[..., Any]


@pytest.fixture
def ecs(client: Client) -> Any:
    """A service `web` of two containers, and a newer revision that it does not run."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "rails", "image": "public.ecr.aws/shop/rails:1", "essential": True}
    family = {
        "family": "shop",
        "tags": [{"key": "team", "value": "shop"}],
        "containerDefinitions": [
            container,
            {"name": "log", "image": "public.ecr.aws/shop/log:1", "essential": False},
        ],
    }
    ecs.register_task_definition(**family, cpu="256", memory="512")
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="shop:1", desiredCount=1)
    ecs.register_task_definition(**family, cpu="512", memory="1024")
    return ecs


def _deploy(**configuration: str) -> Shape:
    return action(
        "Deploy",
        "Deploy",
        "ECS",
        configuration={"ClusterName": "shop", "ServiceName": "web", **configuration},
        inputArtifacts=[{"name": "SourceOutput"}],
    )


def _run(runs: Runs, content: str | None, file: str = "imagedefinitions.json", **configuration: str) -> str:
    first = runs.create(stage("Deploy", _deploy(**configuration)))
    runs.ends(first, "Failed")
    runs.push(**({} if content is None else {file: content}))
    return runs.start()


def _images(*pairs: tuple[str, str]) -> str:
    return json.dumps([{"name": name, "imageUri": image} for name, image in pairs])


def _problem(runs: Runs, execution: str) -> str:
    runs.ends(execution, "Failed")
    return runs.problem(execution)[1]


def test_the_service_rolls_to_the_new_image(runs: Runs, ecs: Any) -> None:
    execution = _run(runs, _images(("rails", "public.ecr.aws/shop/rails:2")))
    runs.ends(execution, "Succeeded")
    service = ecs.describe_services(cluster="shop", services=["web"])["services"][0]
    assert service["taskDefinition"].endswith("shop:3")
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]
    told = ecs.describe_task_definition(taskDefinition="shop:3", include=["TAGS"])
    images = {each["name"]: each["image"] for each in told["taskDefinition"]["containerDefinitions"]}
    assert images == {"rails": "public.ecr.aws/shop/rails:2", "log": "public.ecr.aws/shop/log:1"}
    assert told["taskDefinition"]["cpu"] == "256"
    assert told["tags"] == [{"key": "team", "value": "shop"}]
    assert (
        runs.rows(execution)[0]["output"]["executionResult"]["externalExecutionId"]
        == service["deployments"][0]["id"]
    )


def test_another_file_may_be_named(runs: Runs, ecs: Any) -> None:
    content = _images(("rails", "public.ecr.aws/shop/rails:2"))
    execution = _run(runs, content, "deploy/images.json", FileName="deploy/images.json")
    runs.ends(execution, "Succeeded")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "Did not find the image definition file imagedefinitions.json"),
        ("not json", "contains invalid JSON format"),
        ('{"name": "rails"}', "contains invalid JSON format"),
        (_images(("worker", "image")), "The AWS ECS container worker does not exist"),
        (" " * (100 * 1024 + 1), "larger than the limit of 100 KB"),
    ],
)
def test_a_wrong_file_fails_the_action_and_changes_nothing(
    runs: Runs, ecs: Any, content: str | None, message: str
) -> None:
    assert message in _problem(runs, _run(runs, content))
    service = ecs.describe_services(cluster="shop", services=["web"])["services"][0]
    assert service["taskDefinition"].endswith("shop:1")
    assert len(ecs.list_task_definitions(familyPrefix="shop")["taskDefinitionArns"]) == 2


def test_a_service_that_is_not_there_fails_the_action(runs: Runs, ecs: Any) -> None:
    execution = _run(runs, _images(("rails", "image")), ServiceName="worker")
    assert "worker" in _problem(runs, execution)


def test_an_image_that_cannot_be_pulled_fails_the_action_when_its_time_is_over(
    runs: Runs, ecs: Any, account: str, server: Any
) -> None:
    image = f"{account}.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
    execution = _run(runs, _images(("rails", image)), DeploymentTimeout="15")
    until(lambda: runs.stage_status("Deploy") == (execution, "InProgress"))
    until(lambda: runs.rows(execution)[0]["output"]["executionResult"].get("externalExecutionId"))
    server.world.clock.advance(16 * 60)
    assert "did not become steady in 15 minutes" in _problem(runs, execution)
