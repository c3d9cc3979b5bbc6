"""`start`: variables, revisions, and what the new execution will meet."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.acts.conftest import Shop, deploy
from tests.local.codepipeline.conftest import approval, source, stage

Screen = Callable[..., None]

VARIABLES = [{"name": "release", "defaultValue": "none"}, {"name": "region"}]


def committed(shop: Shop, *messages: str) -> list[str]:
    """Commits in the repository `shop`, the oldest first"""
    codecommit = shop.client("codecommit")
    codecommit.create_repository(repositoryName="shop")
    commits: list[str] = []
    for message in messages:
        parent = {"parentCommitId": commits[-1]} if commits else {}
        file = [{"filePath": "readme", "fileContent": message.encode()}]
        made = codecommit.create_commit(
            repositoryName="shop", branchName="main", putFiles=file, commitMessage=message, **parent
        )
        commits.append(made["commitId"])
    return commits


def test_an_execution_is_started(shop: Shop, screen: Screen) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    result, writes = shop.writes("start")
    assert (result.exit_code, writes) == (0, ["StartPipelineExecution"])
    screen("start", result.stdout)
    shop.ends(shop.ids()[0], "Succeeded")


def test_a_start_takes_three_calls(shop: Shop) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    shop.server.requests.clear()
    shop.type("start", "-p", "shop")
    asked = sorted(call.operation for call in shop.server.requests.all() if call.service == "codepipeline")
    assert asked == ["GetPipeline", "GetPipelineState", "StartPipelineExecution"]


def test_what_the_execution_will_meet_is_said_at_once(shop: Shop, screen: Screen) -> None:
    shop.create(stage("Gate", approval()), stage("Deploy", deploy(shop)))
    shop.asked()
    shop.gate("Deploy", enabled=False)
    screen("start_ahead", shop.type("start").stdout)


def test_variables_reach_the_execution(shop: Shop, screen: Screen) -> None:
    shop.create(stage("Deploy", deploy(shop)), variables=[{"name": "release", "defaultValue": "none"}])
    result = shop.type("start", "--variable", "release=42=x")
    screen("start_with", result.stdout)
    execution = shop.ids()[0]
    told = shop.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
    assert told["pipelineExecution"]["variables"] == [{"name": "release", "resolvedValue": "42=x"}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "`region` of shop has no default\nhint: `pipectl start --variable region=VALUE`"),
        (("--variable", "regoin=x"), "no variable `regoin` in shop\nhint: did you mean `region`?"),
        (("--variable", "region="), "the variable `region` of shop cannot be empty"),
        (("--variable", "region"), "`--variable region` is no NAME=VALUE"),
    ],
)
def test_variables_that_the_pipeline_does_not_take_are_refused(
    shop: Shop, words: tuple[str, ...], said: str
) -> None:
    shop.api.create_pipeline(
        pipeline=shop.declared(
            stage("Source", shop.source()), stage("Deploy", deploy(shop)), variables=VARIABLES
        )
    )
    assert said in shop.refuses("start", *words, code=2)


def test_values_of_the_spec_have_an_option_of_their_own(
    shop: Shop, run: Callable[..., Any], tmp_path: Any
) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    spec = tmp_path / "shop.yaml"
    spec.write_text(
        "pipectl: 1\nname: shop\nregion: ${var:where}\ncodepipeline:\n  shop: {managed: false}\n",
        encoding="utf-8",
    )
    result = run("start", "-f", str(spec), "--var", "where=eu-west-1", "-o", "json")
    assert result.exit_code == 0, result.output
    assert len(shop.ids()) == 2


def test_a_value_that_no_spec_asks_for_is_not_taken_for_a_variable_of_the_pipeline(shop: Shop) -> None:
    """`start --var` set the pipeline's variables once"""
    shop.working(stage("Deploy", deploy(shop)))
    refused = shop.refuses("start", "--var", "release=42", code=2)
    assert "no spec has `${var:release}`" in refused
    assert "`--variable NAME=VALUE`" in refused


def test_a_commit_is_taken_in_full_or_by_its_beginning(shop: Shop) -> None:
    older, newer = committed(shop, "First reminder", "Remind friends twice")
    first = shop.create(stage("Deploy", deploy(shop)), first=stage("Source", source()))
    shop.ends(first, "Succeeded")
    told = shop.data("start", "--commit", older)
    assert told["revisions"] == {"Source": older}
    shop.ends(told["execution"], "Succeeded")
    assert shop.summary(told["execution"])["sourceRevisions"][0]["revisionId"] == older
    for beginning, commit in ((older[:7], older), (newer[:9].upper(), newer)):
        assert shop.data("start", "--commit", beginning)["revisions"] == {"Source": commit}
    said = shop.refuses("start", "--commit", "beefbeef")
    assert "`beefbeef` is no full revision" in said
    assert "`git rev-parse beefbeef` prints a commit in full" in said


def test_a_revision_is_given_to_the_source_that_takes_it(shop: Shop) -> None:
    version = shop.push()
    one, two = shop.source(), shop.source("Config", "ConfigOutput")
    shop.ends(shop.create(stage("Deploy", deploy(shop)), first=stage("Source", one, two)), "Succeeded")
    said = shop.refuses("start", "--s3-version", version, code=2)
    assert "2 source actions of shop take `--s3-version`: Source, Config" in said
    told = shop.data("start", "--s3-version", version, "--action", "Config")
    assert told["revisions"] == {"Config": version}
    shop.ends(told["execution"], "Succeeded")
    sources = shop.summary(told["execution"])["sourceRevisions"]
    assert version in [each["revisionId"] for each in sources if each["actionName"] == "Config"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--commit", "a" * 40), "no source action of shop takes `--commit`"),
        (("--image-digest", "a" * 64), "there is Source (S3)"),
        (("--s3-version", "v", "--action", "Sourse"), "did you mean `Source`?"),
        (("--commit", "a" * 40, "--action", "Source"), "Source takes no `--commit`: it is a source of S3"),
        (("--action", "Source"), "`--action` names the source of one revision"),
        (("--timeout", "10m"), "add `--wait`"),
        (("--wait", "--timeout", "soon"), "`soon` is no duration such as `90s`, `10m` or `2h`"),
    ],
)
def test_a_revision_that_no_source_takes_is_refused(shop: Shop, words: tuple[str, ...], said: str) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    assert said in shop.refuses("start", *words, code=2)
