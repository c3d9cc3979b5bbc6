"""What the tests of exports share: every spec that must work, and templates with all functions worked out."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipectl import flow
from pipectl.export.cloudformation.template import Template, template
from pipectl.export.cloudformation.text import to_json
from pipectl.export.cloudformation.values import secret_names
from pipectl.export.design import Design, Home, design, design_anywhere
from pipectl.review.hiding import marked
from pipectl.spec.spec import Spec

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "tests" / "kinds"
FOLDERS = (ROOT / "config", SPECS / "specs", SPECS / "recorded")
FILES = sorted(file for folder in FOLDERS for file in folder.glob("*.yaml"))
ACCOUNT = "012345678901"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a parameter `file` runs for every spec that must work"""
    if "file" in metafunc.fixturenames:
        metafunc.parametrize("file", FILES, ids=[file.stem for file in FILES])


@pytest.fixture
def load() -> Callable[[Path], Spec]:
    """A spec by its file"""

    def load(file: Path) -> Spec:
        specs, problems = flow.check([str(file)], {})
        assert specs, problems
        return specs[0]

    return load


@pytest.fixture
def designed(load: Callable[[Path], Spec]) -> Callable[[Path], Design]:
    """A spec's system in the account of the tests"""

    def designed(file: Path) -> Design:
        spec = load(file)
        return design(spec, Home(spec.region or "eu-west-1", ACCOUNT))

    return designed


@pytest.fixture
def anywhere(load: Callable[[Path], Spec]) -> Callable[[Path], Template]:
    """A spec's system as the template of a stack set"""

    def anywhere(file: Path) -> Template:
        spec = load(file)
        return template(design_anywhere(spec, Home(spec.region or "eu-west-1", spec.account)))

    return anywhere


@pytest.fixture
def worked_out() -> Callable[[Template, Design], dict[str, Any]]:
    """The resources of a template with its functions worked out, as CloudFormation would"""

    def worked_out(made: Template, home: Design) -> dict[str, Any]:
        document = json.loads(to_json(made))
        attributes = {attribute: text for entry in made.entries for text, attribute in entry.gives.items()}
        names = {entry.logical: entry.resource.name.rpartition("/")[2] for entry in made.entries}
        pseudo = {
            "AWS::AccountId": home.account.id,
            "AWS::Region": home.account.region,
            "AWS::Partition": home.account.partition,
            "AWS::URLSuffix": home.account.dns_suffix,
        }
        known = {**{name: f"{name}.Name" for name in names}, **pseudo, **attributes}
        known |= {entry.logical: entry.resource.name for entry in made.entries}
        known |= {f"{entry.logical}.Name": names[entry.logical] for entry in made.entries}
        known |= {name: marked(secret) for secret, name in secret_names(home.secrets).items()}
        resources: dict[str, Any] = _worked_out(document["Resources"], known)
        return resources

    return worked_out


def _worked_out(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_worked_out(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": name}:
            return known[name]
        case {"Fn::GetAtt": [name, attribute]}:
            return known[f"{name}.{attribute}"]
        case {"Fn::Sub": text}:
            for name, said in known.items():
                text = text.replace(f"${{{name}}}", said)
            return text.replace("${!", "${")
        case {"Fn::If": [_, _, otherwise]}:
            return _worked_out(otherwise, known)
    return {key: _worked_out(item, known) for key, item in value.items()}
