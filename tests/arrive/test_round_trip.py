"""What pipectl has made comes back: spec -> create -> import -> create plans nothing, for any spec."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.arrive.conftest import Import, everything
from tests.kinds.test_generated import EXAMPLES, thinned

if TYPE_CHECKING:
    from tests.conftest import World

SPECS = ("services", "builds", "pipelines", "notifications", "full")
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


def test_service_connect_volumes_lattice_triggers_and_key_aliases_come_back(
    world: "World",
    imported: Import,
    named: Callable[[str], Path],
    prepare: Callable[..., None],
    values: Callable[[str], dict[str, Any]],
) -> None:
    prepare(named("shapes"))
    found = yaml.safe_load(comes_back(world, imported, named("shapes")))
    service, before = (spec["ecs"]["capc"]["services"]["connected"] for spec in (found, values("shapes")))
    (namespace,) = world.client("servicediscovery").list_namespaces()["Namespaces"]
    before["service_connect"]["namespace"] = namespace["Arn"]
    before["lattice"].reverse()
    before["service_connect"]["services"].reverse()
    for part in ("service_connect", "volumes", "lattice"):
        assert service[part] == before[part]
    pipelines = found["codepipeline"]
    (push,) = pipelines["triggers"]["triggers"]["GitHub"]["push"]
    (stated,) = values("shapes")["codepipeline"]["triggers"]["triggers"]["GitHub"]["push"]
    assert {name: set(part["includes"]) for name, part in push.items()} == {
        name: set(part["includes"]) for name, part in stated.items()
    }
    # the trigger that AWS adds by itself is nobody's wish; an alias stays one where AWS tells it
    assert "triggers" not in pipelines["default-trigger"]
    assert pipelines["keys"]["encryption_key"] == "alias/artifacts"
    assert found["codebuild"]["kbuild1"]["encryption_key"].endswith(":alias/artifacts")


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
