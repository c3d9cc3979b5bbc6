"""Every case is a buildspec: what `validate` says of it, and how a local build of it ends.

Its head: `# validate: LINE:COLUMN SEVERITY: MESSAGE`, one for each problem, and `# local: SUCCEEDED`, or the
phase that fails with code and message.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pipectl.local
from pipectl import flow
from tests import roles
from tests.plain import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES = sorted((Path(__file__).parent / "cases").glob("*.yml"))
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
PATIENCE_S = 60


def head(case: Path, word: str) -> list[str]:
    start = f"# {word}: "
    lines = case.read_text("utf-8").splitlines()
    return [line.removeprefix(start) for line in lines if line.startswith(start)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_validate_says_what_codebuild_refuses_and_what_may_be_wrong(case: Path, tmp_path: Path) -> None:
    (tmp_path / "case.yml").write_text(case.read_text("utf-8"), "utf-8")
    spec = tmp_path / "pipectl.yaml"
    image = head(case, "image") or [IMAGE]
    project = f'{{image: "{image[0]}", buildspec: "file:case.yml"}}'
    spec.write_text(f"pipectl: 1\nname: shop\ncodebuild: {{build: {project}}}\n", "utf-8")
    _, problems = flow.check([str(spec)], {})
    lines = [str(problem).rpartition("case.yml:")[2] for problem in problems]
    assert [line.replace(": ", " ", 1) for line in lines] == head(case, "validate")


@pytest.fixture(scope="module")
def builds() -> Iterator[Callable[[str, str], dict[str, Any]]]:
    """Runs one build after the other in one local AWS"""
    with pipectl.local.running() as server:
        here = session("012345678901")
        api: Any = here.client("codebuild", region_name="eu-west-1", endpoint_url=server.url)
        iam: Any = here.client("iam", region_name="eu-west-1", endpoint_url=server.url)
        yield _runner(api, roles.make(iam, "builder", "codebuild"))


def _runner(api: Any, role: str) -> Callable[[str, str], dict[str, Any]]:

    def run(text: str, image: str) -> dict[str, Any]:
        environment = {"type": "LINUX_CONTAINER", "image": image, "computeType": "BUILD_GENERAL1_SMALL"}
        source = {"type": "NO_SOURCE", "buildspec": text}
        nothing = {"type": "NO_ARTIFACTS"}
        api.create_project(
            name="shop", environment=environment, source=source, artifacts=nothing, serviceRole=role
        )
        identity = api.start_build(projectName="shop")["build"]["id"]
        build = _ended(api, identity)
        api.delete_project(name="shop")
        return build

    return run


def _ended(api: Any, identity: str) -> dict[str, Any]:
    deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while time.monotonic() < deadline:
        build: dict[str, Any] = api.batch_get_builds(ids=[identity])["builds"][0]
        if build["buildComplete"]:
            return build
        pause.wait(0.02)
    raise AssertionError("the build did not end")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_local_build_ends_as_the_real_one(case: Path, builds: Callable[[str, str], dict[str, Any]]) -> None:
    build = builds(case.read_text("utf-8"), (head(case, "image") or [IMAGE])[0])
    failed = [phase for phase in build["phases"] if phase.get("phaseStatus") == "FAILED"]
    context = failed[0]["contexts"][0] if failed else {}
    words = [failed[0]["phaseType"], context["statusCode"], context["message"]] if failed else ["SUCCEEDED"]
    assert [" ".join(words)] == head(case, "local")
