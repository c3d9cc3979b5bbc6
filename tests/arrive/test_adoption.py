"""What the AWS CLI, CloudFormation and Terraform have made is imported and adopted: only tags are written."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action
from tests.arrive import shapes
from tests.arrive.conftest import Import, Imported
from tests.kinds.test_destroy import destroy

if TYPE_CHECKING:
    from tests.conftest import World

Look = Callable[[str], dict[str, Any]]

TAGGING = {
    "codebuild update_project",  # which is how CodeBuild tags
    "codecommit tag_resource",
    "codepipeline tag_resource",
    "ecr tag_resource",
    "ecs tag_resource",
    "logs tag_resource",
}


def console(world: "World") -> str:
    """Run the script of the AWS CLI. The pipeline's name"""
    environment = {
        **os.environ,
        "AWS": f"{sys.executable} -m awscli",
        "ACCOUNT": world.account,
        "AWS_ACCESS_KEY_ID": world.account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": shapes.REGION,
        "AWS_DEFAULT_REGION": shapes.REGION,
        "AWS_ENDPOINT_URL": world.server.url,
        "AWS_PAGER": "",
    }
    script = Path(__file__).with_name("console.sh")
    ended = subprocess.run(
        ["bash", str(script)], env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert ended.returncode == 0, ended.stderr
    return "Shop"


SHAPES: dict[str, Callable[["World"], str]] = {
    "console": console,
    "cloudformation": lambda world: shapes.cloudformation(world.client),
    "terraform": lambda world: shapes.terraform(world.client),
}


@pytest.fixture(params=sorted(SHAPES))
def shape(world: "World", request: pytest.FixtureRequest) -> tuple[str, str]:
    """The name of a shape, and of its pipeline, which is there"""
    return request.param, SHAPES[request.param](world)


def test_what_others_made_is_imported_adopted_and_let_go_with_tags_only(
    world: "World", shape: tuple[str, str], imported: Import, look: Look
) -> None:
    name, pipeline = shape
    before = look(shapes.REGION)
    found = imported(shapes.REGION, pipelines=(pipeline,))
    screen = Path(__file__).parent / "screens" / f"{name}.txt"
    _compare(screen, found)

    assert found.changes == []
    assert {step.action for step in found.plan.pending} == {Action.ADOPT}
    adopted = world.made(found.spec)
    assert set(adopted.writes) <= TAGGING
    assert _without_our_tags(look(shapes.REGION)) == _without_our_tags(before)
    assert world.create(found.spec).writes == []

    left = destroy(world, found.spec)
    assert left.failed == []
    assert {step.action for plan in left.plans for step in plan.pending} == {Action.RELEASE}
    assert look(shapes.REGION) == before


def _compare(screen: Path, found: Imported) -> None:
    """The reviewed spec and what is said beside it; PIPECTL_REWRITE_SCREENS=1 writes it"""
    text = f"{found.text}---\n" + "".join(f"{each}\n" for each in found.told)
    if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
        screen.write_text(text, encoding="utf-8")
    assert text == screen.read_text(encoding="utf-8")


def _without_our_tags(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_our_tags(item) for key, item in value.items() if key not in (OWNER_TAG, ADOPTED_TAG)
        }
    if isinstance(value, list | tuple):
        return [_without_our_tags(each) for each in value if not _is_our_tag(each)]
    return value


def _is_our_tag(value: Any) -> bool:
    return isinstance(value, dict) and (value.get("key") or value.get("Key")) in (OWNER_TAG, ADOPTED_TAG)
