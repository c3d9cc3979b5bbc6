"""What a pipeline's state costs and says. The cloud is a parameter: a small one is handed in."""

import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.errors import AwsError, PipectlError
from pipectl.render.document import status_data
from pipectl.runs.gate import gate
from pipectl.runs.pipelines import only_pipeline
from pipectl.runs.state import state, states

REGION = "eu-west-1"
MOMENT = datetime(2026, 1, 19, 9, 12, tzinfo=UTC)
COMMIT = "4c1e9d0" + "0" * 33


class Answers:
    """A Cloud that answers what it was given, and remembers what it was asked."""

    account = Account("123456789012", REGION)

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers
        self._lock = threading.Lock()

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        with self._lock:
            self.asked.append((operation, params))
        answer = self._answers[operation]
        if isinstance(answer, str):
            raise AwsError(service, operation, answer, "")
        return dict(answer)

    @property
    def operations(self) -> list[str]:
        return sorted(operation for operation, _ in self.asked)


def action(name: str, provider: str, **configuration: str) -> dict[str, Any]:
    return {"name": name, "actionTypeId": {"provider": provider}, "configuration": configuration}


DECLARATION = {
    "name": "shop",
    "stages": [
        {
            "name": "Source",
            "actions": [action("Source", "CodeCommit", RepositoryName="shop", BranchName="main")],
        },
        {"name": "Deploy", "actions": [action("Deploy", "ECS", ClusterName="shop", ServiceName="api")]},
    ],
}
SERVICE = {
    "serviceName": "api",
    "status": "ACTIVE",
    "desiredCount": 2,
    "runningCount": 1,
    "taskDefinition": "arn:shop-api:7",
    "deployments": [
        {"status": "ACTIVE", "rolloutState": "COMPLETED", "taskDefinition": "task-definition/web:6"},
        {"status": "PRIMARY", "rolloutState": "IN_PROGRESS", "taskDefinition": "task-definition/web:7"},
    ],
}


def answers(**other: Any) -> Answers:
    usual = {
        "get_pipeline_state": {
            "stageStates": [
                {
                    "stageName": "Source",
                    "latestExecution": {"pipelineExecutionId": "E2", "status": "Succeeded"},
                    "actionStates": [
                        {
                            "actionName": "Source",
                            "currentRevision": {"revisionId": COMMIT},
                            "latestExecution": {"status": "Succeeded", "summary": "Fix cart\n\nand more"},
                        }
                    ],
                },
                {
                    "stageName": "Deploy",
                    "inboundExecution": {"pipelineExecutionId": "E2", "status": "InProgress"},
                    "inboundTransitionState": {
                        "enabled": False,
                        "disabledReason": "freeze",
                        "lastChangedBy": "arn:ann",
                        "lastChangedAt": MOMENT,
                    },
                    "actionStates": [
                        {
                            "actionName": "Deploy",
                            "latestExecution": {
                                "status": "Failed",
                                "errorDetails": {"code": "JobFailed", "message": "no"},
                                "externalExecutionUrl": "https://x",
                            },
                        }
                    ],
                },
            ]
        },
        "list_pipeline_executions": {
            "pipelineExecutionSummaries": [
                {
                    "pipelineExecutionId": "E2",
                    "status": "InProgress",
                    "sourceRevisions": [
                        {
                            "actionName": "Source",
                            "revisionId": COMMIT,
                            "revisionSummary": "Fix cart\n\nand more",
                        }
                    ],
                }
            ]
        },
        "describe_services": {"services": [SERVICE]},
        "describe_task_definition": {"taskDefinition": {"containerDefinitions": [{"image": "api:v7"}]}},
        "get_pipeline": {"pipeline": DECLARATION},
    }
    return Answers(**{**usual, **other})


def test_with_a_declaration_four_calls_are_enough() -> None:
    cloud = answers()
    state(cloud, REGION, "shop", DECLARATION)
    assert cloud.operations == [
        "describe_services",
        "describe_task_definition",
        "get_pipeline_state",
        "list_pipeline_executions",
    ]


def test_without_a_declaration_aws_is_asked_for_it_and_the_answer_is_the_same() -> None:
    cloud = answers()
    assert state(cloud, REGION, "shop") == state(answers(), REGION, "shop", DECLARATION)
    assert "get_pipeline" in cloud.operations


def test_what_waits_is_told_with_its_commit_and_the_first_line_of_its_message() -> None:
    (waiting,) = state(answers(), REGION, "shop", DECLARATION).stages[1].waiting
    assert (waiting.id, waiting.revision, waiting.message) == ("E2", COMMIT, "Fix cart")


@pytest.mark.parametrize("status", ["Stopped", "Failed"])
def test_a_stopped_inbound_execution_does_not_wait(status: str) -> None:
    stages = [{"stageName": "Deploy", "inboundExecution": {"pipelineExecutionId": "E2", "status": status}}]
    cloud = answers(get_pipeline_state={"stageStates": stages})
    assert state(cloud, REGION, "shop", DECLARATION).stages[0].waiting == ()


