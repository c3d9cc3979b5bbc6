"""The framework of the own services: requests and answers against the service model"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from pipectl.local import answers, codepipeline, model, validation
from pipectl.local.service import Caller, Refused, Service
from pipectl.local.wire import Request, refusal
from pipectl.local.world import OWN_SERVICES, World

ANN = Caller("111122223333", "eu-west-1", "arn:aws:iam::111122223333:user/ann")


class Pipelines(Service):
    model_name = "codepipeline"
    said: ClassVar[dict[str, Any] | None] = None
    asked: ClassVar[list[dict[str, Any]]] = []

    def create_pipeline(self, request: dict[str, Any], caller: Caller) -> dict[str, Any] | None:
        self.asked.append(request)
        return self.said

    get_pipeline_state = create_pipeline
    disable_stage_transition = create_pipeline
    list_pipelines = create_pipeline


class Builds(Service):
    model_name = "codebuild"
    validation_code = "InvalidInputException"

    def start_build(self, request: dict[str, Any], caller: Caller) -> dict[str, Any] | None:
        raise Refused("ResourceNotFoundException", "Project cannot be found")


def request(operation: str, body: dict[str, Any] | str) -> Request:
    return Request(
        service="codepipeline",
        operation=operation,
        account=ANN.account,
        region=ANN.region,
        access_key=ANN.account,
        method="POST",
        path="/",
        query="",
        headers={},
        body=(body if isinstance(body, str) else json.dumps(body)).encode(),
        environ={},
    )


def pipelines(said: dict[str, Any] | None = None, *, checks_answers: bool = True) -> Pipelines:
    service = type("Saying", (Pipelines,), {"said": said, "asked": []})
    made: Pipelines = service(World(checks_answers=checks_answers), ANN.account, ANN.region)
    return made


def refused(service: Service, operation: str, body: dict[str, Any] | str) -> Refused:
    with pytest.raises(Refused) as found:
        service.answer(request(operation, body), ANN)
    return found.value


def test_an_arn_names_partition_service_region_and_account() -> None:
    assert Pipelines(World(), "111122223333", "cn-north-1").arn("p") == (
        "arn:aws-cn:codepipeline:cn-north-1:111122223333:p"
    )


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("nowhere-9", "aws", "amazonaws.com"),
    ],
)
def test_a_region_has_its_partition(region: str, partition: str, suffix: str) -> None:
    assert World().partition(region) == partition
    assert World().dns_suffix(region) == suffix


def test_the_method_gets_what_was_asked_without_unknown_and_null_members() -> None:
    service = pipelines()
    service.answer(request("GetPipelineState", {"name": "P", "unheard": 1, "other": None}), ANN)
    assert service.asked == [{"name": "P"}]


def test_a_missing_member_is_refused() -> None:
    found = refused(pipelines(), "GetPipelineState", {})
    assert found.code == "ValidationException"
    assert found.message == (
        "1 validation error detected: "
        "Value null at 'name' failed to satisfy constraint: Member must not be null"
    )


def test_all_faults_are_told_at_once() -> None:
    body = {"pipelineName": "a b", "stageName": "S", "transitionType": "Sideways", "reason": "x" * 301}
    found = refused(pipelines(), "DisableStageTransition", body)
    assert found.message == (
        "3 validation errors detected: "
        "Value 'a b' at 'pipelineName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+; "
        "Value 'Sideways' at 'transitionType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [Inbound, Outbound]; "
        f"Value '{'x' * 301}' at 'reason' failed to satisfy constraint: "
        "Member must have length less than or equal to 300"
    )


def test_a_service_of_the_newer_front_end_leaves_the_values_out_and_sorts_choices() -> None:
    body = {"pipelineName": "a b", "filter": {"latestInPipelineExecution": {"startTimeRange": "x"}}}
    found = refused(codepipeline.SERVICE(World(), ANN.account, ANN.region), "ListActionExecutions", body)
    place = "filter.latestInPipelineExecution"
    assert found.message == (
        "3 validation errors detected: "
        "Value at 'pipelineName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+; "
        f"Value at '{place}.pipelineExecutionId' failed to satisfy constraint: Member must not be null; "
        f"Value at '{place}.startTimeRange' failed to satisfy constraint: "
        "Member must satisfy enum value set: [All, Latest]"
    )


def test_a_path_counts_from_one_and_names_keys() -> None:
    action = {
        "name": "A",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
        "configuration": {"S3Bucket": ""},
        "runOrder": 0,
    }
    body = {"pipeline": {"name": "P", "roleArn": "x", "stages": [{"name": "S", "actions": [action]}]}}
    found = refused(pipelines(), "CreatePipeline", body)
    assert "at 'pipeline.stages.1.member.actions.1.member.configuration.S3Bucket.member'" in found.message
    assert "Value '0' at 'pipeline.stages.1.member.actions.1.member.runOrder'" in found.message
    assert "Member must have value greater than or equal to 1" in found.message
    assert "Value 'x' at 'pipeline.roleArn'" in found.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": 5}, "NUMBER_VALUE can not be converted to a String"),
        ({"name": True}, "TRUE_VALUE can not be converted to a String"),
        ({"name": {}}, "Start of structure or map found where not expected."),
        ("[]", "Unexpected value type in payload"),
        ("{", "could not parse request body"),
    ],
)
def test_a_wrong_type_cannot_be_read(body: dict[str, Any] | str, message: str) -> None:
    found = refused(pipelines(), "GetPipelineState", body)
    assert (found.code, found.message) == ("SerializationException", message)


def test_a_number_is_no_boolean_and_a_boolean_no_number() -> None:
    shape = model.operation_model("codepipeline", "ListPipelines").input_shape  # type: ignore[union-attr]
    with pytest.raises(Refused, match="SerializationException"):
        validation.accept(shape, {"maxResults": True}, "ValidationException")


def test_a_service_may_have_its_own_code_for_invalid_values() -> None:
    builds = Builds(World(), ANN.account, ANN.region)
    assert refused(builds, "StartBuild", {}).code == "InvalidInputException"


@pytest.mark.parametrize("operation", ["NoSuchOperation", "GetPipeline", "Answer", "", "arn"])
def test_what_a_service_does_not_answer_is_unknown(operation: str) -> None:
    found = refused(pipelines(), operation, {})
    assert found.code == "UnknownOperationException"
    assert found.message == f"The local AWS does not answer codepipeline:{operation or '?'}"


def test_what_is_none_is_left_out_and_moments_are_epoch_seconds() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    said = {
        "pipelineName": "P",
        "pipelineVersion": None,
        "created": moment,
        "stageStates": [{"stageName": "S"}],
    }
    answer = pipelines(said).answer(request("GetPipelineState", {"name": "P"}), ANN)
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert json.loads(answer.body) == {
        "pipelineName": "P",
        "created": moment.timestamp(),
        "stageStates": [{"stageName": "S"}],
    }


def test_bytes_travel_as_base64() -> None:
    assert answers.encode({"blob": b"\x00\xff"}) == {"blob": base64.b64encode(b"\x00\xff").decode()}
    shape = model.service_model("codecommit").shape_for("PutFileInput")  # type: ignore[union-attr]
    sent = {"fileContent": base64.b64encode(b"text").decode()}
    assert validation.known(shape, sent) == {"fileContent": b"text"}
    with pytest.raises(Refused, match="can not be converted to a ByteBuffer"):
        validation.known(shape, {"fileContent": "not base64!"})


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"pipelineNam": "P"}, "answer.pipelineNam: 'P' is not a member"),
        ({"pipelineVersion": "1"}, "answer.pipelineVersion: '1' is not a integer"),
        ({"stageStates": [{"stageName": 3}]}, r"answer.stageStates\[0\].stageName: 3 is not a string"),
        ({"stageStates": {}}, "answer.stageStates: {} is not a list"),
        ({"created": "yesterday"}, "answer.created: 'yesterday' is not a timestamp"),
    ],
)
def test_an_answer_outside_the_model_is_a_bug(said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        pipelines(said).answer(request("GetPipelineState", {"name": "P"}), ANN)


def test_answers_are_checked_in_tests_only() -> None:
    service = pipelines({"unheard": 1}, checks_answers=False)
    assert service.answer(request("GetPipelineState", {"name": "P"}), ANN).status == 200


def test_every_error_of_the_model_has_its_status() -> None:
    assert model.error_status("codepipeline", "PipelineNotFoundException") == 400
    assert model.error_status("iam", "NoSuchEntity") == 404
    assert model.error_status("iam", "MalformedPolicyDocument") == 400
    assert model.error_status("nowhere", "Whatever") == 400


@pytest.mark.parametrize(
    ("service", "protocol"),
    [
        ("codepipeline", "json"),
        ("codebuild", "json"),
        ("ecs", "json"),
        ("iam", "query"),
        ("ec2", "ec2"),
        ("s3", "rest-xml"),
        ("lambda", "rest-json"),
        ("nowhere", "json"),
    ],
)
def test_the_protocol_of_a_service_is_known(service: str, protocol: str) -> None:
    assert model.protocol(service) == protocol


@pytest.mark.parametrize("protocol", ["query", "rest-xml"])
def test_marks_of_xml_in_a_message_do_no_harm(protocol: str) -> None:
    body = refusal(protocol, Refused("Code", "a < b & c")).body
    assert b"a &lt; b &amp; c" in body


@pytest.mark.parametrize("service", [*OWN_SERVICES, "ecr", "events", "iam", "logs"])
def test_every_pattern_of_the_models_can_be_read(service: str) -> None:
    described = model.service_model(service)
    assert described is not None
    shapes = [described.shape_for(name) for name in described.shape_names]
    patterns = {str(shape.metadata["pattern"]) for shape in shapes if "pattern" in shape.metadata}
    unread = {pattern for pattern in patterns if not _is_read(pattern)}
    assert unread <= {"[\\w-_]*"}  # Java reads this one of CloudWatch Logs, Python does not


def _is_read(pattern: str) -> bool:
    return validation._compiled(pattern) is not None  # noqa: SLF001  the reading itself


@pytest.mark.parametrize(
    ("text", "fits"), [("Größe 1.0", True), ("日本", True), ("a,b", False), ("x\u00a0y", True)]
)
def test_letters_of_all_alphabets_fit_where_the_model_says_so(text: str, fits: bool) -> None:
    assert validation.matches(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", text) is fits


def test_a_word_character_is_ascii_as_in_java() -> None:
    assert not validation.matches(r"[\w\.-]+", "Größe")


def test_time_can_be_moved() -> None:
    world = World()
    before = world.now()
    world.clock.advance(3600)
    assert (world.now() - before).total_seconds() >= 3600


def test_events_reach_whoever_listens() -> None:
    world, heard = World(), []
    world.on_event(lambda account, region, event: heard.append((account, region, event)))
    world.emit(
        "1" * 12, "eu-west-1", source="aws.x", detail_type="X Change", resources=("arn",), detail={"a": 1}
    )
    (account, region, event) = heard[0]
    assert (account, region, event["account"], event["region"]) == (
        "1" * 12,
        "eu-west-1",
        "1" * 12,
        "eu-west-1",
    )
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.x", "X Change", {"a": 1})
    assert event["resources"] == ["arn"]
    assert datetime.fromisoformat(event["time"]).tzinfo is not None
