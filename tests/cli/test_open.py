"""`pipectl open`: the console's pages, and where there is none."""

import json
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

from pipectl.aws.session import Connection, Endpoint
from pipectl.cli import open as command
from pipectl.cli._options import Settings
from pipectl.errors import PipectlError, WrongUsage
from pipectl.local.server import Server
from pipectl.runs import pages
from pipectl.runs.pages import Wanted, page
from tests.shop import BUILD, DEPLOY, REGION, RELEASE, Shop, builds, serves

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud

Run = Callable[..., Result]
CONSOLE = f"https://{REGION}.console.aws.amazon.com"
PIPELINE = f"{CONSOLE}/codesuite/codepipeline/pipelines/shop"


@pytest.fixture
def connection(server: Server, account: str) -> Connection:
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
    return Connection(region=REGION, endpoint=Endpoint(server.url, keys), say=lambda _: None)


@pytest.fixture
def url(connection: Connection) -> Callable[..., str]:
    def url(what: str, **wanted: Any) -> str:
        cloud: Cloud = connection.cloud(REGION)
        return page(connection.cloud, cloud, "shop", Wanted(what, **wanted)).url

    return url


def test_a_pipeline_and_its_executions_have_a_page(shop: Shop, url: Callable[..., str]) -> None:
    first = shop.create(RELEASE)
    shop.ends(first, "Succeeded")
    second = shop.execution(shop.push("second"))
    assert url("pipeline") == f"{PIPELINE}/view?region={REGION}"
    assert url("execution") == f"{PIPELINE}/executions/{second}/visualization?region={REGION}"
    assert url("execution", execution=first[:8]).startswith(f"{PIPELINE}/executions/{first}/")


def test_a_service_has_a_page_and_of_several_one_is_named(shop: Shop, url: Callable[..., str]) -> None:
    other = {**DEPLOY, "name": "Next"}
    shop.create(DEPLOY, blocks=serves())
    assert url("service") == f"{CONSOLE}/ecs/v2/clusters/shop/services/web/health?region={REGION}"
    block = serves()
    block["ecs"]["shop"]["services"]["api"] = {
        **serves()["ecs"]["shop"]["services"]["web"],
        "task_definition": {**serves()["ecs"]["shop"]["services"]["web"]["task_definition"], "family": "api"},
    }
    other["actions"] = [{**DEPLOY["actions"][0], "service": "api"}]
    shop.declare(DEPLOY, other, blocks=block)
    with pytest.raises(WrongUsage, match="deploys to 2 services") as refused:
        url("service")
    assert refused.value.hint is not None
    assert "Deploy/Deploy, Next/Next" in refused.value.hint
    assert "/services/api/" in url("service", action="Next")
    with pytest.raises(WrongUsage, match="no action `Nxt`"):
        url("service", action="Nxt")


def test_the_log_is_that_of_the_build_as_codebuild_links_it(shop: Shop, url: Callable[..., str]) -> None:
    shop.ends(shop.create(BUILD, RELEASE, blocks=builds("true")), "Succeeded")
    codebuild = shop.aws("codebuild")
    ids = codebuild.list_builds_for_project(projectName="shop")["ids"]
    linked = codebuild.batch_get_builds(ids=ids)["builds"][0]["logs"]["deepLink"]
    assert url("logs").partition("#")[2] == linked.partition("#")[2]
    assert url("logs", action="Build") == url("logs")
    with pytest.raises(PipectlError, match="has written no log"):
        url("logs", action="Release")


def test_the_log_of_a_deployment_is_the_tab_of_its_service(shop: Shop, url: Callable[..., str]) -> None:
    execution = shop.create(DEPLOY, blocks=serves())
    shop.reaches(execution, "Deploy", "Failed")
    assert url("logs") == f"{CONSOLE}/ecs/v2/clusters/shop/services/web/logs?region={REGION}"


def test_what_is_not_there_has_no_page(shop: Shop, url: Callable[..., str]) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    with pytest.raises(PipectlError, match="deploys to no ECS service"):
        url("service")


@pytest.mark.parametrize("what", command.WHAT)
def test_the_local_aws_has_no_console(run: Run, offline: Run, what: str) -> None:
    told = offline("--local", "open", what)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "error: the local AWS has no console\nhint: `pipectl --local status`" in told.stderr
    elsewhere = run("open", what, "-p", "shop")
    assert elsewhere.exit_code == 1
    assert "is not AWS: it has no console" in elsewhere.stderr


def test_a_browser_is_started_only_where_it_has_a_window() -> None:
    assert command.has_browser("darwin", {})
    assert command.has_browser("linux", {"DISPLAY": ":0"})
    assert not command.has_browser("linux", {"DISPLAY": "", "TERM": "xterm"})


def test_a_browser_that_does_not_start_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(url: str) -> bool:
        raise webbrowser.Error

    opened: list[str] = []

    def works(url: str) -> bool:
        opened.append(url)
        return True

    command.browse("https://console", works)
    assert opened == ["https://console"]
    assert capsys.readouterr().err == ""
    command.browse("https://console", broken)
    command.browse("https://console", lambda _: False)
    assert capsys.readouterr().err.count("open the URL above") == 2


def test_the_document_has_the_url_and_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    command.show(pages.Page("https://console", "pipeline shop"), Settings(output="json"))
    assert json.loads(capsys.readouterr().out) == {"url": "https://console", "shows": "pipeline shop"}


def test_every_page_can_be_chosen() -> None:
    assert command.WHAT == pages.WHAT
