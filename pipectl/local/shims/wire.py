"""Calls to the local AWS without an SDK, so that a shim answers at once; signatures are not checked."""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any

_TARGETS = {
    "ecr": "AmazonEC2ContainerRegistry_V20150921",
    "ssm": "AmazonSSM",
    "secretsmanager": "secretsmanager",
}
_PATIENCE_S = 60


class RefusedError(Exception):
    """The answer is an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def call(
    service: str, operation: str, parameters: dict[str, Any], *, account: str, region: str
) -> dict[str, Any]:
    """One call of a service that speaks JSON"""
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"{_TARGETS[service]}.{operation}",
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/{service}/aws4_request,"
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
