"""`init` on a terminal: it asks, proposes, and asks again when an answer does not fit"""

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipectl.local.server import Server
from tests.terminal import type_on_terminal


def of_github(folder: Path) -> None:
    (folder / ".git").mkdir()
    config = '[remote "origin"]\n\turl = git@github.com:example/shop.git\n'
    (folder / ".git" / "config").write_text(config, encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM ruby\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def test_what_does_not_fit_is_asked_again(shop: Path, environment: dict[str, str | None]) -> None:
    keys: dict[str, str | int] = {
        "Region [later]": "somewhere\r",
        "enter a Region": "eu-west-1\r",
        "It only reads (y, n, later) [y]": "perhaps\r",
        "enter y, n or `later`": "n\r",
        "Name of the stack [shop]": "Remind Me\r",
        "enter small letters": "reminders\r",
        "Repository (owner/name outside CodeCommit) [reminders]": "\r",
        "Branch to deploy [main]": "master\r",
        "Port of the container [8080]": "http\r",
        "enter 1 to 65535": "3000\r",
        "Subnets of the tasks [later]": "subnet-0a1b2c3d4e5f60718, subnet-0b1c2d3e4f5a60718\r",
        "Security groups of the tasks [none]": "\r",
        "In public subnets they need one": "y\r",
        "Target group of a load balancer [none]": "\r",
    }
    typed = type_on_terminal("init", environment=environment, keys=keys)
    assert typed.exit_code == 0, typed.screen
    assert typed.stdout.startswith("pipectl.yaml is written")
    values = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))
    assert (values["name"], values["region"]) == ("reminders", "eu-west-1")
    assert values["codecommit"] == {"reminders": {}}
    service = values["ecs"]["reminders"]["services"]["reminders"]
    assert service["subnets"] == ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"]
    assert service["assign_public_ip"] is True
    assert service["task_definition"]["containers"]["app"]["ports"] == [3000]


def test_enter_answers_every_question_and_what_is_open_is_told_with_its_line(
    shop: Path, environment: dict[str, str | None]
) -> None:
    of_github(shop)
    keys: dict[str, str | int] = {"Region [later]": "\r" * 20}
    typed = type_on_terminal("init", environment=environment, keys=keys)
    assert typed.exit_code == 0, typed.screen
    assert (
        "aws codeconnections create-connection --provider-type GitHub --connection-name shop" in typed.screen
    )
    text = (shop / "pipectl.yaml").read_text(encoding="utf-8").splitlines()
    told = re.findall(
        r"^  pipectl.yaml:(\d+):\d+: error: `(\w+)` is left for later", typed.stdout, re.MULTILINE
    )
    assert [key for _, key in told] == ["region", "subnets", "connection"]
    for number, key in told:
        assert f"{key}: " in text[int(number) - 1]
        assert "# left for later: `pipectl validate` says what to enter" in text[int(number) - 1]


def test_the_end_of_the_input_ends_it_and_writes_no_file(
    shop: Path, environment: dict[str, str | None]
) -> None:
    keys: dict[str, str | int] = {"Region [later]": "\x04"}
    typed = type_on_terminal("init", "--no-color", environment=environment, keys=keys)
    assert typed.exit_code == 2, typed.screen
    assert "error: the input ended before all questions were answered" in typed.screen
    assert [file.name for file in shop.iterdir()] == ["Dockerfile"]


def test_an_interrupted_question_writes_no_file(shop: Path, environment: dict[str, str | None]) -> None:
    keys: dict[str, str | int] = {"Region": "later\r", "Name of the stack": signal.SIGINT}
    typed = type_on_terminal("init", "--schema", "--no-color", environment=environment, keys=keys)
    assert typed.exit_code == 130, typed.screen
    assert typed.screen.splitlines()[-1] == "interrupted"
    assert [file.name for file in shop.iterdir()] == ["Dockerfile"]


def test_what_the_account_offers_is_listed_with_numbers(
    shop: Path, server: Server, environment: dict[str, str | None], client: Callable[[str], Any]
) -> None:
    client("ecs").create_cluster(clusterName="everybody")
    pending = client("codeconnections").create_connection(ConnectionName="github", ProviderType="GitHub")
    keys: dict[str, str | int] = {
        "Region [later]": "ap-southeast-1\r",
        "Name of the stack": "\r",
        "Repository": "example/shop\r",
        "Branch to deploy": "\r",
        "  1  github  GitHub  pending": "",
        "Number, ARN or later [later]": "7\r",
        "enter a number from 1 to 1": "1\r",
        "Port of the container": "\r",
        "Numbers, IDs or later": "2 1\r",
        "Numbers, IDs, none or later [1]": "\r",
        "In public subnets they need one": "\r",
        "Target group": "\r",
        "  2  everybody": "2\r",
    }
    words = ("--endpoint-url", server.url, "init", "--from-aws")
    typed = type_on_terminal(*words, environment=environment, keys=keys)
    assert typed.exit_code == 0, typed.screen
    values = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))
    assert values["ecs"]["everybody"]["managed"] is False
    service = values["ecs"]["everybody"]["services"]["shop"]
    listed = re.findall(r"^  \d  (subnet-\w+)", typed.screen, re.MULTILINE)
    assert service["subnets"] == [listed[1], listed[0]]
    assert service["assign_public_ip"] is True
    source = values["codepipeline"]["shop"]["stages"][0]["actions"][0]
    assert source["connection"] == pending["ConnectionArn"]
