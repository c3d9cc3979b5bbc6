"""Whatever the answers are, the spec that is written has no mistakes and says what was answered"""

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipectl import flow
from pipectl.init.answers import FORMS, Answers
from pipectl.init.folder import Folder, Source
from pipectl.init.text import spec_text
from pipectl.spec.later import LATER

SUBNETS = ("subnet-0a1b2c3d4e5f60718",)
CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
USUAL = Answers("shop", "shop", "main", "3000", SUBNETS, region="eu-west-1")


def problems(folder: Path, answers: Answers) -> list[str]:
    file = folder / "pipectl.yaml"
    file.write_text(spec_text(answers), encoding="utf-8")
    _, found = flow.check([str(file)], {})
    return [str(each) for each in found]


@pytest.mark.parametrize(
    "answers",
    [
        USUAL,
        replace(USUAL, region=None, public_ip=True, security_groups=("sg-0a1b2c3d",)),
        replace(USUAL, cluster="everybody", folder=Folder("shop", container="rails")),
        replace(USUAL, repository="example/shop", connection=CONNECTION),
        replace(USUAL, folder=Folder("shop", source=Source("shop", region="eu-west-1"))),
        replace(USUAL, schema="pipectl.schema.json", branch="no", name="on"),
    ],
)
def test_every_kind_of_answer_makes_a_spec_without_mistakes(tmp_path: Path, answers: Answers) -> None:
    assert problems(tmp_path, answers) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    name=st.from_regex(FORMS["name"].pattern, fullmatch=True),
    repository=st.from_regex(r"[A-Za-z0-9._-]{1,100}", fullmatch=True),
    branch=st.from_regex(r"[A-Za-z0-9._/#&!'\"-]{1,60}", fullmatch=True),
    port=st.integers(1, 65535),
)
def test_any_words_that_fit_are_written_as_they_are(
    tmp_path: Path, name: str, repository: str, branch: str, port: int
) -> None:
    answers = replace(USUAL, name=name, repository=repository, branch=branch, port=str(port))
    assert problems(tmp_path, answers) == []
    values = yaml.safe_load((tmp_path / "pipectl.yaml").read_text(encoding="utf-8"))
    (source,) = values["codepipeline"][name]["stages"][0]["actions"]
    assert (source["repository"], source["branch"]) == (repository, branch)
    container = values["ecs"][name]["services"][name]["task_definition"]["containers"]["app"]
    assert container["ports"] == [port]


def test_a_repository_that_the_folder_comes_from_is_only_used() -> None:
    cloned = replace(USUAL, folder=Folder("shop", source=Source("shop")))
    assert "codecommit" not in yaml.safe_load(spec_text(cloned))
    assert yaml.safe_load(spec_text(USUAL))["codecommit"] == {"shop": {}}


def test_the_buildspec_of_the_folder_is_used_and_else_one_is_written_inline() -> None:
    own = replace(USUAL, folder=Folder("shop", buildspec="buildspec.yml"))
    assert yaml.safe_load(spec_text(own))["codebuild"]["shop-build"]["buildspec"] == "buildspec.yml"
    inline = yaml.safe_load(spec_text(USUAL))["codebuild"]["shop-build"]["buildspec"]
    assert list(inline["phases"]) == ["pre_build", "build"]


@pytest.mark.parametrize("place", ["services/web", "my web: #1", "it's"])
def test_a_folder_inside_its_repository_is_built_from_the_top_of_that(tmp_path: Path, place: str) -> None:
    own = replace(USUAL, folder=Folder("shop", buildspec="buildspec.yml", place=place))
    assert yaml.safe_load(spec_text(own))["codebuild"]["shop-build"]["buildspec"] == f"{place}/buildspec.yml"
    inside = replace(USUAL, folder=Folder("shop", place=place))
    assert problems(tmp_path, inside) == []
    build = yaml.safe_load(spec_text(inside))["codebuild"]["shop-build"]["buildspec"]["phases"]["build"]
    assert shlex.split(build["commands"][0])[-1] == place


def test_the_line_for_editors_stands_first_where_the_schema_is_written_too() -> None:
    assert spec_text(replace(USUAL, schema="x.json")).startswith("# yaml-language-server: $schema=x.json\n")
    assert "yaml-language-server" not in spec_text(USUAL)


GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"


def test_a_target_group_gets_the_port_of_the_container(tmp_path: Path) -> None:
    balanced = replace(USUAL, target_group=GROUP)
    assert problems(tmp_path, balanced) == []
    service = yaml.safe_load(spec_text(balanced))["ecs"]["shop"]["services"]["shop"]
    assert service["load_balancer"] == {"target_group": GROUP, "container": "app", "port": 3000}


def test_everything_that_is_left_for_later_is_explained_at_its_line_and_nothing_else_is_told(
    tmp_path: Path,
) -> None:
    open_ = Answers(
        LATER, "example/shop", LATER, LATER, (LATER,), (LATER,), None, LATER, LATER, LATER, LATER,
        folder=Folder("shop"),
    )  # fmt: skip
    found = problems(tmp_path, open_)
    lines = spec_text(open_).splitlines()
    said = {}
    for problem in found:
        number, what = re.fullmatch(
            r".*:(\d+):\d+: error: `(\w+)` is left for later; enter .*", problem
        ).groups()  # type: ignore[union-attr]  # it fits
        assert LATER in lines[int(number) - 1]
        said[what] = number
    assert said.keys() == {
        "name", "region", "branch", "ports", "port", "subnets", "security_groups", "assign_public_ip",
        "connection", "target_group", "ecs", "cluster",
    }  # fmt: skip
    elsewhere = problems(tmp_path, replace(USUAL, repository=LATER))
    assert len(elsewhere) == 1
    assert "enter the name of a CodeCommit repository" in elsewhere[0]
