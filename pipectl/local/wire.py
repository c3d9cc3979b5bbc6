"""A call and its answer as they cross the wire, and how each protocol says no."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

JSON = "application/x-amz-json-1.1"


class Refused(Exception):
    """An answer that is an error: code as in the service model ("PipelineNotFoundException") and message."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Caller:
    """Who sends the request."""

    account: str
    region: str
    arn: str


@dataclass(frozen=True)
class Request:
    """One call to an AWS service, read completely from the wire."""

    service: str
    operation: str
    account: str
    region: str
    access_key: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    environ: Mapping[str, Any] = field(repr=False)

    def json(self) -> dict[str, Any]:
        """Answer the body as a JSON object; what is none is refused as AWS refuses it"""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            raise Refused("SerializationException", "could not parse request body") from None
        if not isinstance(value, dict):
            raise Refused("SerializationException", "Unexpected value type in payload")
        return value

    def with_json(self, value: Mapping[str, Any]) -> Request:
        """Answer the same call with another JSON body"""
        return replace(self, body=json.dumps(value).encode())


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    file: BinaryIO | None = None  # a body too large for memory; whoever sends it closes it

    def json(self) -> dict[str, Any]:
        """Answer the body as a JSON object"""
        value: dict[str, Any] = json.loads(self.body or b"{}")
        return value

    def with_json(self, value: Mapping[str, Any]) -> Answer:
        """Answer the same with another JSON body"""
        return replace(self, body=json.dumps(value).encode())


Forward = Callable[[Request], Answer]


def json_answer(value: Mapping[str, Any], status: int = 200, content_type: str = JSON) -> Answer:
    """Wrap a JSON object into an answer"""
    headers = {"Content-Type": content_type, "x-amzn-RequestId": str(uuid.uuid4())}
    return Answer(status, headers, json.dumps(value).encode())


def refusal(protocol: str, refused: Refused, default_status: int = 400) -> Answer:
    """Say no in the words of a protocol (Smithy, "Operation error serialization" of each AWS protocol)"""
    status = refused.status or default_status
    if protocol in ("query", "ec2", "rest-xml-wrapped"):
        return _xml_answer(_QUERY_ERROR, refused, status)
    if protocol == "rest-xml":
        return _xml_answer(_XML_ERROR, refused, status)
    answer = json_answer({"__type": refused.code, "message": refused.message}, status)
    return replace(answer, headers={**answer.headers, "x-amzn-ErrorType": refused.code})


_QUERY_ERROR = (
    "<ErrorResponse><Error><Type>{type}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    "<RequestId>{request}</RequestId></ErrorResponse>"
)
_XML_ERROR = "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request}</RequestId></Error>"


def _xml_answer(template: str, refused: Refused, status: int) -> Answer:
    request = str(uuid.uuid4())
    text = template.format(
        type="Receiver" if status >= 500 else "Sender",  # noqa: PLR2004  HTTP's border
        code=escape(refused.code),
        message=escape(refused.message),
        request=request,
    )
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request}
    return Answer(status, headers, b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode())
