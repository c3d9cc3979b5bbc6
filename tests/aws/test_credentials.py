"""Profiles: an MFA code is asked for once and kept as the AWS CLI does; each way to sign in has its hint."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from pipectl.aws import credentials
from pipectl.aws.session import Connection, Endpoint
from pipectl.errors import NotConnected

if TYPE_CHECKING:
    from tests.conftest import World

Pipectl = Callable[..., "subprocess.CompletedProcess[str]"]

BASE = "[profile base]\naws_access_key_id = 111111111111\naws_secret_access_key = x\n"
OPS = (
    BASE + "[profile ops]\nrole_arn = arn:aws:iam::111111111111:role/ops\nsource_profile = base\n"
    "mfa_serial = arn:aws:iam::111111111111:mfa/ann\nregion = eu-west-1\n"
)
PROMPT = "Enter MFA code for arn:aws:iam::111111111111:mfa/ann: "
SPEC = "pipectl: 1\nname: shop\nregion: eu-west-1\necr: {web: {}}\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(OPS, encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


@pytest.fixture
def pipectl(world: "World", home: Path) -> Pipectl:
    """Run pipectl without a terminal, as that user; `typed` is what comes on stdin"""

    def run(*words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env |= {"HOME": str(home), "AWS_ENDPOINT_URL": world.server.url, "AWS_EC2_METADATA_DISABLED": "true"}
        return subprocess.run(
            [sys.executable, "-m", "pipectl", "--profile", "ops", *words, str(home / "shop.yaml")],
            input=typed,
            text=True,
            capture_output=True,
            env=env,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
            check=False,
        )

    return run


def assumed(world: "World") -> int:
    return world.calls().count("sts AssumeRole")


def test_a_code_is_asked_for_once_on_stderr_and_kept_for_its_owner_only(
    world: "World", home: Path, pipectl: Pipectl
) -> None:
    first = pipectl("plan", "-o", "json", typed="123456\n")
    assert (first.returncode, first.stderr) == (0, PROMPT)
    assert json.loads(first.stdout)["account"] == "111111111111"
    (kept,) = (home / ".aws" / "cli" / "cache").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert set(json.loads(kept.read_text())["Credentials"]) >= {"AccessKeyId", "SecretAccessKey"}
    second = pipectl("plan", "-o", "json")
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == first.stdout
    assert assumed(world) == 1


def test_without_anybody_to_ask_the_way_out_is_told(world: "World", pipectl: Pipectl) -> None:
    result = pipectl("plan")
    assert result.returncode == 1
    assert "error: the profile needs a code of its MFA device" in result.stderr
    assert "hint: run one command in a terminal first" in result.stderr
    assert world.calls() == []


@pytest.mark.parametrize(
    ("profile", "asks"),
    [
        ("direct", True),
        ("over another", True),
        ("plain", False),
        ("round", False),
        ("nowhere", False),
        (None, True),
    ],
)
def test_it_is_known_beforehand_whether_a_code_will_be_asked_for(profile: str | None, asks: bool) -> None:
    profiles = {
        "default": {"mfa_serial": "x"},
        "direct": {"mfa_serial": "x"},
        "over another": {"source_profile": "direct"},
        "plain": {"role_arn": "x", "source_profile": "absent"},
        "round": {"source_profile": "round"},
    }
    session = SimpleNamespace(full_config={"profiles": profiles})
    assert credentials.asks_for_code(session, profile) is asks


LOGIN = "login_session = arn:aws:iam::111111111111:user/ann\nregion = eu-west-1\n"
SSO = (
    "sso_session = work\nsso_account_id = 111111111111\nsso_role_name = dev\nregion = eu-west-1\n"
    "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
)


def refused(world: "World", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str) -> NotConnected:
    file = tmp_path / "config"
    file.write_text(f"[profile mine]\n{profile}", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("HOME", str(tmp_path))
    connection = Connection(profile="mine", endpoint=Endpoint(world.server.url), say=lambda _: None)
    with pytest.raises(NotConnected) as error:
        connection.cloud().call("ecr", "describe_repositories")
    return error.value


def test_a_profile_of_aws_login_names_the_extra_that_it_needs(
    world: "World", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refused(world, tmp_path, monkeypatch, LOGIN)
    assert "which needs botocore[crt]" in error.message
    assert error.hint == "`pip install 'pipectl-aws[login]'` brings what profiles of `aws login` need"


def test_the_extra_is_one_of_the_distribution() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["name"] == "pipectl-aws"
    assert project["optional-dependencies"]["login"] == ["botocore[crt]"]


def test_a_session_of_sso_that_has_ended_names_its_profile(
    world: "World", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(world, tmp_path, monkeypatch, SSO).hint == "`aws sso login --profile mine` signs in again"


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (
            {"message": "MultiFactorAuthentication failed with invalid MFA one time pass code."},
            "enter the code that the device shows now",
        ),
        ({"message": "User: x is not authorized to perform: sts:AssumeRole"}, "the role must trust"),
        (
            {"message": "not authorized: sts:AssumeRole with an explicit deny in a service control policy"},
            "a service control policy of your organization",
        ),
    ],
)
def test_a_role_that_cannot_be_assumed_is_no_missing_permission_of_the_call(
    world: "World", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: dict[str, str], hint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.server.url)
    world.fault(operation="AssumeRole", code="AccessDenied", status=403, **fault)
    profile = (
        "role_arn = arn:aws:iam::111111111111:role/ops\nsource_profile = base\nregion = eu-west-1\n" + BASE
    )
    error = refused(world, tmp_path, monkeypatch, profile)
    assert error.message.startswith("no usable AWS credentials: AssumeRole was refused (AccessDenied: ")
    assert hint in str(error.hint)