def test_of_a_queue_those_wait_in_their_order_that_were_not_stopped_there() -> None:
    inbound = [
        {"pipelineExecutionId": each, "status": "Stopped" if each == "E3" else "InProgress"}
        for each in ("E2", "E3", "E4")
    ]
    stage = {"stageName": "Deploy", "inboundExecution": inbound[-1], "inboundExecutions": inbound}
    told = state(answers(get_pipeline_state={"stageStates": [stage]}), REGION, "shop", DECLARATION).stages[0]
    assert [each.id for each in told.waiting] == ["E2", "E4"]
    assert told.waiting[0].revision == COMMIT
    assert told.inbound == ("E2", "E3", "E4")


def test_the_gate_tells_who_closed_it_when_and_why() -> None:
    source, deploy = state(answers(), REGION, "shop", DECLARATION).stages
    assert source.gate.enabled
    told = deploy.gate
    assert (told.enabled, told.reason, told.changed_by, told.changed_at) == (
        False,
        "freeze",
        "arn:ann",
        MOMENT,
    )


def test_an_action_tells_its_provider_target_error_and_link() -> None:
    deploy = state(answers(), REGION, "shop", DECLARATION).stages[1].actions[0]
    assert (deploy.provider, deploy.target) == ("ECS", "shop/api")
    assert (deploy.error, deploy.url) == ("JobFailed: no", "https://x")


def test_the_summary_of_a_connection_is_told_as_the_message_inside() -> None:
    summary = json.dumps({"ProviderType": "GitHub", "CommitMessage": "Fix cart\nmore"})
    stages = [
        {
            "stageName": "Source",
            "actionStates": [{"actionName": "Source", "latestExecution": {"summary": summary}}],
        }
    ]
    cloud = answers(get_pipeline_state={"stageStates": stages})
    assert state(cloud, REGION, "shop", DECLARATION).stages[0].actions[0].summary == "Fix cart"


def test_a_service_tells_its_counts_its_newest_rollout_and_its_images() -> None:
    (service,) = state(answers(), REGION, "shop", DECLARATION).services
    assert (service.desired, service.running, service.rollout) == (2, 1, "IN_PROGRESS")
    assert service.images == ("api:v7",)


@pytest.mark.parametrize("answer", ["ClusterNotFoundException", {"services": []}])
def test_a_service_that_is_not_there_is_told_as_such(answer: Any) -> None:
    (service,) = state(answers(describe_services=answer), REGION, "shop", DECLARATION).services
    assert (service.cluster, service.service, service.desired) == ("shop", "api", None)


def test_a_service_that_is_being_deleted_is_told_as_such() -> None:
    cloud = answers(describe_services={"services": [{**SERVICE, "status": "DRAINING"}]})
    told = state(cloud, REGION, "shop")
    assert told.services[0].is_draining
    assert status_data(told)["services"][0]["draining"] is True


def test_a_service_in_another_region_or_named_by_a_variable_is_not_asked_for() -> None:
    elsewhere = {**action("A", "ECS", ClusterName="shop", ServiceName="api"), "region": "us-east-1"}
    variable = action("B", "ECS", ClusterName="#{variables.cluster}", ServiceName="api")
    declaration = {"stages": [{"name": "Deploy", "actions": [elsewhere, variable]}]}
    cloud = answers()
    assert state(cloud, REGION, "shop", declaration).services == ()
    assert "describe_services" not in cloud.operations


def test_several_pipelines_ask_for_a_cluster_once() -> None:
    cloud = answers()
    found = states(cloud, REGION, {"shop": DECLARATION, "shop-worker": DECLARATION})
    assert [each.pipeline for each in found] == ["shop", "shop-worker"]
    assert cloud.operations.count("describe_services") == 1
    assert cloud.operations.count("get_pipeline_state") == 2


def test_an_unknown_pipeline_is_told_with_those_there_are() -> None:
    nothing = "PipelineNotFoundException"
    cloud = answers(
        get_pipeline_state=nothing,
        list_pipeline_executions=nothing,
        get_pipeline=nothing,
        list_pipelines={"pipelines": [{"name": "shop"}]},
    )
    with pytest.raises(PipectlError, match="no pipeline `shpo`") as refused:
        state(cloud, REGION, "shpo")
    assert "shop" in str(refused.value.hint)


def test_the_only_pipeline_needs_no_name() -> None:
    assert only_pipeline(answers(list_pipelines={"pipelines": [{"name": "shop"}]})) == "shop"


@pytest.mark.parametrize(
    ("names", "said"), [([], "there is no pipeline"), (["a", "b"], "there are 2 pipelines: a, b")]
)
def test_without_an_only_pipeline_the_name_is_asked_for(names: list[str], said: str) -> None:
    cloud = answers(list_pipelines={"pipelines": [{"name": name} for name in names]})
    with pytest.raises(PipectlError, match=said):
        only_pipeline(cloud)


def test_an_unknown_stage_is_told_with_the_nearest_and_the_list() -> None:
    with pytest.raises(PipectlError, match="no stage `Deplyo` in shop") as refused:
        gate(answers(), "shop", "Deplyo")
    assert refused.value.hint == "did you mean `Deploy`? Its stages are Source, Deploy"
