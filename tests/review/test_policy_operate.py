"""Whoever looks at pipelines and acts on them: every call is allowed, and every action is needed."""

from collections.abc import Callable

import pytest
import yaml
from click.testing import CliRunner, Result

from pipectl import flow
from pipectl.aws.permissions import Purpose
from pipectl.cli import cli
from tests.conftest import Shared
from tests.review.judge import Door, Judge
from tests.shop import BUILD, DEPLOY, IMAGES, REGION, SOURCE, Shop, builds, clients, serves, until

CHECK = {"Variable": "#{variables.VERSION}", "Value": "2", "Operator": "EQ"}
RULE = {"name": "Look", "provider": "VariableCheck", "configuration": CHECK}
GATE = {
    "name": "Gate",
    "before_entry": {"result": "FAIL", "rules": [RULE]},
    "actions": [{"provider": "Manual"}],
}


@pytest.fixture
def shop(shared: Shared, door: Door, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A pipeline that builds, asks and deploys; commands reach it through the watched door"""
    account = "112233445566"
    environment = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "local", "NO_COLOR": "1"}
    shared.server.reset()

    def run(*words: str, **env: str) -> Result:
        return CliRunner().invoke(cli, ["--endpoint-url", door.url, *words], env={**environment, **env})

    return Shop(run, clients(account, shared.server.url), account, tmp_path_factory.mktemp("shop"))


def asked(shop: Shop) -> None:
    """Wait until the approval asks"""
    until(lambda: "token" in shop.stage("Gate")["actionStates"][0].get("latestExecution", {}))


def deployed(shop: Shop, type_: Callable[..., Result]) -> str:
    """Start an execution that passes the condition, and approve it"""
    type_("start", "--variable", "VERSION=2")
    asked(shop)
    type_("approve")
    execution = shop.executions()[0]
    shop.ends(execution, "Succeeded")
    return execution


def test_following_a_first_execution_needs_what_status_needs(shop: Shop, door: Door) -> None:
    shop.aws("codecommit").create_repository(repositoryName="shop")
    shop.push("First reminder", **IMAGES)
    file = shop.folder / "shop.yaml"
    stages = [SOURCE, BUILD, DEPLOY]
    blocks = {**builds("echo hello"), **serves(), "codepipeline": {"shop": {"stages": stages}}}
    values = {"pipectl": 1, "name": "shop", "region": REGION, "codecommit": {"shop": {"managed": False}}}
    file.write_text(yaml.safe_dump({**values, **blocks}, sort_keys=False), encoding="utf-8")
    (spec,) = flow.check([str(file)], {})[0]
    judge = Judge(door, shop.account, spec)
    with judge.only(Purpose.CREATE | Purpose.STATUS):
        result = shop.run("create", str(file), "--wait", "-o", "json")
    assert (result.exit_code, judge.denied) == (0, []), result.output


def changed(shop: Shop) -> str:
    """The spec with another question in its gate"""
    values = yaml.safe_load((shop.folder / "shop.yaml").read_text(encoding="utf-8"))
    values["codepipeline"]["shop"]["stages"][2]["actions"][0]["custom_data"] = "Sure?"
    file = shop.folder / "changed.yaml"
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return str(file)


def disturb(shop: Shop, judge: Judge) -> None:
    """See what a change and a removal would do to the execution that runs"""
    with judge.only(Purpose.PLAN):
        planned = shop.run("plan", "--blame", changed(shop))
    assert f"execution {shop.executions()[0][:8]} " in planned.stdout, planned.output
    with judge.only(Purpose.CREATE | Purpose.STATUS):
        waited = shop.run("create", changed(shop), "--wait-for-run", "--timeout", "1s")
    assert "has not ended" in waited.stderr, waited.output
    with judge.only(Purpose.DESTROY):
        going = shop.run("destroy", changed(shop))
    assert "goes no further" in going.stdout, going.output


def test_looking_and_acting_is_allowed_and_every_action_is_needed(shop: Shop, door: Door) -> None:
    blocks = {**builds("echo hello"), **serves()}
    variables = {"VERSION": {"default": "1"}}
    first = shop.create(BUILD, GATE, DEPLOY, blocks=blocks, files=IMAGES, variables=variables)
    shop.ends(first, "Failed")
    (spec,) = flow.check([str(shop.folder / "shop.yaml")], {})[0]
    judge = Judge(door, shop.account, spec)

    def act(*words: str, code: int = 0) -> Result:
        with judge.only(Purpose.OPERATE):
            result = shop.ask(*words)
        assert result.exit_code == code, result.output
        return result

    with judge.only(Purpose.STATUS):
        assert shop.ask("status").exit_code == 0
        assert shop.ask("status", "-f", str(shop.folder / "shop.yaml")).exit_code == 0
    act("why", code=1)
    act("override", "Gate")
    asked(shop)
    act("approve")
    shop.ends(first, "Succeeded")
    act("why")
    deployed(shop, act)
    act("logs")
    act("history")
    act("rollback", "Deploy")
    shop.ends(shop.executions()[0], "Succeeded")
    shop.aws("ecs").update_service(cluster="shop", service="web", taskDefinition="web:1")
    act("why", code=1)
    act("start", "--variable", "VERSION=2")
    asked(shop)
    disturb(shop, judge)
    act("reject")
    shop.ends(shop.executions()[0], "Failed")
    act("retry", "Gate")
    asked(shop)
    act("stop", "--abandon")
    shop.ends(shop.executions()[0], "Stopped")
    act("why", shop.executions()[0], code=1)
    act("disable-transition", "Deploy", "--reason", "Audit")
    act("enable-transition", "Deploy")
    role = "shop-ap-southeast-1-shop-events"
    shop.aws("iam").delete_role_policy(RoleName=role, PolicyName="pipectl")
    shop.aws("iam").delete_role(RoleName=role)
    act("logs")
    judge.referee.paths.pop(role)
    act("why", shop.push("Nobody hears this"), code=1)
    assert judge.denied == []
    assert judge.unused(Purpose.STATUS | Purpose.OPERATE) == set()
