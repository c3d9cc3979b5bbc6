"""`--local` with pipelines in several Regions: a name is found wherever it is; errors say where."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pipectl.local
from pipectl.cli import cli
from tests import roles
from tests.cli.conftest import Run
from tests.plain import session

ACCOUNT = "123456789012"
"""The one of `--local`, unless a spec says another."""
WHERE = {"shop": "eu-west-1", "store": "eu-west-1", "till": "us-west-2"}
SPEC = """\
pipectl: 1
name: shop
{region}codepipeline:
  {name}:
    stages:
      - {{name: Source, actions: [{{provider: CodeCommit, repository: shop, branch: main}}]}}
      - {{name: Deploy, actions: [{{provider: ECS, cluster: shop, service: web}}]}}
"""


def _stage(name: str, category: str, provider: str, **configuration: str) -> dict[str, object]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    files = "outputArtifacts" if category == "Source" else "inputArtifacts"
    action = {"name": name, "actionTypeId": kind, "configuration": configuration, files: [{"name": "code"}]}
    return {"name": name, "actions": [action]}


def _made(url: str, name: str, region: str) -> None:
    iam = session(ACCOUNT).client("iam", region_name=region, endpoint_url=url)
    role = roles.make(iam, f"{name}-{secrets.token_hex(4)}", "codepipeline")
    codepipeline = session(ACCOUNT).client("codepipeline", region_name=region, endpoint_url=url)
    source = _stage("Source", "Source", "CodeCommit", RepositoryName="shop", BranchName="main")
    deploy = _stage("Deploy", "Deploy", "ECS", ClusterName="shop", ServiceName="web")
    store = {"type": "S3", "location": "artifacts"}
    stages = [source, deploy]
    codepipeline.create_pipeline(
        pipeline={"name": name, "roleArn": role, "artifactStore": store, "stages": stages}
    )


@pytest.fixture
def local(
    environment: dict[str, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Type a command with `--local` in an empty folder; the local AWS has pipelines in two Regions"""
    folder = tmp_path / "state" / "pipectl" / "local"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pipectl.local.running() as server:
        for name, region in WHERE.items():
            _made(server.url, name, region)
        port = {"pid": os.getpid(), "port": int(server.url.rpartition(":")[2])}
        (folder / "server.json").write_text(json.dumps(port), encoding="utf-8")

        def run(*words: str, **env: str) -> Result:
            return CliRunner().invoke(
                cli, ["--local", *words], env={**environment, **env}, prog_name="pipectl"
            )

        yield run


LOOKS = (
    ("status",),
    ("status", "--watch"),
    ("history",),
    ("history", "--definition"),
    ("logs",),
    ("why",),
    ("doctor",),
)
CHANGES = (
    ("disable-transition", "Deploy", "--reason", "freeze"),
    ("enable-transition", "Deploy"),
    ("disable-transition", "Deploy", "--outbound", "--reason", "freeze"),
    ("start",),
    ("stop", "--execution", "00000000"),
    ("retry", "Deploy"),
    ("rollback", "Deploy"),
    ("override", "Deploy"),
    ("approve",),
    ("reject",),
)


@pytest.mark.parametrize("words", [*LOOKS, *CHANGES], ids=" ".join)
def test_a_name_is_found_in_any_region(words: tuple[str, ...], local: Run) -> None:
    for name in ("store", "till"):
        result = local(*words, "-p", name)
        assert "there is no pipeline" not in result.output
        assert "Traceback" not in result.output
    assert (
        "there is no pipeline `till` in eu-west-1"
        in local(*words, "-p", "till", "--region", "eu-west-1").output
    )


def test_a_command_acts_in_the_region_of_the_named_pipeline(local: Run) -> None:
    assert local("disable-transition", "Deploy", "-p", "till", "--reason", "freeze").exit_code == 0
    assert '"freeze"' in local("status", "-p", "till").stdout


def test_the_configured_region_comes_first_where_a_name_is_in_several(local: Run, tmp_path: Path) -> None:
    url = json.loads((tmp_path / "state/pipectl/local/server.json").read_text(encoding="utf-8"))["port"]
    _made(f"http://127.0.0.1:{url}", "till", "eu-west-1")
    found = local("status", "-p", "till", "-o", "json", AWS_REGION="us-west-2")
    assert json.loads(found.stdout)["region"] == "us-west-2"
    refused = local("status", "-p", "till")
    assert refused.exit_code == 1
    assert (
        "hint: there is `till` in eu-west-1, `till` in us-west-2; `--region eu-west-1` looks"
        in refused.stderr
    )


def test_the_region_of_a_spec_wins(local: Run, tmp_path: Path) -> None:
    (tmp_path / "pipectl.yaml").write_text(SPEC.format(region="region: us-east-1\n", name="till"))
    refused = local("disable-transition", "Deploy", "-p", "till", "--reason", "freeze")
    assert refused.exit_code == 1
    assert "there is no pipeline `till` in us-east-1" in refused.stderr
    assert "hint: there is `till` in us-west-2; `--region us-west-2` looks there" in refused.stderr
    (tmp_path / "pipectl.yaml").write_text(SPEC.format(region="", name="till"))
    assert local("disable-transition", "Deploy", "-p", "till", "--reason", "freeze").exit_code == 0


def test_where_pipelines_are_is_said_where_there_is_none(local: Run) -> None:
    for words in (("status",), ("start",), ("doctor",), ("logs",), ("disable-transition", "A", "B", "--yes")):
        more = ("--reason", "freeze") if words[0].startswith("dis") else ()
        refused = local(*words, *more)
        assert refused.exit_code == 1
        assert "there is no pipeline in us-east-1" in refused.stderr
        listed = "there is `shop` in eu-west-1, `store` in eu-west-1, `till` in us-west-2"
        assert f"hint: {listed}; `--region eu-west-1` looks there" in refused.stderr


def test_all_are_shown_of_all_regions(local: Run, tmp_path: Path) -> None:
    (tmp_path / "pipectl.yaml").write_text(SPEC.format(region="region: us-east-1\n", name="shop"))
    for words in (("status", "--all"), ("history", "--all")):
        found = {each["pipeline"]: each["region"] for each in json.loads(local(*words, "-o", "json").stdout)}
        assert found == WHERE
        some = json.loads(local(*words, "-p", "s*", "-o", "json").stdout)
        assert sorted(each["pipeline"] for each in some) == ["shop", "store"]
        (one,) = json.loads(local(*words, "-p", "till", "-o", "json").stdout)
        assert one["region"] == "us-west-2"
    west = json.loads(local("status", "--all", "--region", "us-west-2", "-o", "json").stdout)
    assert [each["pipeline"] for each in west] == ["till"]


def test_several_gates_are_closed_in_their_regions(local: Run, tmp_path: Path) -> None:
    words = ("disable-transition", "Deploy", "--reason", "freeze", "--yes")
    done = local(*words, "-p", "store", "-p", "till")
    assert (done.exit_code, done.stdout.count("is closed")) == (0, 2), done.output
    listed = local(*words, "-p", "*")
    assert listed.stdout.count("is closed") == len(WHERE)
    assert all(f"  {name}/Deploy ({region})" in listed.stderr for name, region in WHERE.items())
    assert local(*words, "-p", "store", "-p", "typo").exit_code == 1
    (tmp_path / "pipectl.yaml").write_text(SPEC.format(region="region: us-west-2\n", name="other"))
    assert local(*words, "-p", "*").stdout.count("closed") == 1
