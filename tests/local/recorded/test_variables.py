"""Values of variables at the start, and what a request token decides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.refusals import refusal

from .conftest import Story, approval, stage

Shape = dict[str, Any]
DECLARED = [
    {"name": "Zulu", "defaultValue": "z-default", "description": "last alphabetically"},
    {"name": "Alpha", "description": "required"},
    {"name": "Middle", "defaultValue": "m-default"},
]
DATA = "Zulu=#{variables.Zulu};Alpha=#{variables.Alpha};Middle=#{variables.Middle}"


@pytest.fixture
def first(story: Story) -> str:
    """The execution that CreatePipeline starts."""
    gate = stage("Gate", approval(configuration={"CustomData": DATA}))
    return story.create(gate, variables=DECLARED, executionMode="QUEUED")


def _given(**values: str) -> list[Shape]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _bound(story: Story, execution: str) -> Shape:
    return {each["name"]: each["resolvedValue"] for each in story.shown(execution)["variables"]}


@pytest.mark.parametrize("given", [None, {}, {"Zulu": "z"}, {"Unknown": "x"}, {"alpha": "x"}])
def test_an_execution_without_a_required_value_starts_and_fails_at_once(
    story: Story, first: str, given: dict[str, str] | None
) -> None:
    """Recording: variables_native_paced (missing-overrides, missing-required, unknown-and-missing)."""
    execution = first if given is None else story.start(variables=_given(**given)) if given else story.start()
    summary = "Values for required variables haven't been provided: Alpha"
    for told in (story.shown(execution), story.summary(execution)):
        assert (told["status"], told["statusSummary"]) == ("Failed", summary)
    assert "variables" not in story.shown(execution)
    assert story.rows(execution) == []
    code, _ = story.refused("stop_pipeline_execution", pipelineExecutionId=execution, abandon=True)
    assert code == "PipelineExecutionNotStoppableException"


def test_unknown_names_are_ignored_and_defaults_stand(story: Story, first: str) -> None:
    """Recording: variables_native_paced (unknown-with-required)."""
    execution = story.start(variables=_given(Alpha="a", Unknown="x"))
    assert execution != first
    assert _bound(story, execution) == {"Alpha": "a", "Zulu": "z-default", "Middle": "m-default"}


def test_a_name_given_twice_is_refused(story: Story, first: str) -> None:
    """Recording: variables_native_paced (duplicate-override)."""
    twice = [*_given(Alpha="first"), *_given(Alpha="last")]
    assert refusal(story.start, variables=twice) == (
        "ValidationException",
        "Variable names must be unique. The following variable name is already in use: Alpha",
    )
    assert story.ids() == [first]


def test_a_value_is_put_in_once_and_stays_what_it_was(story: Story, first: str) -> None:
    """Recording: variables_native_paced (start-ordered-overrides, overrides-at-manual)."""
    nested = "#{codepipeline.PipelineExecutionId}"
    execution = story.start(variables=_given(Middle="m-override", Alpha=nested))
    story.asked()
    assert execution != first
    assert _bound(story, execution) == {"Alpha": nested, "Zulu": "z-default", "Middle": "m-override"}
    resolved = story.row(execution, "Approve")["input"]["resolvedConfiguration"]
    assert resolved == {"CustomData": f"Zulu=z-default;Alpha={nested};Middle=m-override"}


def test_a_request_token_alone_answers_its_first_execution(story: Story, first: str) -> None:
    """Recordings: variables_native_paced (token-...), variables_native_namespace (after an update)."""
    once = {"clientRequestToken": "once"}
    execution = story.start(variables=_given(Alpha="a"), **once)
    other = story.push(readme="other")
    revision = {"revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": other}
    for given in (
        {"variables": _given(Alpha="changed")},
        {},
        {"variables": _given(Unknown="x")},
        {"variables": _given(Alpha="a"), "sourceRevisions": [{"actionName": "Source", **revision}]},
    ):
        assert story.start(**once, **given) == execution
    story.update()
    assert story.start(variables=_given(Alpha="a"), **once) == execution
    assert story.ids() == [execution, first]


def test_what_stands_beside_a_known_token_is_checked_all_the_same(story: Story, first: str) -> None:
    """Recording: variables_native_paced (token-duplicate, token-empty-value, token-invalid-source-action)."""
    once = {"clientRequestToken": "once"}
    assert story.start(variables=_given(Alpha="a"), **once) != first
    twice = [*_given(Alpha="a"), *_given(Alpha="b")]
    assert refusal(story.start, variables=twice, **once)[0] == "ValidationException"
    revision = {"actionName": "Unknown", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": "v"}
    code, message = refusal(story.start, sourceRevisions=[revision], **once)
    assert code == "ValidationException"
    assert message == (
        "The action name provided in the source revision is not valid. The action must be a source action in "
        "your pipeline."
    )


def test_variables_is_a_namespace_like_any_other_where_none_are_declared(story: Story) -> None:
    """Recording: variables_native_namespace (namespace-no-declarations)."""
    gate = stage("Gate", approval(configuration={"CustomData": "#{variables.VersionId}"}))
    source = stage("Source", story.source(namespace="variables"))
    execution = story.create(gate, first=source)
    story.asked()
    resolved = story.row(execution, "Approve")["input"]["resolvedConfiguration"]["CustomData"]
    assert resolved == story.summary(execution)["sourceRevisions"][0]["revisionId"]
    declared = story.declare(source, gate, variables=DECLARED)
    assert refusal(story.api.update_pipeline, pipeline=declared)[0] == "InvalidStructureException"
