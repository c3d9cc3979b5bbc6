"""Functions in Python run whoever invokes them: clients, topics, filters of logs, rotations of secrets."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.codepipeline.conftest import until
from tests.local.refusals import refusal

Client = Callable[..., Any]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
HANDLER = """
import boto3

def handle(event, context):
    print("got", event)
    if event == {"fail": True}:
        raise ValueError("no such order")
    if event == {"ask": True}:
        return boto3.client("sts").get_caller_identity()["Account"]
    return {"event": event}
"""
ROTATION = """
import boto3

def handle(event, context):
    secrets, secret = boto3.client("secretsmanager"), event["SecretId"]
    token, step = event["ClientRequestToken"], event["Step"]
    if step == "createSecret":
        secrets.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"]
        )
    if step == "finishSecret":
        stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )
"""
Make = Callable[..., str]


@pytest.fixture
def make(client: Client) -> Make:
    """Create a function from its code; its ARN."""

    def make(code: str = HANDLER, **settings: Any) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", code)
        iam = client("iam")
        role = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName="runner", PolicyName="all", PolicyDocument=json.dumps(ALL))
        defaults = {"Runtime": "python3.12", "Role": role, "Handler": "app.handle", "FunctionName": "seller"}
        zipped = {"ZipFile": packed.getvalue()}
        function = client("lambda").create_function(**{**defaults, **settings}, Code=zipped)
        return str(function["FunctionArn"])

    return make


def _invoke(client: Client, payload: Any = None, **settings: Any) -> tuple[dict[str, Any], Any]:
    named = {"FunctionName": "seller", **settings}
    answer = client("lambda").invoke(**named, Payload=json.dumps(payload).encode())
    body = answer["Payload"].read()
    return answer, json.loads(body) if body else None


def _printed(client: Client) -> list[str]:
    groups = client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/seller")["logGroups"]
    if not groups:
        return []
    events = client("logs").filter_log_events(logGroupName="/aws/lambda/seller")["events"]
    return [event["message"].strip() for event in events if event["message"].startswith("got")]


def test_a_function_answers_its_caller(client: Client, make: Make) -> None:
    arn = make()
    answer, value = _invoke(client, {"id": 7}, LogType="Tail")
    assert (answer["StatusCode"], answer["ExecutedVersion"], value) == (200, "$LATEST", {"event": {"id": 7}})
    assert "FunctionError" not in answer
    assert base64.b64decode(answer["LogResult"]) == b"got {'id': 7}\n"
    assert _invoke(client, [1], FunctionName=arn)[1] == {"event": [1]}


def test_a_function_may_call_aws_while_its_caller_waits(client: Client, make: Make, account: str) -> None:
    make()
    assert _invoke(client, {"ask": True})[1] == account


def test_an_error_of_a_function_is_told(client: Client, make: Make) -> None:
    make()
    answer, value = _invoke(client, {"fail": True})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (value["errorType"], value["errorMessage"]) == ("ValueError", "no such order")


def test_a_function_that_takes_too_long_is_ended(client: Client, make: Make) -> None:
    make("def handle(event, context):\n    while True: pass\n", Timeout=1)
    answer, value = _invoke(client, {})
    assert (answer["FunctionError"], value["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert value["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


def test_events_are_taken_at_once_and_dry_runs_do_nothing(client: Client, make: Make) -> None:
    make()
    assert _invoke(client, {"n": 0}, InvocationType="DryRun")[0]["StatusCode"] == 204
    assert _invoke(client, {"n": 1}, InvocationType="Event")[0]["StatusCode"] == 202
    assert _invoke(client, {"n": 2}, InvocationType="Event")[0]["StatusCode"] == 202
    assert until(lambda: len(_printed(client)) == 2 and _printed(client)) == ["got {'n': 1}", "got {'n': 2}"]


def test_what_cannot_be_invoked_is_refused(client: Client, make: Make) -> None:
    make(Runtime="nodejs20.x")
    functions = client("lambda")
    code, words = refusal(functions.invoke, FunctionName="seller")
    assert (code, words) == (
        "InvalidRuntimeException",
        "The local AWS runs functions in Python only; seller is nodejs20.x",
    )
    assert refusal(functions.invoke, FunctionName="none")[0] == "ResourceNotFoundException"


def test_a_topic_invokes_a_function(client: Client, make: Make) -> None:
    arn = make()
    topic = client("sns").create_topic(Name="sold")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    client("sns").publish(TopicArn=topic, Message="order 7")
    (line,) = until(lambda: _printed(client))
    assert "'Message': 'order 7'" in line


def test_a_subscription_filter_hands_log_events_to_a_function(client: Client, make: Make) -> None:
    """CloudWatch Logs user guide, "Log group-level subscription filters": the data is zipped JSON"""
    arn = make()
    logs = client("logs")
    logs.create_log_group(logGroupName="shop")
    logs.create_log_stream(logGroupName="shop", logStreamName="s")
    logs.put_subscription_filter(logGroupName="shop", filterName="all", filterPattern="", destinationArn=arn)
    now = int(logs.describe_log_groups()["logGroups"][0]["creationTime"])
    logs.put_log_events(
        logGroupName="shop", logStreamName="s", logEvents=[{"timestamp": now, "message": "sold 7"}]
    )
    (line,) = until(lambda: _printed(client))
    data = json.loads(line.removeprefix("got ").replace("'", '"'))["awslogs"]["data"]
    sent = json.loads(gzip.decompress(base64.b64decode(data)))
    assert (sent["messageType"], sent["logGroup"], sent["subscriptionFilters"]) == (
        "DATA_MESSAGE",
        "shop",
        ["all"],
    )
    assert [event["message"] for event in sent["logEvents"]] == ["sold 7"]


def test_a_rotation_goes_through_its_steps(client: Client, make: Make) -> None:
    """Secrets Manager user guide, "Lambda rotation functions": create, set, test, finish"""
    arn = make(ROTATION)
    secrets = client("secretsmanager")
    first = secrets.create_secret(Name="key", SecretString="old")["VersionId"]
    second = secrets.rotate_secret(SecretId="key", RotationLambdaARN=arn)["VersionId"]
    assert second != first
    found = until(lambda: _moved(secrets, second))
    assert found["SecretString"] == "new"
    previous = secrets.get_secret_value(SecretId="key", VersionStage="AWSPREVIOUS")
    assert (previous["VersionId"], previous["SecretString"]) == (first, "old")


def _moved(secrets: Any, version: str) -> Any:
    """The value without a stage, which there is at any time of a rotation"""
    found = secrets.get_secret_value(SecretId="key")
    return found if found["VersionId"] == version else None
