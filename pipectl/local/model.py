"""The service models of botocore: what AWS says about its own calls."""

from __future__ import annotations

import functools
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

_SIGNING_NAMES = {
    "s3express": "s3",
    "monitoring": "cloudwatch",
    "elasticfilesystem": "efs",
    "states": "stepfunctions",
}


@functools.cache
def _loader() -> Loader:
    return Loader()


@functools.cache
def service_model(service: str) -> ServiceModel | None:
    """Find a service by botocore's name or the one in the signature; None: AWS has no such service"""
    name = _SIGNING_NAMES.get(service, service)
    try:
        description: dict[str, Any] = _loader().load_service_model(name, "service-2")
    except UnknownServiceError:
        return None
    return ServiceModel(description, name)


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel | None:
    """Find one operation; None: the service has no such operation"""
    model = service_model(service)
    if model is None or operation not in model.operation_names:
        return None
    return model.operation_model(operation)


def protocol(service: str) -> str:
    """Name the protocol that clients speak with a service (CBOR is never chosen by the SDKs of today)"""
    model = service_model(service)
    if model is None:
        return "json"
    offered = model.metadata.get("protocols") or [model.metadata["protocol"]]
    spoken = [name for name in offered if name != "smithy-rpc-v2-cbor"]
    return str(spoken[0]) if spoken else "json"


def error_status(service: str, code: str) -> int:
    """Answer the HTTP status that the model gives an error, 400 when it gives none"""
    model = service_model(service)
    for shape in model.error_shapes if model else ():
        error = shape.metadata.get("error", {})
        if code in (shape.name, error.get("code")):
            return int(error.get("httpStatusCode", 400))
    return 400
