"""What AWS refuses when a pipeline is declared, by code and message (docs/aws/codepipeline.md, 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.roles import trust

from .conftest import action, approval, build, source, stage

Shape = dict[str, Any]
Declare = Callable[..., Shape]

STRUCTURE = "InvalidStructureException"
STAGE = "InvalidStageDeclarationException"
ACTION = "InvalidActionDeclarationException"
VALIDATION = "ValidationException"

SOURCE = stage("Source", source())
GATE = stage("Gate", approval())
PASSES = {
    "name": "ok",
    "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
}
PASSES["configuration"] = {"Variable": "a", "Value": "a", "Operator": "EQ"}
COMMANDS = action("Run", "Compute", "Commands", inputArtifacts=[{"name": "SourceOutput"}])
FILTER = {"tags": {"includes": ["v*"]}, "branches": {"includes": ["main"]}}
CONNECTION = action(
    "Source",
    "Source",
    "CodeStarSourceConnection",
    outputArtifacts=[{"name": "SourceOutput"}],
    configuration={"ConnectionArn": "arn:c", "FullRepositoryId": "me/shop", "BranchName": "main"},
)


def _trigger(**git: Any) -> Shape:
    return {
        "providerType": "CodeStarSourceConnection",
        "gitConfiguration": {"sourceActionName": "Source", **git},
    }


def _gates(**members: Any) -> tuple[Shape, Shape]:
    return SOURCE, stage("Gate", approval(), **members)


def _condition(result: str, provider: str | None = None, **configuration: str) -> Shape:
    """A condition of one rule: one that always passes, or of a provider"""
    kind = {"category": "Rule", "owner": "AWS", "version": "1", "provider": provider}
    rule = {"name": "Look", "ruleTypeId": kind, "configuration": configuration} if provider else PASSES
    return {"conditions": [{"result": result, "rules": [rule]}]}


CASES: dict[str, tuple[tuple[Shape, ...], Shape, str, str]] = {
    "one stage": (
        (SOURCE,),
        {},
        STRUCTURE,
        "Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline",
    ),
    "51 stages": (
        (SOURCE, *(stage(f"Gate{number}", approval()) for number in range(50))),
        {},
        STRUCTURE,
        "Pipeline has too many stages. There can only be up to 50 stages in a pipeline",
    ),
    "first stage without source": (
        (GATE, SOURCE),
        {},
        STRUCTURE,
        "Pipeline should start with a stage that only contains source actions",
    ),
    "source in a later stage": (
        (SOURCE, stage("More", source("Again", "Again"))),
        {},
        STRUCTURE,
        "Source actions can only be included in the first stage of the pipeline",
    ),
    "stage name twice": (
        (SOURCE, GATE, GATE),
        {},
        STAGE,
        "Stage name 'Gate' is used more than once",
    ),
    "unknown provider": (
        (SOURCE, stage("Gate", action("Go", "Deploy", "Rocket"))),
        {},
        ACTION,
        (
            "ActionType (Category: 'Deploy', Provider: 'Rocket', Owner: 'AWS', Version: '1') in action 'Go' "
            "is not "
            "available in region 'EU_WEST_1'"
        ),
    ),
    "required key missing": (
        (SOURCE, stage("Build", build(configuration={}))),
        {},
        ACTION,
        "Action configuration for action 'Build' is missing required configuration 'ProjectName'",
    ),
    "unknown key": (
        (SOURCE, stage("Build", build(configuration={"ProjectName": "shop", "Colour": "red"}))),
        {},
        ACTION,
        "Action configuration for action 'Build' contains unknown configuration 'Colour'",
    ),
    "too few inputs": (
        (SOURCE, stage("Build", build(inputs=()))),
        {},
        ACTION,
        "Action Build declares 0 input artifacts which is less than the minimum count (1)",
    ),
    "too many outputs": (
        (SOURCE, stage("Gate", approval(outputArtifacts=[{"name": "Yes"}]))),
        {},
        ACTION,
        "Action Approve declares 1 output artifacts which is more than the maximum count (0)",
    ),
    "input never produced": (
        (SOURCE, stage("Build", build(inputs=("Nothing",)))),
        {},
        ACTION,
        (
            "Input Artifact Bundle Nothing in action Build is not declared as Output Artifact Bundle in any "
            "of the "
            "preceding actions"
        ),
    ),
    "input produced beside": (
        (
            SOURCE,
            stage("Build", build("One", outputArtifacts=[{"name": "A"}]), build("Two", inputs=("A",))),
        ),
        {},
        ACTION,
        (
            "Input Artifact Bundle A in action Two is not declared as Output Artifact Bundle in any of the "
            "preceding "
            "actions"
        ),
    ),
    "namespace twice": (
        (stage("Source", source(namespace="N")), stage("Gate", approval(namespace="N"))),
        {},
        ACTION,
        (
            "Namespaces must be unique across the pipeline definition. The following occur more than once "
            "in the "
            "pipeline. StageName=[Gate], ActionName=[Approve], Namespace=[N]"
        ),
    ),
    "action abroad": (
        (SOURCE, stage("Build", build(region="us-east-1"))),
        {},
        VALIDATION,
        (
            "Your pipeline contains actions in more than one region. Use 'pipeline.artifactStores' instead "
            "of "
            "'pipeline.artifactStore' to declare an artifact store, such as an artifact bucket, for each "
            "region where "
            "you have an action."
        ),
    ),
    "V1 and queued": (
        (SOURCE, GATE),
        {"pipelineType": "V1", "executionMode": "QUEUED"},
        STRUCTURE,
        "QUEUED or PARALLEL mode can only be used with V2 pipelines",
    ),
    "V1 and variables": (
        (SOURCE, GATE),
        {"pipelineType": "V1", "variables": [{"name": "v", "defaultValue": "1"}]},
        STRUCTURE,
        "Pipeline variable can only be used with V2 pipelines",
    ),
    "V1 and triggers": (
        (stage("Source", CONNECTION), GATE),
        {"pipelineType": "V1", "triggers": [_trigger()]},
        STRUCTURE,
        "Triggers on tag can only be used with V2 pipelines",
    ),
    "V1 and conditions": (
        _gates(onFailure={"result": "RETRY"}),
        {"pipelineType": "V1"},
        STAGE,
        "Stage level conditions can only be used with V2 pipelines.",
    ),
    "V1 and commands": (
        (SOURCE, stage("Run", {**COMMANDS, "commands": ["ls"]})),
        {"pipelineType": "V1"},
        ACTION,
        "Commands Action can only be used with V2 pipelines.",
    ),
    "commands without commands": (
        (SOURCE, stage("Run", COMMANDS)),
        {},
        ACTION,
        "Action Run must have a non-empty commands field",
    ),
    "parallel and rollback": (
        _gates(onFailure={"result": "ROLLBACK"}),
        {"executionMode": "PARALLEL"},
        STAGE,
        "Failure conditions with rollback result type cannot be added to a PARALLEL pipeline.",
    ),
    "failure with result and conditions": (
        _gates(onFailure={"result": "ROLLBACK", **_condition("ROLLBACK")}),
        {},
        STAGE,
        (
            "The following stage cannot have a failure exit gate configured with both top level result and "
            "conditions: "
            "'Gate'"
        ),
    ),
    "variable twice": (
        (SOURCE, GATE),
        {"variables": [{"name": "v", "defaultValue": "1"}, {"name": "v", "defaultValue": "2"}]},
        STRUCTURE,
        "Variable names must be unique. The following variable name is already in use: v",
    ),
    "trigger of no connection": (
        (SOURCE, GATE),
        {"triggers": [_trigger()]},
        STRUCTURE,
        "Triggers for connections must reference a CodeStarSourceConnection action.",
    ),
    "tags and branches": (
        (stage("Source", CONNECTION), GATE),
        {"triggers": [_trigger(push=[FILTER])]},
        STRUCTURE,
        (
            "The trigger configuration for the source action is not valid. Make sure to choose valid filter "
            "combinations."
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_refused_with_the_service_s_own_words(
    codepipeline: Any, declare: Declare, case: str
) -> None:
    stages, members, code, message = CASES[case]
    with pytest.raises(ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declare(*stages, **members))
    assert refused.value.response["Error"] == {"Code": code, "Message": message}
    assert codepipeline.list_pipelines()["pipelines"] == []


INFERRED: dict[str, tuple[tuple[Shape, ...], Shape, str, str]] = {
    "action name twice": ((SOURCE, stage("Gate", approval(), approval())), {}, ACTION, "Approve"),
    "output twice": ((stage("Source", source(), source("Other")), GATE), {}, ACTION, "SourceOutput"),
    "namespace like an artifact": (
        (stage("Source", source(namespace="SourceOutput")), GATE),
        {},
        ACTION,
        "Namespace",
    ),
    "unknown namespace": (
        (SOURCE, stage("Gate", approval(configuration={"CustomData": "#{Nobody.Knows}"}))),
        {},
        ACTION,
        "VariableReferenceText=[Nobody.Knows]",
    ),
    "no stage action": ((SOURCE, stage("Empty"), GATE), {}, STAGE, "Empty"),
    "both stores": (
        (SOURCE, GATE),
        {"artifactStores": {"eu-west-1": {"type": "S3", "location": "bucket"}}},
        VALIDATION,
        "",
    ),
    "timeout of a build": ((SOURCE, stage("Build", build(timeoutInMinutes=5))), {}, VALIDATION, "Build"),
    "several inputs without primary": (
        (stage("Source", source(), source("B", "B")), stage("Build", build(inputs=("SourceOutput", "B")))),
        {},
        ACTION,
        "PrimarySource",
    ),
    "skip by a window": (
        _gates(beforeEntry=_condition("SKIP", "DeploymentWindow", Cron="* * * * ? *")),
        {},
        STAGE,
        "LambdaInvoke and VariableCheck only",
    ),
    "window without a cron": (
        _gates(beforeEntry=_condition("FAIL", "DeploymentWindow", Cron="whenever")),
        {},
        STAGE,
        "invalid Cron 'whenever'",
    ),
    "skip on success": (_gates(onSuccess=_condition("SKIP")), {}, STAGE, "SKIP"),
    "rollback of the source": (
        (stage("Source", source(), onFailure={"result": "ROLLBACK"}), GATE),
        {},
        STAGE,
        "Source",
    ),
}


@pytest.mark.parametrize("case", INFERRED)
def test_what_the_guide_forbids_is_refused(codepipeline: Any, declare: Declare, case: str) -> None:
    stages, members, code, part = INFERRED[case]
    with pytest.raises(ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declare(*stages, **members))
    assert refused.value.response["Error"]["Code"] == code
    assert part in refused.value.response["Error"]["Message"]


def test_a_missing_store_of_a_region_is_named(codepipeline: Any, declare: Declare, bucket: str) -> None:
    declaration = declare(SOURCE, stage("Build", build(region="us-east-1")))
    del declaration["artifactStore"]
    declaration["artifactStores"] = {"eu-west-1": {"type": "S3", "location": bucket}}
    with pytest.raises(ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declaration)
    assert refused.value.response["Error"]["Message"].endswith(
        "The following region is missing in 'pipeline.artifactStores': us-east-1."
    )


def test_a_role_that_codepipeline_cannot_assume_is_refused(
    codepipeline: Any, declare: Declare, client: Callable[..., Any], account: str
) -> None:
    client("iam").create_role(
        RoleName="other", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"})
    )
    for name in ("other", "nowhere"):
        arn = f"arn:aws:iam::{account}:role/{name}"
        with pytest.raises(ClientError) as refused:
            codepipeline.create_pipeline(pipeline=declare(roleArn=arn))
        assert refused.value.response["Error"] == {
            "Code": STRUCTURE,
            "Message": f"CodePipeline is not authorized to perform AssumeRole on role {arn}",
        }


def test_an_action_s_role_must_trust_the_pipeline_s(
    codepipeline: Any, declare: Declare, client: Callable[..., Any], role: str
) -> None:
    iam = client("iam")
    good = iam.create_role(RoleName="good", AssumeRolePolicyDocument=trust({"AWS": role}))["Role"]["Arn"]
    bad = iam.create_role(RoleName="bad", AssumeRolePolicyDocument=trust({"AWS": good}))["Role"]["Arn"]
    codepipeline.create_pipeline(pipeline=declare(SOURCE, stage("Build", build(roleArn=good))))
    with pytest.raises(ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declare(SOURCE, stage("Build", build(roleArn=bad)), name="bad"))
    assert (
        refused.value.response["Error"]["Message"]
        == f"{role} is not authorized to perform AssumeRole on role {bad}"
    )


@pytest.mark.parametrize(
    ("members", "place"),
    [
        (
            {"stages": [stage("Source", source(configuration={"RepositoryName": "x" * 1001})), GATE]},
            "stages.1.member.actions.1.member.configuration.RepositoryName.member",
        ),
        ({"name": "a b"}, "pipeline.name"),
    ],
)
def test_values_out_of_bounds_are_validation_errors(
    codepipeline: Any, declare: Declare, members: Shape, place: str
) -> None:
    with pytest.raises(ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declare(**members))
    assert refused.value.response["Error"]["Code"] == VALIDATION
    assert place in refused.value.response["Error"]["Message"]
