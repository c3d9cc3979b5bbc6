"""A spec's system is designed without asking AWS, in every partition, and told in full by every tool."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipectl.errors import WrongUsage
from pipectl.export.cloudformation import template
from pipectl.export.cloudformation.text import to_yaml
from pipectl.export.design import ANYWHERE, UNKNOWN, Home, design
from pipectl.export.terraform import configuration
from pipectl.kinds import KINDS, transition
from pipectl.spec.spec import Spec
from tests.export.conftest import ROOT

FRIENDREMINDERS = ROOT / "config" / "friendreminders.yaml"


@pytest.mark.parametrize(
    "entries", [template.ENTRIES, configuration.ENTRIES], ids=["cloudformation", "terraform"]
)
def test_every_kind_but_gates_has_its_words_in_every_tool(entries: dict[str, object]) -> None:
    assert entries.keys() == {kind.name for kind in KINDS} - {transition.NAME}


def test_the_stand_in_for_regions_is_as_long_as_the_longest() -> None:
    import botocore.session

    session = botocore.session.get_session()
    regions = [
        region
        for each in session.get_available_partitions()
        for region in session.get_available_regions("codepipeline", each)
    ]
    assert max(map(len, regions)) <= len(ANYWHERE)


def test_hosts_and_partitions_are_those_of_where_the_template_works(
    load: Callable[[Path], Spec], tmp_path: Path
) -> None:
    file = tmp_path / "china.yaml"
    text = FRIENDREMINDERS.read_text(encoding="utf-8").replace("ap-southeast-1", "cn-north-1")
    file.write_text(text, encoding="utf-8")
    said = to_yaml(template.template(design(load(file), Home("cn-north-1"))))
    assert "amazonaws.com.cn" not in said
    assert "arn:aws-cn" not in said
    assert UNKNOWN not in said


def test_a_spec_that_makes_nothing_has_no_export(load: Callable[[Path], Spec], tmp_path: Path) -> None:
    file = tmp_path / "nothing.yaml"
    file.write_text("pipectl: 1\nname: nothing\necr:\n  web: {managed: false}\n", encoding="utf-8")
    with pytest.raises(WrongUsage, match="makes nothing"):
        design(load(file), Home("eu-west-1"))
