"""CodeBuild: fleets, curated images, and sandboxes that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.local.refusals import refusal, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.builder import Builder

FLEET: dict[str, Any] = {
    "name": "big",
    "baseCapacity": 1,
    "environmentType": "LINUX_CONTAINER",
    "computeType": "BUILD_GENERAL1_LARGE",
}


def test_a_fleet_is_kept_changed_listed_and_deleted(client: Callable[..., Any], account: str) -> None:
    api = client("codebuild")
    fleet = api.create_fleet(**FLEET)["fleet"]
    assert fleet["arn"] == f"arn:aws:codebuild:eu-west-1:{account}:fleet/big:{fleet['id']}"
    assert (fleet["status"], fleet["overflowBehavior"]) == ({"statusCode": "ACTIVE"}, "QUEUE")
    with refused("ResourceAlreadyExistsException"):
        api.create_fleet(**FLEET)
    assert api.update_fleet(arn=fleet["arn"], baseCapacity=2)["fleet"]["baseCapacity"] == 2
    second = api.create_fleet(**(FLEET | {"name": "also"}))["fleet"]
    assert api.list_fleets()["fleets"] == [second["arn"], fleet["arn"]]
    assert api.list_fleets(sortBy="CREATED_TIME")["fleets"] == [fleet["arn"], second["arn"]]
    found = api.batch_get_fleets(names=["big", second["arn"], "none"])
    assert [entry["name"] for entry in found["fleets"]] == ["big", "also"]
    assert found["fleetsNotFound"] == ["none"]
    api.delete_fleet(arn=fleet["arn"])
    assert api.list_fleets()["fleets"] == [second["arn"]]
    with refused("ResourceNotFoundException"):
        api.update_fleet(arn=fleet["arn"], baseCapacity=3)


def test_a_build_runs_whatever_its_fleet(builder: Builder) -> None:
    fleet = builder.api.create_fleet(**FLEET)["fleet"]
    environment = {"fleet": {"fleetArn": fleet["arn"]}}
    spec = "{version: 0.2, phases: {build: {commands: [ls]}}}"
    build = builder.run(spec, environment=environment)
    assert build["buildStatus"] == "SUCCEEDED"
    assert build["environment"]["fleet"] == environment["fleet"]


def test_curated_images_are_listed_by_platform(client: Callable[..., Any]) -> None:
    platforms = client("codebuild").list_curated_environment_images()["platforms"]
    images = {
        platform["platform"]: [image["name"] for image in platform["languages"][0]["images"]]
        for platform in platforms
    }
    assert "aws/codebuild/standard:7.0" in images["UBUNTU"]
    assert "aws/codebuild/amazonlinux-x86_64-standard:5.0" in images["AMAZON_LINUX"]


def test_sandboxes_are_refused_and_never_found(builder: Builder) -> None:
    builder.project("{version: 0.2, phases: {build: {commands: [ls]}}}")
    api = builder.api
    expected = ("InvalidInputException", "The local AWS has no sandboxes")
    assert refusal(api.start_sandbox, projectName="shop") == expected
    assert api.list_sandboxes()["ids"] == []
    assert api.list_sandboxes_for_project(projectName="shop")["ids"] == []
    assert api.batch_get_sandboxes(ids=["x"])["sandboxesNotFound"] == ["x"]
    missing = [
        refusal(api.stop_sandbox, id="x"),
        refusal(api.start_sandbox_connection, sandboxId="x"),
        refusal(api.start_command_execution, sandboxId="x", command="ls"),
        refusal(api.list_command_executions_for_sandbox, sandboxId="x"),
    ]
    assert {code for code, _ in missing} == {"ResourceNotFoundException"}
    found = api.batch_get_command_executions(sandboxId="x", commandExecutionIds=["y"])
    assert found["commandExecutionsNotFound"] == ["y"]
