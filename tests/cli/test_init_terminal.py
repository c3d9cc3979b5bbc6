"""`init` on a terminal: it asks, proposes, and asks again when an answer does not fit"""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipectl.local.server import Server
from tests.terminal import type_on_terminal


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM ruby\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def test_what_does_not_fit_is_asked_again(shop: Path, environment: dict[str, str | None]) -> None:
    keys: dict[str, str | int] = {
        "Name of the stack [shop]": "Remind Me\r",
        "it takes small letters": "reminders\r",
        "Repository (owner/name when it is not in CodeCommit) [reminders]": "\r",
        "Branch that is deployed [main]": "master\r",
        "Port of the container [8080]": "http\r",
        "it takes 1 to 65535": "3000\r",
        "Subnets of the tasks": "subnet-0a1b2c3d4e5f60718, subnet-0b1c2d3e4f5a60718\r",
        "Security groups of the tasks": "\r",
        "In a public subnet they need one": "y\r",
    }
    typed = type_on_terminal("init", environment=environment, keys=keys)
    assert typed.exit_code == 0, typed.screen
    assert typed.stdout.startswith("pipectl.yaml is written")
    assert "`--from-aws` looks for the account's subnets" in typed.screen
    values = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))
    assert (values["name"], values["codecommit"]) == ("reminders", {"reminders": {}})
    service = values["ecs"]["reminders"]["services"]["reminders"]
    assert service["subnets"] == ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"]
    assert service["assign_public_ip"] is True
    assert service["task_definition"]["containers"]["app"]["ports"] == [3000]


def test_an_interrupted_question_writes_no_file(shop: Path, environment: dict[str, str | None]) -> None:
    keys: dict[str, str | int] = {"Name of the stack": "\r", "Repository": signal.SIGINT}
    typed = type_on_terminal("init", "--schema", "--no-color", environment=environment, keys=keys)
    assert typed.exit_code == 130, typed.screen
    assert typed.screen.splitlines()[-1] == "interrupted"
    assert [file.name for file in shop.iterdir()] == ["Dockerfile"]


def test_what_the_account_offers_is_shown_and_proposed(
    shop: Path, server: Server, environment: dict[str, str | None], client: Callable[[str], Any]
) -> None:
    client("ecs").create_cluster(clusterName="everybody")
    client("codeconnections").create_connection(ConnectionName="github", ProviderType="GitHub")
    keys: dict[str, str | int] = {
        "Region (": "ap-southeast-1\r",
        "Name of the stack": "\r",
        "Repository": "example/shop\r",
        "Branch that is deployed": "\r",
        "Connection to its host": "arn:aws:codeconnections:ap-southeast-1:123456789012:connection/7dd8e4a1\r",
        "Port of the container": "\r",
        "Subnets of the tasks": "\r",
        "Security groups of the tasks": "\r",
        "In a public subnet they need one": "\r",
        "Cluster, or `new`": "everybody\r",
    }
    words = ("--endpoint-url", server.url, "init", "--from-aws")
    typed = type_on_terminal(*words, environment=environment, keys=keys)
    assert typed.exit_code == 0, typed.screen
    for text in (
        "Subnets in this account:",
        "public",
        "Security groups in this account:",
        "  everybody",
        "  pending: comp",
    ):
        assert text in typed.screen
    assert "`--from-aws` looks" not in typed.screen
    values = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))
    assert values["ecs"]["everybody"]["managed"] is False
    assert values["ecs"]["everybody"]["services"]["shop"]["assign_public_ip"] is True
    assert values["codepipeline"]["shop"]["stages"][0]["actions"][0]["connection"].endswith("/7dd8e4a1")
