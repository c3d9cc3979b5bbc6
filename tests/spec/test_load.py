"""A file becomes a spec; what does not fit is left out of it, and the rest is still looked at."""

from pathlib import Path

import pytest

from pipectl.kinds import BLOCKS
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.pipeline_block import Pipeline
from pipectl.kinds.project_block import Project
from pipectl.kinds.repository import EcrRepository
from pipectl.kinds.source import CodeCommitRepository
from pipectl.spec.load import load
from pipectl.spec.spec import Spec

HEAD = "pipectl: 1\nname: shop\n"
SPECS = sorted((Path(__file__).parents[2] / "config").glob("*.yaml"))


def loaded(folder: Path, text: str, **environment: str) -> tuple[Spec, list[str]]:
    file = folder / "shop.yaml"
    file.write_text(text, "utf-8")
    spec, problems = load(str(file), BLOCKS, {"version": "7"}, environment)
    assert spec is not None
    return spec, [problem.rule for problem in problems]


@pytest.mark.parametrize("file", SPECS, ids=lambda each: each.stem)
def test_the_specs_that_pipectl_brings_load(file: Path) -> None:
    spec, problems = load(str(file), BLOCKS, {}, {})
    assert spec is not None
    assert problems == []


def test_settings_and_blocks_are_values(tmp_path: Path) -> None:
    text = 'region: eu-west-1\naccount: "012345678901"\ntags: {team: web}\necr: {api: {keep_images: 3}}\n'
    spec, _ = loaded(tmp_path, HEAD + text)
    assert (spec.name, spec.region, spec.account) == ("shop", "eu-west-1", "012345678901")
    assert spec.tags == {"team": "web"}
    assert spec.all(EcrRepository)["api"].keep_images == 3
    assert spec.all(Project) == {}


def test_a_value_knows_where_it_stands(tmp_path: Path) -> None:
    spec, _ = loaded(tmp_path, HEAD + "ecr:\n  api: {keep_images: 3}\n")
    place = spec.place("ecr", "api", "keep_images")
    assert (place.line, place.column) == (4, 22)


def test_a_name_with_nothing_behind_it_is_a_thing_with_all_defaults(tmp_path: Path) -> None:
    text = "codecommit:\n  web:\necr:\ncodepipeline:\n  web: {managed: false, variables: {release: }}\n"
    spec, rules = loaded(tmp_path, HEAD + text)
    assert rules == []
    assert list(spec.all(CodeCommitRepository)) == ["web"]
    assert list(spec.all(Pipeline)["web"].variables) == ["release"]


def test_variables_fill_in_texts_and_numbers(tmp_path: Path) -> None:
    text = "ecr: {api: {keep_images: '${env:KEEP}', scan_on_push: '${env:SCAN}'}}\n"
    spec, rules = loaded(tmp_path, f"{HEAD}{text}region: eu-west-${{var:version}}\n", KEEP="3", SCAN="false")
    assert rules == []
    assert spec.region == "eu-west-7"
    api = spec.all(EcrRepository)["api"]
    assert (api.keep_images, api.scan_on_push) == (3, False)


def test_a_date_without_quotes_is_the_text_that_stands_there(tmp_path: Path) -> None:
    text = "ecr: {api: {tags: {since: 2026-01-31}, policy: {Version: 2012-10-17}}}\n"
    spec, rules = loaded(tmp_path, HEAD + text)
    assert rules == []
    api = spec.all(EcrRepository)["api"]
    assert (api.tags, api.policy) == ({"since": "2026-01-31"}, {"Version": "2012-10-17"})


def test_a_key_that_does_not_fit_is_left_out_and_the_rest_of_its_thing_stays(tmp_path: Path) -> None:
    text = HEAD + "ecr: {api: {keep_images: many, keep: 3, scan_on_push: false}}\n"
    spec, rules = loaded(tmp_path, text)
    assert sorted(rules) == ["unknown-key", "wrong-type"]
    assert spec.all(EcrRepository)["api"].scan_on_push is False


def test_a_thing_that_is_incomplete_is_left_out_and_its_block_stays(tmp_path: Path) -> None:
    text = (
        HEAD
        + """
ecs:
  main:
    services:
      web: {task_definition: {}}
      api: {managed: false}
codepipeline:
  web: {stages: [{name: A, actions: [3]}]}
  api: {stages: [{name: A, actions: [{provider: Manual}]}]}
"""
    )
    spec, rules = loaded(tmp_path, text)
    assert sorted(rules) == ["missing-key", "missing-key", "wrong-type"]
    assert list(spec.all(Cluster)["main"].services) == ["api"]
    assert list(spec.all(Pipeline)) == ["api"]


def test_what_is_left_out_is_still_known_to_be_written(tmp_path: Path) -> None:
    spec, _ = loaded(tmp_path, HEAD + "codepipeline: {web: {stages: 3}}\n")
    assert spec.places.has(("codepipeline", "web", "stages"))


def test_a_block_that_is_no_mapping_does_not_hide_the_others(tmp_path: Path) -> None:
    spec, rules = loaded(tmp_path, HEAD + "ecs: [main]\necr: {api: {}}\n")
    assert rules == ["wrong-type"]
    assert list(spec.all(EcrRepository)) == ["api"]


def test_without_a_usable_name_the_rest_is_looked_at(tmp_path: Path) -> None:
    spec, rules = loaded(tmp_path, "name: Shop\necr: {api: {}}\n")
    assert sorted(rules) == ["missing-key", "name"]
    assert list(spec.all(EcrRepository)) == ["api"]


@pytest.mark.parametrize("text", ["", "- a\n", "a: [\n", "a: {a\n"])
def test_a_file_that_is_no_mapping_is_no_spec(tmp_path: Path, text: str) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text, "utf-8")
    spec, problems = load(str(file), BLOCKS, {}, {})
    assert spec is None
    assert len(problems) == 1


def test_an_inline_buildspec_is_left_as_it_is_written(tmp_path: Path) -> None:
    text = "codebuild: {web: {buildspec: {version: 0.2, env: {variables: {A: '${env:A} ${A}'}}}}}\n"
    spec, rules = loaded(tmp_path, HEAD + text)
    assert rules == []
    variables = {"A": "${env:A} ${A}"}
    assert spec.all(Project)["web"].buildspec == {"version": 0.2, "env": {"variables": variables}}
