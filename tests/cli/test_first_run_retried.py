"""`create --wait`: a first execution that fails because its roles are only just made is retried once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow
from pipectl.cli import _first_run
from pipectl.cli._act_options import Wait
from pipectl.cli._options import Settings
from pipectl.facts.denials import is_denial
from pipectl.local import running
from tests.conftest import World, connect_to
from tests.shop import BUILD, GATE, SOURCE, builds, until

if TYPE_CHECKING:
    from pipectl.engine.values import Outcome
    from pipectl.local.server import Server

ACCOUNT = "666677778888"
REGION = "eu-west-1"
Pause = Callable[[float], bool]


@pytest.fixture(scope="module")
def server() -> Iterator["Server"]:
    with running() as server:
        yield server


@pytest.fixture
def shop(server: "Server", tmp_path: Path) -> World:
    server.reset()
    server.requests.clear()
    said: list[str] = []
    return World(server, tmp_path, connect_to(server, said.append, ACCOUNT), {}, said, ACCOUNT)


def trust(shop: World, service: str) -> None:
    """Let the role of the build project trust a service, and no other"""
    iam = shop.client("iam", REGION)
    (name,) = [role["RoleName"] for role in iam.list_roles()["Roles"] if "build" in role["RoleName"]]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)


def token(api: Any) -> str | None:
    gate = api.get_pipeline_state(name="shop")["stageStates"][1]["actionStates"][0]
    return gate.get("latestExecution", {}).get("token")  # type: ignore[no-any-return]  # of any client


def status(api: Any) -> str:
    return str(api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"][0]["status"])


def failed(shop: World, *, with_roles: bool = True) -> "tuple[tuple[flow.Stack, ...], list[Outcome]]":
    """The pipeline, made; its first execution failed, since CodeBuild cannot assume the new role yet"""
    codecommit = shop.client("codecommit", REGION)
    codecommit.create_repository(repositoryName="shop")
    codecommit.put_file(repositoryName="shop", branchName="main", filePath="a", fileContent=b"a")
    spec = shop.load({
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        "codecommit": {"shop": {"managed": False}},
        **builds("true"),
        "codepipeline": {"shop": {"stages": [SOURCE, GATE, BUILD]}},
    })  # fmt: skip
    stacks = flow.design([spec], shop.connection, flow.Aws())
    outcomes = list(flow.apply(flow.plan(stacks), stacks, shop.connection, lambda _: None))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    trust(shop, "ec2")
    api = shop.client("codepipeline", REGION)
    approval = {"summary": "", "status": "Approved"}
    asked = {"pipelineName": "shop", "stageName": "Gate", "actionName": "Gate"}
    api.put_approval_result(**asked, result=approval, token=until(lambda: token(api)))
    until(
        lambda: (
            api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"][0]["status"]
            == "Failed"
        )
    )
    if not with_roles:
        outcomes = [outcome for outcome in outcomes if outcome.step.resource.kind != "iam role"]
    return stacks, outcomes


def follow(
    shop: World, stacks: "tuple[flow.Stack, ...]", outcomes: "list[Outcome]", pause: Pause
) -> _first_run.Followed:
    (done,) = _first_run.follow_all(stacks, outcomes, shop.connection, Wait(30), Settings(), pause)
    return done


def test_it_passes_when_the_role_is_known_by_then(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    stacks, outcomes = failed(shop)

    def settle(_: float) -> bool:
        trust(shop, "codebuild")
        return False

    done = follow(shop, stacks, outcomes, settle)
    assert done.end
    assert done.end.good
    told = capsys.readouterr().err
    assert (
        "Build: Build was not authorized, and its role was only just written; retrying it once in 5 s" in told
    )
    assert shop.calls().count("codepipeline RetryStageExecution") == 1


def test_it_is_retried_once_and_not_again(shop: World) -> None:
    stacks, outcomes = failed(shop)
    done = follow(shop, stacks, outcomes, lambda _: False)
    assert done.end
    assert done.end.status == "Failed"
    assert shop.calls().count("codepipeline RetryStageExecution") == 1


def test_ctrl_c_while_it_waits_retries_nothing(shop: World) -> None:
    stacks, outcomes = failed(shop)
    done = follow(shop, stacks, outcomes, lambda _: True)
    assert done.end
    assert done.end.status == "Failed"
    assert "codepipeline RetryStageExecution" not in shop.calls()


def test_without_a_role_of_this_run_a_failure_is_final(shop: World) -> None:
    stacks, outcomes = failed(shop, with_roles=False)
    done = follow(shop, stacks, outcomes, lambda _: False)
    assert done.end
    assert done.end.status == "Failed"
    assert "codepipeline RetryStageExecution" not in shop.calls()


@pytest.mark.parametrize(
    ("message", "denied"),
    [
        ("CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::1:role/x", True),
        ("Upload to S3 with the following error: Access Denied", True),
        ("AccessDeniedException: User is not authorized to perform codecommit:GetBranch", True),
        ("The provided role does not have sufficient permissions to access CodeDeploy", True),
        ("The service role or action role doesn't have the permissions required", True),
        ("Build terminated with state: FAILED", False),
        ("The deployment failed because no container named `permission` is there", False),
    ],
)
def test_only_a_denial_is_taken_for_one(message: str, denied: bool) -> None:
    assert is_denial(message) is denied
