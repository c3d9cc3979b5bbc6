"""What pipectl has made comes back: spec -> create -> import -> create plans nothing, for any spec."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.arrive.conftest import Import, everything
from tests.kinds.test_generated import EXAMPLES, thinned

if TYPE_CHECKING:
    from tests.conftest import World

SPECS = ("services", "builds", "pipelines", "full")
CONFIG = Path(__file__).parents[2] / "config"


def comes_back(world: "World", imported: Import, source: Path | dict[str, object]) -> str:
    """Create a spec, import it, and see that nothing is to be done. The text of the import"""
    spec = world.load(source)
    world.made(spec)
    found = imported(str(spec.region), **everything(spec))
    assert [step.resource.key for step in found.plan.pending] == [], found.text
    assert found.changes == []
    return found.text


def test_the_spec_of_the_tutorial_comes_back_as_it_is_written(world: "World", imported: Import) -> None:
    text = comes_back(world, imported, CONFIG / "friendreminders.yaml")
    written = (CONFIG / "friendreminders.yaml").read_text(encoding="utf-8")
    said = {line.partition("#")[0].rstrip() for line in written.splitlines()}
    # what is AWS's own default is left out
    usual = {"    image: aws/codebuild/amazonlinux-x86_64-standard:5.0", "    buildspec: buildspec.yml"}
    usual |= {"            image_definitions: imagedefinitions.json"}
    assert said - usual == set(text.splitlines())


def test_every_spec_that_must_work_comes_back(
    world: "World", imported: Import, named: Callable[[str], Path], prepare: Callable[..., None]
) -> None:
    for name in SPECS:
        world.server.reset()
        prepare(named(name))
        comes_back(world, imported, named(name))


def test_what_a_spec_only_uses_comes_back_only_used(
    world: "World", imported: Import, values: Callable[[str], dict[str, Any]]
) -> None:
    said = values("friendreminders")
    region = said["region"]
    world.client("ecs", region).create_cluster(clusterName="friendreminders")
    world.client("ecr", region).create_repository(repositoryName="rails_app")
    world.client("codecommit", region).create_repository(repositoryName="FriendReminders")
    said["ecs"]["friendreminders"]["managed"] = False
    said["ecr"] = {"rails_app": {"managed": False}}
    said["codecommit"] = {"FriendReminders": {"managed": False}}
    text = comes_back(world, imported, said)
    assert text.count("managed: false") == 3


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # the smallest spec is not worth the time
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_generated_spec_comes_back(
    world: "World",
    imported: Import,
    named: Callable[[str], Path],
    prepare: Callable[..., None],
    data: st.DataObject,
) -> None:
    file = named(data.draw(st.sampled_from(SPECS)))
    world.server.reset()
    prepare(file)
    comes_back(world, imported, data.draw(thinned(file, world.folder)))
