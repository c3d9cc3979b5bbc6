"""The specs that all kinds are proven with use every key of the grammar."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from pipectl.kinds import BLOCKS, KINDS, READING_ORDER, WAVES
from pipectl.spec.grammar import file_model

if TYPE_CHECKING:
    from tests.conftest import World

UNUSED = {
    "CodeCommitRepository.managed": "test_refusals.py: what is only used",
    "CodeCommitRepository.aws": "every parameter of CreateRepository has a word of its own",
    "EcrRepository.managed": "test_refusals.py",
    "EcrRepository.aws": "every parameter of CreateRepository has a word of its own",
    "Cluster.managed": "test_refusals.py",
    "Service.managed": "test_refusals.py",
    "Project.managed": "test_refusals.py",
    "SnsTopic.managed": "test_notifications.py",
    "Pipeline.managed": "test_refusals.py",
    "Pipeline.aws": "every member of PipelineDeclaration has a word of its own",
    "Stage.aws": "every member of StageDeclaration has a word of its own",
}
"""Keys that no spec of the promises uses, with the reason."""


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type: in unions, lists, mappings"""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from models(get_args(annotation)[0])
    else:
        for part in get_args(annotation):
            yield from models(part)


def grammar() -> dict[str, type[BaseModel]]:
    """Every model of the grammar by its name"""
    found: dict[str, type[BaseModel]] = {}
    todo: list[type[BaseModel]] = [file_model(BLOCKS)]
    while todo:
        model = todo.pop()
        if model.__name__ not in found:
            found[model.__name__] = model
            for field in model.model_fields.values():
                todo += models(field.annotation)
    return found


def used(value: Any) -> Iterator[str]:
    """Every key that stands in a spec, as `Model.key`"""
    if isinstance(value, BaseModel):
        for key in value.model_fields_set:
            yield f"{type(value).__name__}.{key}"
            yield from used(getattr(value, key))
    elif isinstance(value, dict):
        for item in value.values():
            yield from used(item)
    elif isinstance(value, list):
        for item in value:
            yield from used(item)


def test_every_key_of_the_grammar_is_proven(world: "World") -> None:
    here = Path(__file__).parent
    folders = (here / "specs", here / "recorded", here.parents[1] / "config")
    stated: set[str] = set()
    for file in (file for folder in folders for file in folder.glob("*.yaml")):
        for entries in world.load(file).blocks.values():
            stated |= {key for entry in entries.values() for key in used(entry)}
    whole = {name: model for name, model in grammar().items() if name != "Spec"}
    keys = {f"{name}.{key}" for name, model in whole.items() for key in model.model_fields}
    assert keys - stated == set(UNUSED)


def test_every_kind_stands_in_one_wave() -> None:
    names = [kind.name for wave in WAVES for kind in wave]
    assert len(names) == len(set(names))
    assert [kind.name for kind in KINDS] == names
    assert sorted(kind.name for kind in READING_ORDER) == sorted(names)


def test_every_block_of_the_grammar_belongs_to_one_kind() -> None:
    assert sum(len(kind.blocks) for kind in KINDS) == len(BLOCKS)
    assert set(BLOCKS) == {"codecommit", "ecr", "ecs", "codebuild", "codepipeline", "sns"}


def test_every_key_says_what_it_means_or_is_named_as_aws_names_it() -> None:
    """The schema that editors show is made of the descriptions"""
    for name, model in grammar().items():
        assert model.__doc__, name
