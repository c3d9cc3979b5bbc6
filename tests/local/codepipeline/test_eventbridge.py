"""Rules start pipelines when they are right, and do nothing when they are not; what runs is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.roles import trust

from .conftest import REGION, Runs, approval, source, stage, until

Shape = dict[str, Any]
Client = Callable[..., Any]


@pytest.fixture
def commit(client: Client) -> Callable[..., str]:
    """A commit on a branch of the repository `shop`."""
    codecommit = client("codecommit")
    codecommit.create_repository(repositoryName="shop")

    def committed(text: str, branch: str = "main") -> str:
        branches = codecommit.list_branches(repositoryName="shop")["branches"]
        from_branch = branch if branch in branches else "main"
        tip: Shape = {}
        if branches:
            found = codecommit.get_branch(repositoryName="shop", branchName=from_branch)["branch"]
            tip = {"parentCommitId": found["commitId"]}
            if branch not in branches:
                codecommit.create_branch(repositoryName="shop", branchName=branch, commitId=found["commitId"])
        return str(
            codecommit.put_file(
                repositoryName="shop",
                branchName=branch,
                filePath="readme",
                fileContent=text.encode(),
                commitMessage=f"Say {text}",
                name="Ann",
                email="ann@example.com",
                **tip,
            )["commitId"]
        )

    return committed


@pytest.fixture
def events_role(client: Client, account: str) -> str:
    iam = client("iam")
    made = iam.create_role(
        RoleName="events", AssumeRolePolicyDocument=trust({"Service": "events.amazonaws.com"})
    )
    iam.put_role_policy(RoleName="events", PolicyName="start", PolicyDocument=_policy(account, "shop"))
    return str(made["Role"]["Arn"])


def _policy(account: str, pipeline: str) -> str:
    arn = f"arn:aws:codepipeline:{REGION}:{account}:{pipeline}"
    statement = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _pattern(account: str, **detail: Any) -> str:
    asked = {
        "event": ["referenceCreated", "referenceUpdated"],
        "referenceType": ["branch"],
        "referenceName": ["main"],
    }
    return json.dumps(
        {
            "source": ["aws.codecommit"],
            "detail-type": ["CodeCommit Repository State Change"],
            "resources": [f"arn:aws:codecommit:{REGION}:{account}:shop"],
            "detail": {**asked, **detail},
        }
    )


@pytest.fixture
def rule(client: Client, account: str, events_role: str) -> Callable[..., str]:
    """A rule that starts the pipeline `shop`; what is given replaces what works."""

    def put(pattern: str = "", target: Shape | None = None, **members: Any) -> str:
        events = client("events")
        made = events.put_rule(Name="shop-main", EventPattern=pattern or _pattern(account), **members)
        arn = f"arn:aws:codepipeline:{REGION}:{account}:shop"
        events.put_targets(
            Rule="shop-main", Targets=[{"Id": "1", "Arn": arn, "RoleArn": events_role, **(target or {})}]
        )
        return str(made["RuleArn"])

    return put


@pytest.fixture
def listening(runs: Runs, commit: Callable[..., str]) -> Runs:
    """The pipeline `shop` on the branch `main`, its first run at the gate."""
    commit("hello")
    runs.create(stage("Gate", approval()), first=stage("Source", source(namespace="Source")))
    until(runs.token)
    return runs


def test_a_push_starts_the_pipeline_on_its_commit(
    listening: Runs, commit: Callable[..., str], rule: Callable[..., str]
) -> None:
    arn = rule()
    pushed = commit("more")
    until(lambda: len(listening.ids()) == 2)
    execution = listening.ids()[0]
    listening.waits_at(execution, "Gate")
    summary = listening.summary(execution)
    assert summary["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": arn}
    revision = summary["sourceRevisions"][0]
    assert (revision["revisionId"], revision["revisionSummary"]) == (pushed, "Say more")
    variables = listening.rows(execution)[0]["output"]["outputVariables"]
    assert variables["CommitId"] == pushed
    assert variables["BranchName"] == "main"
    assert set(variables) == {
        "AuthorDate",
        "BranchName",
        "CommitId",
        "CommitMessage",
        "CommitterDate",
        "RepositoryName",
    }


@pytest.mark.parametrize(
    "value", [{"prefix": "ma"}, {"suffix": "in"}, {"anything-but": ["x"]}, {"wildcard": "m*n"}]
)
def test_patterns_are_matched(
    listening: Runs, commit: Callable[..., str], rule: Callable[..., str], account: str, value: Shape
) -> None:
    rule(_pattern(account, referenceName=[value]))
    commit("more")
    until(lambda: len(listening.ids()) == 2)


def test_other_branches_disabled_rules_and_wrong_roles_start_nothing(
    listening: Runs, commit: Callable[..., str], rule: Callable[..., str], client: Client, account: str
) -> None:
    iam = client("iam")
    rule()
    commit("elsewhere", branch="other")
    rule(State="DISABLED")
    commit("one")
    rule(_pattern(account, referenceName=["release"]), State="ENABLED")
    commit("two")
    rule()
    iam.put_role_policy(RoleName="events", PolicyName="start", PolicyDocument=_policy(account, "another"))
    commit("three")
    iam.put_role_policy(RoleName="events", PolicyName="start", PolicyDocument=_policy(account, "shop"))
    expected = commit("four")
    until(lambda: len(listening.ids()) > 1)
    listening.waits_at(listening.ids()[0], "Gate")
    assert len(listening.ids()) == 2
    assert listening.summary(listening.ids()[0])["sourceRevisions"][0]["revisionId"] == expected


def test_a_rule_may_hand_over_variables_and_revisions(
    listening: Runs, commit: Callable[..., str], rule: Callable[..., str]
) -> None:
    old = commit("old")
    revision = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": old}
    template = f'{{"sourceRevisions": [{json.dumps(revision)}]}}'
    rule(target={"InputTransformer": {"InputPathsMap": {}, "InputTemplate": template}})
    commit("new")
    until(lambda: len(listening.ids()) == 2)
    listening.waits_at(listening.ids()[0], "Gate")
    assert listening.summary(listening.ids()[0])["sourceRevisions"][0]["revisionId"] == old


def test_an_event_of_one_s_own_starts_a_pipeline_too(
    listening: Runs, client: Client, rule: Callable[..., str]
) -> None:
    arn = rule(json.dumps({"source": ["shop"], "detail": {"size": [{"numeric": [">", 3]}]}}))
    events = client("events")
    entry = {"Source": "shop", "DetailType": "order", "Detail": '{"size": 3}'}
    wrong = [{**entry, "Source": "aws.codecommit"}, {**entry, "Detail": "no json"}]
    said = events.put_events(Entries=[entry, *wrong])
    assert said["FailedEntryCount"] == 2
    codes = [each.get("ErrorCode") for each in said["Entries"]]
    assert codes == [None, "NotAuthorizedForSourceException", "MalformedDetail"]
    events.put_events(Entries=[{**entry, "Detail": '{"size": 4}'}])
    until(lambda: len(listening.ids()) == 2)
    assert listening.summary(listening.ids()[0])["trigger"]["triggerDetail"] == arn


def test_targets_get_what_their_input_says(client: Client) -> None:
    sqs, events = client("sqs"), client("events")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="told", EventPattern=json.dumps({"source": ["shop"]}))
    paths = {"size": "$.detail.size", "name": "$.detail.names[1]"}
    template = '{"text": "<name> is <size>", "size": <size>, "name": <name>}'
    events.put_targets(
        Rule="told",
        Targets=[
            {"Id": "1", "Arn": arn, "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}},
            {"Id": "2", "Arn": arn, "InputPath": "$.detail"},
            {"Id": "3", "Arn": arn, "Input": '{"always": "this"}'},
        ],
    )
    detail = {"size": 4, "names": ["a", "b"]}
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": json.dumps(detail)}])
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    bodies = [json.loads(each["Body"]) for each in messages]
    assert sorted(bodies, key=str) == sorted(
        [{"text": "b is 4", "size": 4, "name": "b"}, detail, {"always": "this"}], key=str
    )


def test_what_runs_is_told_to_who_listens(runs: Runs, client: Client) -> None:
    sqs, events = client("sqs"), client("events")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="told", EventPattern=json.dumps({"source": ["aws.codepipeline"]}))
    events.put_targets(Rule="told", Targets=[{"Id": "1", "Arn": arn}])
    execution = runs.create(stage("Gate", approval()))
    runs.answer("Rejected")
    runs.ends(execution, "Failed")
    told = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            told.append(json.loads(message["Body"]))
    states = [
        (
            each["detail-type"].split()[1],
            each["detail"].get("action") or each["detail"].get("stage"),
            each["detail"]["state"],
        )
        for each in told
    ]
    assert states == [
        ("Pipeline", None, "STARTED"),
        ("Stage", "Source", "STARTED"),
        ("Action", "Source", "STARTED"),
        ("Action", "Source", "SUCCEEDED"),
        ("Stage", "Source", "SUCCEEDED"),
        ("Stage", "Gate", "STARTED"),
        ("Action", "Approve", "STARTED"),
        ("Action", "Approve", "FAILED"),
        ("Stage", "Gate", "FAILED"),
        ("Pipeline", None, "FAILED"),
    ]
    assert {each["detail"]["execution-id"] for each in told} == {execution}
    assert told[0]["detail"]["execution-trigger"]["trigger-type"] == "CreatePipeline"
