"""Declarations with variables: what is taken, what is refused, and how both are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from tests.local.refusals import refusal
from tests.plain import session

from .conftest import Story, approval, stage

if TYPE_CHECKING:
    from pipectl.local.server import Server

Shape = dict[str, Any]
DECLARED = [
    {"name": "Zulu", "defaultValue": "z-default", "description": "last alphabetically"},
    {"name": "Alpha", "description": "required"},
]
INVALID = "InvalidStructureException"


def _gate(data: str) -> Shape:
    return stage("Gate", approval(configuration={"CustomData": data}))


@pytest.fixture
def declared(story: Story) -> Story:
    """A pipeline with two variables that its approval shows."""
    story.create(_gate("#{variables.Zulu}"), variables=DECLARED, executionMode="QUEUED")
    return story


def _refused(story: Story, *stages: Shape, **members: Any) -> tuple[str, str]:
    first = stages or (stage("Source", story.source()), _gate("#{variables.Zulu}"))
    given = {"variables": DECLARED, "executionMode": "QUEUED", **members}
    return refusal(story.api.update_pipeline, pipeline=story.declare(*first, **given))


def test_the_namespace_of_variables_is_reserved_where_some_are_declared(declared: Story) -> None:
    """Recording: variables_native_paced (reserved-action-namespace)."""
    source = stage("Source", declared.source(namespace="variables"))
    assert _refused(declared, source, _gate("owned")) == (
        INVALID,
        (
            "One or more of the chosen namespaces is reserved. "
            "Note that there is a namespace for variables at the pipeline level.\n"
        ),
    )


def test_sources_cannot_refer_to_variables(declared: Story) -> None:
    """Recording: variables_native_paced (source-variable-reference)."""
    source = declared.source()
    source["configuration"]["S3ObjectKey"] = "#{variables.Zulu}"
    assert _refused(declared, stage("Source", source), _gate("owned")) == (
        INVALID,
        (
            "Variables at the pipeline level cannot be used in source actions.\n"
            "StageName=[Source], ActionName=[Source], ActionConfigurationKey=[S3ObjectKey], "
            "VariableReferenceText=[variables.Zulu]"
        ),
    )


def test_variables_that_are_referred_to_must_be_declared(declared: Story) -> None:
    """Recording: variables_native_paced (undeclared-variable-reference)."""
    stages = (stage("Source", declared.source()), _gate("#{variables.Unknown}"))
    assert _refused(declared, *stages) == (INVALID, "The referenced variables haven't been declared.\n")


def test_variables_need_type_v2(declared: Story) -> None:
    """Recording: variables_native_paced (v1-variables)."""
    assert _refused(declared, pipelineType="V1", executionMode="SUPERSEDED") == (
        INVALID,
        "Pipeline variable can only be used with V2 pipelines",
    )


@pytest.mark.parametrize(("member", "limit"), [("defaultValue", 1000), ("description", 200)])
def test_too_long_texts_are_refused_without_being_repeated(declared: Story, member: str, limit: int) -> None:
    """Recording: variables_native_paced (default-too-long, description-too-long)."""
    long = [{"name": "Alpha", member: "x" * (limit + 1)}]
    assert _refused(declared, variables=long) == (
        "ValidationException",
        (
            f"1 validation error detected: Value at 'pipeline.variables.1.member.{member}' failed to satisfy "
            f"constraint: Member must have length less than or equal to {limit}"
        ),
    )


def test_an_empty_list_of_variables_is_kept_and_executions_have_none(declared: Story) -> None:
    """Recording: variables_native_paced (empty-declarations)."""
    stages = (stage("Source", declared.source()), _gate("owned"))
    wanted = declared.declare(*stages, variables=[], executionMode="QUEUED")
    updated = declared.api.update_pipeline(pipeline=wanted)["pipeline"]
    assert (updated["variables"], updated["version"]) == ([], 2)
    assert declared.api.get_pipeline(name="shop")["pipeline"] == updated
    execution = declared.start()
    assert "variables" not in declared.shown(execution)


def test_an_update_answers_the_whole_declaration_in_the_order_given(declared: Story) -> None:
    """Recording: variables_native_paced (update-defaults-and-order)."""
    turned = [
        {"name": "Middle", "defaultValue": "m-updated"},
        {"name": "Alpha", "defaultValue": "a-updated", "description": "now optional"},
    ]
    stages = (stage("Source", declared.source()), _gate("#{variables.Alpha}"))
    wanted = declared.declare(*stages, variables=turned, executionMode="QUEUED")
    answer = declared.api.update_pipeline(pipeline=wanted)
    filled = {"runOrder": 1, "outputArtifacts": [], "inputArtifacts": []}
    source, review = ({**filled, **part["actions"][0]} for part in stages)
    assert {key: value for key, value in answer.items() if key != "ResponseMetadata"} == {
        "pipeline": {
            **wanted,
            "stages": [{"name": "Source", "actions": [source]}, {"name": "Gate", "actions": [review]}],
            "version": 2,
        }
    }
    found = declared.api.get_pipeline(name="shop")
    assert found["pipeline"] == answer["pipeline"]
    assert sorted(found["metadata"]) == ["created", "pipelineArn", "updated"]


def test_a_missing_pipeline_has_words_of_its_own(story: Story, account: str) -> None:
    """Recording: variables_native_namespace (wait-owned-secondary)."""
    assert refusal(story.api.get_pipeline, name="shop") == (
        "PipelineNotFoundException",
        f"Account '{account}' does not have a pipeline with name 'shop'",
    )


def test_filters_that_lack_members_or_have_wrong_ones_are_all_told(
    story: Story, server: Server, account: str
) -> None:
    """Recording: history_filter_validation_native (empty-latest, invalid-range)."""
    place = "filter.latestInPipelineExecution"
    lacking: Shape = {"latestInPipelineExecution": {}}
    null = "failed to satisfy constraint: Member must not be null"
    lenient = session(account).client(
        "codepipeline", "eu-west-1", endpoint_url=server.url, config=Config(parameter_validation=False)
    )
    assert refusal(lenient.list_action_executions, pipelineName="shop", filter=lacking) == (
        "ValidationException",
        (
            f"2 validation errors detected: Value at '{place}.pipelineExecutionId' {null}; "
            f"Value at '{place}.startTimeRange' {null}"
        ),
    )
    identity = "c5230a9d-1820-45e9-9b59-ea116e718f13"
    wrong = {"latestInPipelineExecution": {"pipelineExecutionId": identity, "startTimeRange": "Unknown"}}
    assert story.refused("list_action_executions", filter=wrong) == (
        "ValidationException",
        (
            f"1 validation error detected: Value at '{place}.startTimeRange' failed to satisfy constraint: "
            "Member must satisfy enum value set: [All, Latest]"
        ),
    )
