"""Calls to the local AWS without an SDK, so that a shim answers at once; signatures are not checked."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_TARGETS = {
    "ecr": "AmazonEC2ContainerRegistry_V20150921",
    "ssm": "AmazonSSM",
    "secretsmanager": "secretsmanager",
}
_PATIENCE_S = 60
WITHOUT_BYTES = "00000000-0000-0000-0000-000000000000"
"""The upload ID with which the docker of builds tells the local ECR of layers whose bytes nobody has."""


class RefusedError(Exception):
    """The answer is an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Credentials:
    """An access key, and the token of a session"""

    access_key: str
    token: str = ""


@functools.cache
def credentials() -> Credentials:
    """Those of the environment, else those that the build's role gets (as SDKs look for them)"""
    if key := os.environ.get("AWS_ACCESS_KEY_ID"):
        return Credentials(key, os.environ.get("AWS_SESSION_TOKEN", ""))
    place = urlsplit(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    connection = HTTPConnection(place.netloc, timeout=_PATIENCE_S)
    try:
        connection.request(
            "GET", place.path, headers={"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
        )
        said = json.load(connection.getresponse())
    finally:
        connection.close()
    return Credentials(said["AccessKeyId"], said["Token"])


def call(service: str, operation: str, parameters: dict[str, Any], *, region: str) -> dict[str, Any]:
    """One call of a service that speaks JSON, in the name of the build's role"""
    mine = credentials()
    headers = {
        **({"X-Amz-Security-Token": mine.token} if mine.token else {}),
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"{_TARGETS[service]}.{operation}",
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential={mine.access_key}/20260101/{region}/{service}/aws4_request,"
            " SignedHeaders=host, Signature=0"
        ),
    }
    connection = HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"), timeout=_PATIENCE_S)
    try:
        connection.request("POST", "/", json.dumps(parameters).encode(), headers)
        answer = connection.getresponse()
        said: dict[str, Any] = json.load(answer)
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise RefusedError(str(said["__type"]).rpartition("#")[2], str(said.get("message", "")))
    return said
