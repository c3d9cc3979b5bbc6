"""The server of the local AWS: accounts apart, open connections, one clear message for what it cannot do"""

from __future__ import annotations

import http.client
import json
import statistics
import time
import timeit
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError

import pipectl.local

if TYPE_CHECKING:
    from pipectl.local.server import Server

Client = Callable[..., Any]
SIGNED = "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/{}/aws4_request, Signature=0"


def send(
    server: Server, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def signed(service: str, **more: str) -> dict[str, str]:
    return {
        "Authorization": SIGNED.format(service),
        **{key.replace("_", "-"): value for key, value in more.items()},
    }


def test_a_12_digit_access_key_is_the_account(client: Client, account: str) -> None:
    identity = client("sts").get_caller_identity()
    assert identity["Account"] == account
    assert identity["Arn"] == f"arn:aws:iam::{account}:root"


def test_another_access_key_is_the_usual_account(
    server: Server, connect: Callable[[str, str], Client]
) -> None:
    assert (
        connect(server.url, "AKIAIOSFODNN7EXAMPLE")("sts").get_caller_identity()["Account"] == "123456789012"
    )


def test_a_key_of_a_user_is_the_account_and_name_of_that_user(
    server: Server, client: Client, account: str, connect: Callable[[str, str], Client]
) -> None:
    client("iam").create_user(UserName="ann")
    key = client("iam").create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    assert connect(server.url, key)("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{account}:user/ann"


def test_two_accounts_are_apart(server: Server, connect: Callable[[str, str], Client]) -> None:
    connect(server.url, "111111111111")("ecr").create_repository(repositoryName="apart")
    assert connect(server.url, "222222222222")("ecr").describe_repositories()["repositories"] == []


def test_two_regions_are_apart(client: Client) -> None:
    client("ecr", region="eu-west-1").create_repository(repositoryName="apart")
    assert client("ecr", region="us-east-1").describe_repositories()["repositories"] == []


def test_one_connection_serves_many_calls_without_a_stall(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    headers = signed("sts", Content_Type="application/x-www-form-urlencoded")
    connection.request("POST", "/", body, headers)
    connection.getresponse().read()
    socket = connection.sock

    def call() -> None:
        connection.request("POST", "/", body, headers)
        assert connection.getresponse().read()

    took = timeit.repeat(call, number=1, repeat=50)
    assert connection.sock is socket
    assert statistics.median(took) < 0.04, "Nagle's algorithm against a delayed ACK costs 40 ms a call"
    connection.close()


def test_a_body_in_chunks_is_read(client: Client) -> None:
    s3 = client("s3", region="us-east-1")
    s3.create_bucket(Bucket=(name := f"chunks-{time.time_ns()}"))
    s3.put_object(Bucket=name, Key="ü/a b", Body=b"x" * 300_000, Metadata={"under_score": "kept"})
    found = s3.get_object(Bucket=name, Key="ü/a b")
    assert found["Body"].read() == b"x" * 300_000
    assert found["Metadata"] == {"under_score": "kept"}


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("iam", "simulate_custom_policy", {"PolicyInputList": ["{}"], "ActionNames": ["s3:GetObject"]}),
        ("logs", "list_anomalies", {}),
        ("apprunner", "list_services", {}),
        ("s3", "get_bucket_metadata_configuration", {"Bucket": "some-bucket"}),
        ("lambda", "list_capacity_providers", {}),
    ],
)
def test_an_unknown_operation_is_one_clear_refusal_that_names_it(
    client: Client, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(client(service), operation)(**arguments)
    name = refused.value.operation_name
    assert f"The local AWS does not answer {service}:{name}" in refused.value.response["Error"]["Message"]
    assert 400 <= refused.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500


def test_a_bug_in_moto_is_a_refusal_that_is_not_tried_again(client: Client) -> None:
    with pytest.raises(ClientError) as refused:  # moto trips over a listener without a load balancer
        client("elbv2").describe_listener_attributes(ListenerArn="nonsense")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] not in (500, 502, 503, 504)


def test_json_services_refuse_in_json(server: Server) -> None:
    target = "CodePipeline_20150709.NoSuchOperation"
    status, headers, body = send(server, "POST", "/", "{}", signed("codepipeline", X_Amz_Target=target))
    assert (status, headers["content-type"]) == (400, "application/x-amz-json-1.1")
    assert json.loads(body) == {
        "__type": "UnknownOperationException",
        "message": "The local AWS does not answer codepipeline:NoSuchOperation",
    }


def test_query_services_refuse_in_their_xml(server: Server) -> None:
    headers = signed("iam", Content_Type="application/x-www-form-urlencoded")
    status, _, body = send(server, "POST", "/", "Action=NoSuchThing&Version=2010-05-08", headers)
    error = ET.fromstring(body)  # noqa: S314  from our own server
    assert (status, error.tag) == (400, "ErrorResponse")
    assert error.findtext("Error/Code") == "UnknownOperationException"
    assert error.findtext("Error/Message") == "The local AWS does not answer iam:NoSuchThing"


def test_s3_refuses_in_its_xml(server: Server) -> None:
    status, _, body = send(server, "PUT", "/No_Name", "", signed("s3"))
    error = ET.fromstring(body)  # noqa: S314  from our own server
    assert (status, error.tag, error.findtext("Code")) == (400, "Error", "InvalidBucketName")


def test_a_body_that_is_no_json_is_refused(server: Server) -> None:
    headers = signed("codepipeline", X_Amz_Target="CodePipeline_20150709.ListPipelines")
    status, _, body = send(server, "POST", "/", "{nope", headers)
    assert (status, json.loads(body)["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_host_name_is_turned_away(server: Server, host: str) -> None:
    for path in ("/", "/_pipectl/health"):
        status, _, body = send(server, "GET", path, headers={"Host": host})
        assert (status, json.loads(body)["__type"]) == (403, "AccessDeniedException")


def test_a_web_page_is_turned_away(server: Server) -> None:
    status, _, body = send(server, "POST", "/_pipectl/reset", headers={"Origin": "https://evil.example"})
    assert (status, json.loads(body)["__type"]) == (403, "AccessDeniedException")


def test_a_picture_or_form_of_another_site_gets_nothing(server: Server) -> None:
    status, _, _ = send(server, "GET", "/_pipectl/health", headers={"Sec-Fetch-Site": "cross-site"})
    assert status == 403


def test_a_page_of_this_machine_may_ask(server: Server) -> None:
    status, _, _ = send(server, "GET", "/_pipectl/health", headers={"Origin": "http://localhost:8080"})
    assert status == 200


def test_signed_requests_do_not_reach_the_controls(server: Server) -> None:
    status, _, body = send(server, "GET", "/_pipectl/health", headers=signed("s3"))
    assert status == 404
    assert b"NoSuchBucket" in body


def test_health_says_who_answers(server: Server) -> None:
    status, _, body = send(server, "GET", "/_pipectl/health")
    said = json.loads(body)
    assert status == 200
    assert said["service"] == "pipectl local"
    assert said["pid"] > 0
    assert said["started"] <= time.time()
    assert said["version"]


@pytest.mark.parametrize(("method", "door"), [("GET", "nowhere"), ("POST", "nowhere"), ("DELETE", "health")])
def test_an_unknown_control_is_not_found(server: Server, method: str, door: str) -> None:
    assert send(server, method, f"/_pipectl/{door}")[0] == 404


@pytest.mark.parametrize(
    ("door", "order"), [("delay", "{}"), ("faults", '[{"wrong": 1}]'), ("faults", "nope")]
)
def test_a_bad_order_is_refused(server: Server, door: str, order: str) -> None:
    assert send(server, "POST", f"/_pipectl/{door}", order)[0] == 400


def test_the_request_log_knows_service_operation_and_status(connect: Callable[[str, str], Client]) -> None:
    with pipectl.local.running() as server:
        client = connect(server.url, "123456789012")
        client("sts").get_caller_identity()
        with pytest.raises(ClientError):
            client("s3").head_bucket(Bucket="nowhere-at-all")
        logged = json.loads(send(server, "GET", "/_pipectl/requests")[2])
        send(server, "DELETE", "/_pipectl/requests")
        cleared = json.loads(send(server, "GET", "/_pipectl/requests")[2])
    calls = [(call["service"], call["operation"], call["status"]) for call in logged]
    assert calls == [("sts", "GetCallerIdentity", 200), ("s3", "HeadBucket", 404)]
    assert all(call["start"] <= call["end"] for call in logged)
    assert cleared == []


def test_the_delay_holds_every_answer_and_can_be_turned_while_running(
    connect: Callable[[str, str], Client],
) -> None:
    with pipectl.local.running(delay_ms=30) as server:
        sts = connect(server.url, "123456789012")("sts")
        sts.get_caller_identity()
        send(server, "POST", "/_pipectl/delay", '{"delay_ms": 300}')
        sts.get_caller_identity()
        first, second = server.requests.all()
    assert first.end - first.start >= 0.03
    assert second.end - second.start >= 0.3


def test_a_taken_port_is_an_error(server: Server) -> None:
    with pytest.raises(OSError, match="in use"), pipectl.local.running(server.port):
        pass
