"""Requests of moto's services against the service model: moto checks few lengths, patterns and enums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pipectl.local import model, validation
from pipectl.local.service import unknown_operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

    from pipectl.local.wire import Request

    Test = Callable[[validation.Fault], bool]


def _never(_fault: validation.Fault) -> bool:
    return False


def from_json(
    request: Request, code: str, hidden: Test = _never, *, accepted: Test = _never
) -> dict[str, Any]:
    """Read the request of a JSON service, or refuse it with the service's code for invalid values.

    `hidden` selects faults whose values the service does not repeat, `accepted` those that it takes although
    its model does not.
    """
    shape = _input(request)
    if shape is None:
        return {}
    value: dict[str, Any] = validation.known(shape, request.json())
    faults = [fault for fault in validation.faults(shape, value) if not accepted(fault)]
    validation.refuse(faults, code, shows_values=not any(map(hidden, faults)))
    return value


def from_query(request: Request, code: str) -> dict[str, Any]:
    """Read the request of a query service (IAM), or refuse it with the service's code for invalid values"""
    shape = _input(request)
    value = parsed_query(request)
    if shape is not None:
        validation.require(shape, value, code)
    return value


def parsed_query(request: Request) -> dict[str, Any]:
    """The members of a query service's request, unchecked"""
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.utils import get_service_model

    operation = get_service_model(request.service).operation_model(request.operation)
    values = dict(parse_qsl(f"{request.query}&{request.body.decode()}", keep_blank_values=True))
    whole = {
        "values": values,
        "headers": {},
        "method": "POST",
        "body": b"",
        "url_path": "/",
        "url_params": {},
    }
    value: dict[str, Any] = PROTOCOL_PARSERS["query"](operation).parse(whole)  # type: ignore[arg-type]
    return value


def _input(request: Request) -> Shape | None:
    operation = model.operation_model(request.service, request.operation)
    if operation is None:
        raise unknown_operation(request.service, request.operation)
    return operation.input_shape
