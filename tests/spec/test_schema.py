"""The JSON Schema for editors takes what the loader takes, and refuses what it refuses."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pipectl.kinds import BLOCKS
from pipectl.spec.schema import schema

ROOT = Path(__file__).parents[2]
GOOD = sorted([*ROOT.glob("config/*.yaml"), *ROOT.glob("tests/rules/cases/*/good_*.yaml")])
VALIDATOR = jsonschema.Draft202012Validator(schema(BLOCKS))
HEAD = "pipectl: 1\nname: shop\n"


def refused(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema_and_plain_json() -> None:
    described = json.loads(json.dumps(schema(BLOCKS)))
    jsonschema.Draft202012Validator.check_schema(described)
    assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_key_is_described() -> None:
    whole = schema(BLOCKS)
    models = {"Spec": whole, **{name: model for name, model in whole["$defs"].items() if name != "variable"}}
    bare = [
        f"{name}.{key}"
        for name, model in models.items()
        for key, described in model["properties"].items()
        if not described.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("file", GOOD, ids=lambda each: f"{each.parent.name}-{each.stem}")
def test_a_good_spec_fits(file: Path) -> None:
    assert refused(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "ecr: {api: }",
        "ecr: {api: {keep_images: '${env:KEEP}', scan_on_push: '${var:SCAN}'}}",
        "region: ${env:REGION}",
        "codepipeline: {a: {managed: false, execution_mode: '${env:MODE}'}}",
        "codepipeline: {a: {stages: [{name: A, transition: disabled, actions: [{provider: Manual}]}]}}",
    ],
)
def test_short_forms_and_variables_fit(text: str) -> None:
    assert refused(HEAD + text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ecr: {api: {keep_image: 3}}", "$.ecr.api"),
        ("ecr: {api: {keep_images: many}}", "$.ecr.api.keep_images"),
        ("ecr: {api: {tag_mutability: ALWAYS}}", "$.ecr.api.tag_mutability"),
        (
            "ecs: {main: {services: {web: {task_definition: {family: web}}}}}",
            "$.ecs.main.services.web.task_definition",
        ),
        (
            "codepipeline: {a: {stages: [{name: A, transition: closed, actions: [{provider: Manual}]}]}}",
            "$.codepipeline.a.stages[0].transition",
        ),
    ],
)
def test_a_mistake_is_refused_at_its_place(text: str, path: str) -> None:
    assert any(found.startswith(path) or path.startswith(found) for found in refused(HEAD + text))


def test_every_key_of_the_grammar_that_needs_words_has_them() -> None:
    described: dict[str, Any] = schema(BLOCKS)
    assert described["description"]
    assert all(model.get("description") for model in described["$defs"].values())
