"""Secrets are planted wherever a spec can hold one, and no command shows any of them"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

Run = Callable[..., Result]
CONFIG = Path(__file__).parents[2] / "config" / "friendreminders.yaml"
REGION = ("--region", "ap-southeast-1")
TOKEN = "ghp_" + "Ab1C" * 9
NAMED = {
    name: f"{number}correct-horse-{number}"
    for number, name in enumerate(
        (
            "RAILS_MASTER_KEY",
            "DB_PASS",
            "SENTRY_DSN",
            "stripeApiKey",
            "NPM_TOKEN",
            "SIGNING_SECRET",
            "APP_KEY",
        )
    )
}
SECRETS = [TOKEN, *NAMED.values(), "0pensesame", "Aa1splunkAa1"]


def planted(number: int) -> dict[str, Any]:
    """The tutorial's system with secrets; another `number` changes what stands around them"""
    spec: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    (cluster,) = spec["ecs"].values()
    (service,) = cluster["services"].values()
    (container,) = service["task_definition"]["containers"].values()
    url = "postgres://app:0pensesame@db.internal/app"
    container["environment"] = {**NAMED, "DATABASE_URL": f"{url}{number}", "STAGE": f"v{number}"}
    container["command"] = ["serve", f"--token={TOKEN}", str(number)]
    container["docker_labels"] = {"db-password": NAMED["DB_PASS"], "number": str(number)}
    (project,) = spec["codebuild"].values()
    project["description"] = f"{number} uses {TOKEN}"
    project["environment"] = {**NAMED, "NUMBER": str(number)}
    project["buildspec"] = {
        "version": 0.2,
        "env": {"variables": dict(NAMED)},
        "phases": {"build": {"commands": [f"curl -H 'Authorization: token {TOKEN}' x{number}"]}},
        "artifacts": {"files": ["**/*"]},
    }
    (pipeline,) = spec["codepipeline"].values()
    pipeline["variables"] = {"APP_KEY": {"default": NAMED["APP_KEY"]}, "NUMBER": {"default": f"n{number}"}}
    build = pipeline["stages"][1]["actions"][0]
    build["environment"] = {**NAMED, "NUMBER": str(number)}
    asked = f"{number}: log in with {url}"
    approval = {"name": "Approve", "actions": [{"provider": "Manual", "custom_data": asked}]}
    pipeline["stages"].insert(2, approval)
    return spec


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """The spec, and the same with other values around the secrets"""
    for number in (1, 2):
        (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(planted(number)), encoding="utf-8")
    return str(tmp_path / "1.yaml"), str(tmp_path / "2.yaml")


def refuse_secrets(command: tuple[str, ...], result: Result) -> None:
    shown = [secret for secret in SECRETS if secret in result.output or secret in result.stderr]
    assert shown == [], f"{' '.join(command)} shows {shown}"
    assert result.output


def test_no_command_shows_a_secret_of_the_spec(run: Run, files: tuple[str, str]) -> None:
    first, second = files
    name = next(iter(planted(1)["codepipeline"]))
    commands = [
        ("validate", first),
        ("validate", first, "-o", "json"),
        ("plan", first),
        ("plan", first, "--as", "aws-cli"),
        ("create", first, "--calls", "-v", "--yes"),
        ("plan", second),
        ("plan", second, "-v", "-o", "json"),
        ("plan", second, "-o", "yaml"),
        ("plan", first, "-v", "-o", "markdown"),
        ("plan", second, "-o", "markdown"),
        ("plan", second, "--as", "aws-cli"),
        ("export", "cloudformation", second),
        ("export", "terraform", second),
        ("import", name, *REGION),
        ("status", second),
        ("status", second, "-o", "json"),
        ("history", "-p", name, "-o", "json", *REGION),
        ("why", "-p", name, *REGION),
        ("create", second, "--yes", "-o", "json"),
    ]
    for command in commands:
        refuse_secrets(command, run(*command))
