"""The names in a spec, read without the grammar: the same names, and nothing that the schema refuses."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipectl import flow
from pipectl.aws.account import Account
from pipectl.kinds import BLOCKS, transition
from pipectl.kinds.declaration import declaration as whole_declaration
from pipectl.kinds.outlined import declaration, transitions
from pipectl.runs.declared import actions
from pipectl.spec import shape
from pipectl.spec.outline import Outline, outline
from pipectl.spec.schema import schema
from tests.readme.reference import grammar

ROOT = Path(__file__).parents[2]
GOOD = sorted([*ROOT.glob("config/*.yaml"), *ROOT.glob("tests/rules/cases/*/good_*.yaml")])
NOBODY = Account("000000000000", "eu-west-1")
VALIDATOR = jsonschema.Draft202012Validator(schema(BLOCKS))
HEAD = "pipectl: 1\nname: shop\n"


def read(tmp_path: Path, text: str, **environment: str) -> Outline | None:
    file = tmp_path / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    return outline(str(file), {}, environment)


def test_the_stored_schema_is_that_of_the_models() -> None:
    """`python -m tests.readme.reference` writes it"""
    assert shape.FILE.read_text("utf-8") == grammar()


@pytest.mark.parametrize("file", GOOD, ids=lambda each: f"{each.parent.name}-{each.stem}")
def test_a_good_spec_has_the_names_actions_and_transitions_that_loading_finds(file: Path) -> None:
    ((spec,), _) = flow.check([str(file)], {})
    found = outline(str(file), {}, {})
    assert found is not None
    assert (found.name, found.region, found.account) == (spec.name, spec.region, spec.account)
    assert list(found.pipelines) == list(spec.pipelines)
    stated = {
        f"{name}/{stage}": on for name in found.pipelines for stage, on in transitions(found, name).items()
    }
    assert stated == {each.name: each.stated["enabled"] for each in transition.design(spec, NOBODY)}
    for name, block in spec.pipelines.items():
        brief = declaration(found, name)
        if brief is not None:
            whole = whole_declaration(spec, NOBODY, name)
            assert list(actions(brief, "eu-west-1")) == list(actions(whole, "eu-west-1"))
        else:
            assert not block.managed or "aws:" in file.read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "name: shop\n",
        HEAD + "acount: '111111111111'\n",
        HEAD + "account: 111111111111\n",
        HEAD + "account: '1'\n",
        HEAD + "region: ${env:WHERE}\n",
        HEAD + "region: Frankfurt\n",
        HEAD + "name: again\n",
        HEAD + "---\n" + HEAD,
        HEAD + "ecr: {app: {keep_image: 3}}\n",
        HEAD + "ecr: {app: {keep_images: true}}\n",
        HEAD + "tags: {owner: '${envv:OWNER}'}\n",
        "pipectl: true\nname: shop\n",
        "pipectl: 2\nname: shop\n",
        "",
        "[]\n",
    ],
)
def test_what_makes_the_names_doubtful_has_no_outline(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) is None


def test_values_that_are_set_are_filled_in_and_others_stay(tmp_path: Path) -> None:
    text = (
        HEAD
        + "region: ${env:WHERE}\ntags: {owner: '${env:OWNER}'}\necr: {app: {keep_images: '${env:KEEP}'}}\n"
    )
    found = read(tmp_path, text, WHERE="eu-west-1")
    assert found is not None
    assert (found.region, sorted(found.unset)) == (
        "eu-west-1",
        [("ecr", "app", "keep_images"), ("tags", "owner")],
    )
    assert read(tmp_path, text, WHERE="Frankfurt") is None


ATOMS = st.none() | st.booleans() | st.integers(-9, 5000) | st.text(max_size=4) | st.just("${env:X}")
SPEC = yaml.safe_load((ROOT / "config" / "full.yaml").read_text("utf-8"))


@given(st.data())
def test_a_changed_spec_fits_exactly_when_the_schema_says_so(data: st.DataObject) -> None:
    """One value anywhere is replaced by another, or one key is misspelt"""
    values = json.loads(json.dumps(SPEC, default=str))
    place = values
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 5)) == 0:
            if isinstance(place, dict) and data.draw(st.booleans()):
                place[f"{key}x"] = place.pop(key)
            else:
                place[key] = data.draw(ATOMS)
            break
        place = inner
    assert shape.fits(values) is not any(True for _ in VALIDATOR.iter_errors(values))
