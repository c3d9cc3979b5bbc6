"""Where a buildspec is looked for that a project names by its path in the source."""

from pathlib import Path

import pytest

from pipectl import flow

SPEC = "pipectl: 1\nname: shop\ncodebuild: {build: {buildspec: NAMED}}\n"
DOCKER = "version: 0.2\nphases: {build: {commands: [docker build .]}}\n"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder inside a git repository, where somebody stands at the top"""
    (tmp_path / ".git").mkdir()
    (tmp_path / "services" / "web").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return Path("services", "web")


def said(service: Path, named: str, *buildspecs: Path) -> list[str]:
    for file in buildspecs:
        file.write_text(DOCKER, "utf-8")
    spec = service / "pipectl.yaml"
    spec.write_text(SPEC.replace("NAMED", named), "utf-8")
    _, problems = flow.check([str(spec)], {})
    return [f"{each.file} {each.severity.value}" for each in problems]


def test_a_path_begins_at_the_top_of_the_repository(service: Path) -> None:
    beside = service / "buildspec.yml"
    assert said(service, str(beside), beside) == ["services/web/buildspec.yml error"]


def test_a_file_that_stands_elsewhere_than_the_spec_is_only_a_doubt(service: Path) -> None:
    assert said(service, "buildspec.yml", Path("buildspec.yml")) == ["buildspec.yml warning"]


def test_what_builds_read_wins_over_what_stands_beside_the_spec(service: Path) -> None:
    both = (Path("buildspec.yml"), service / "buildspec.yml")
    assert said(service, "buildspec.yml", *both) == ["buildspec.yml warning"]


def test_beside_the_spec_is_looked_when_the_top_has_no_such_file(service: Path) -> None:
    assert said(service, "buildspec.yml", service / "buildspec.yml") == ["services/web/buildspec.yml error"]


def test_a_file_is_called_as_seen_from_the_folder_that_the_spec_is_called_from(
    service: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(service)
    named = "services/web/buildspec.yml"
    assert said(Path(), named, Path("buildspec.yml")) == ["buildspec.yml error"]
    assert said(Path.cwd(), named) == [f"{Path.cwd()}/buildspec.yml error"]
