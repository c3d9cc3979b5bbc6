"""Webhooks: what a Git host posts to their URL starts the pipeline, or does not."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

import pipectl.local
from pipectl.local import webhook_door
from pipectl.local.options import Options

from .conftest import Runs, approval, runs, stage

__all__ = ["runs"]

Shape = dict[str, Any]
PUSH = {"ref": "refs/heads/source.zip", "head_commit": {"modified": ["a", "b"]}, "number": 7}
BRANCH = {"jsonPath": "$.ref", "matchEquals": "refs/heads/{S3ObjectKey}"}
SECRET = {"SecretToken": "s3cret"}


def _put(runs: Runs, authentication: str, settings: Shape, *filters: Shape) -> str:
    """A webhook of the pipeline's source; answers its URL"""
    webhook = {
        "name": "hook",
        "targetPipeline": "shop",
        "targetAction": "Source",
        "filters": list(filters or (BRANCH,)),
        "authentication": authentication,
        "authenticationConfiguration": settings,
    }
    return str(runs.api.put_webhook(webhook=webhook)["webhook"]["url"])


def _post(url: str, body: bytes, **headers: str) -> int:
    kind = {"Content-Type": headers.pop("kind", "application/json")}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, {**kind, **named})  # noqa: S310  the local AWS
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _signed(body: bytes, digest: str = "sha256", key: bytes = b"s3cret") -> Shape:
    signature = hmac.new(key, body, getattr(hashlib, digest)).hexdigest()
    header = {"sha256": "X_Hub_Signature_256", "sha1": "X_Hub_Signature"}[digest]
    return {header: f"{digest}={signature}"}


@pytest.mark.parametrize("digest", ["sha256", "sha1"])
def test_a_signed_push_of_the_branch_starts_the_pipeline(runs: Runs, digest: str) -> None:
    first = runs.create(stage("Gate", approval()))
    url = _put(runs, "GITHUB_HMAC", SECRET)
    body = json.dumps(PUSH).encode()
    assert _post(url, body, **_signed(body, digest)) == 200
    execution, before = runs.ids()
    assert before == first
    (webhook,) = runs.api.list_webhooks()["webhooks"]
    trigger = runs.summary(execution)["trigger"]
    assert trigger == {"triggerType": "Webhook", "triggerDetail": webhook["arn"]}
    assert webhook["lastTriggered"]
    assert "errorCode" not in webhook


def test_a_form_with_a_payload_is_read_too(runs: Runs) -> None:
    runs.create(stage("Gate", approval()))
    url = _put(runs, "GITHUB_HMAC", SECRET)
    body = urlencode({"payload": json.dumps(PUSH)}).encode()
    assert _post(url, body, kind="application/x-www-form-urlencoded", **_signed(body)) == 200
    assert len(runs.ids()) == 2


def test_a_call_that_is_not_signed_right_is_turned_away_and_the_webhook_tells_it(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    url = _put(runs, "GITHUB_HMAC", SECRET)
    body = json.dumps(PUSH).encode()
    for headers in ({}, _signed(body, key=b"other"), _signed(b"other"), {"X_Hub_Signature_256": "sha256="}):
        assert _post(url, body, **headers) == 403
    assert runs.ids() == [first]
    (webhook,) = runs.api.list_webhooks()["webhooks"]
    assert webhook["errorCode"] == "403"
    assert "signature" in webhook["errorMessage"]
    assert "lastTriggered" not in webhook


@pytest.mark.parametrize(("addresses", "status"), [("127.0.0.0/8", 200), ("10.0.0.0/8", 403)])
def test_an_address_outside_of_the_range_is_turned_away(runs: Runs, addresses: str, status: int) -> None:
    runs.create(stage("Gate", approval()))
    url = _put(runs, "IP", {"AllowedIPRange": addresses})
    assert _post(url, json.dumps(PUSH).encode()) == status
    assert len(runs.ids()) == (2 if status == 200 else 1)


@pytest.mark.parametrize(
    ("filters", "starts"),
    [
        ([BRANCH], True),
        ([{"jsonPath": "$.ref", "matchEquals": "refs/heads/{Unknown}"}], False),
        ([{"jsonPath": "$.ref", "matchEquals": "refs/heads/main"}], False),
        ([BRANCH, {"jsonPath": "$.number", "matchEquals": "7"}], True),
        ([BRANCH, {"jsonPath": "$.number", "matchEquals": "8"}], False),
        ([{"jsonPath": "$.head_commit.modified[*]", "matchEquals": "b"}], True),
        ([{"jsonPath": "$.head_commit.modified"}], True),
        ([{"jsonPath": "$.pull_request"}], False),
    ],
)
def test_all_filters_must_let_a_call_pass(runs: Runs, filters: list[Shape], starts: bool) -> None:
    runs.create(stage("Gate", approval()))
    url = _put(runs, "UNAUTHENTICATED", {}, *filters)
    assert _post(url, json.dumps(PUSH).encode()) == 200
    assert len(runs.ids()) == (2 if starts else 1)


def test_only_the_url_of_a_webhook_that_is_there_is_answered(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    url = _put(runs, "UNAUTHENTICATED", {})
    body = json.dumps(PUSH).encode()
    assert _post(url.replace("?t=", "?t=x"), body) == 404
    assert _post(url.partition("trigger")[0], body) == 404
    assert _post(url, b"no JSON") == 400
    runs.api.delete_webhook(name="hook")
    assert _post(url, body) == 404
    assert runs.ids() == [first]
    assert _put(runs, "UNAUTHENTICATED", {}) != url


def test_no_more_is_read_than_a_git_host_sends(runs: Runs) -> None:
    """Refused by what the head says of the body, of which nothing is sent"""
    runs.create(stage("Gate", approval()))
    url = urlsplit(_put(runs, "UNAUTHENTICATED", {}))
    for name, value in (("Content-Length", str(25 * 2**20 + 1)), ("Transfer-Encoding", "chunked")):
        connection = http.client.HTTPConnection(url.netloc, timeout=30)
        connection.putrequest("POST", f"{url.path}?{url.query}")
        connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_a_path_that_cannot_be_read_is_refused(runs: Runs) -> None:
    runs.create(stage("Gate", approval()))
    with pytest.raises(runs.api.exceptions.InvalidWebhookFilterPatternException):
        _put(runs, "UNAUTHENTICATED", {}, {"jsonPath": "$.["})


def test_a_webhook_of_a_private_server_needs_no_key_but_its_own_url_and_signature() -> None:
    """A Git host cannot know the key"""
    with pipectl.local.running(options=Options(key="k" * 20)) as server:
        world = server.world
        hooks = world.service("codepipeline", "123456789012", "eu-west-1").webhooks
        url = webhook_door.new_url(world.service("codepipeline", "123456789012", "eu-west-1"))
        definition = {"authentication": "GITHUB_HMAC", "authenticationConfiguration": SECRET}
        hooks["hook"] = {"definition": definition | {"targetPipeline": "gone"}, "url": url}
        body = json.dumps(PUSH).encode()
        assert _post(url, body) == 403
        assert _post(url, body, **_signed(body)) == 400  # there is no pipeline
        assert _post(url + "x", body, **_signed(body)) == 404
        assert _post(url.replace("eu-west-1", "eu-west-2"), body) == 404
        assert world.made("codepipeline", "123456789012", "eu-west-2") is None
        assert _post(f"{server.url}/", b"{}") == 403
