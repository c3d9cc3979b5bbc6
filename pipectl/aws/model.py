"""The service model of botocore: which members a request takes and an answer has."""

import functools
from typing import Any


@functools.cache
def shape_of(service: str, name: str) -> Any:
    """The input of an operation, or a shape, by its name. Raises botocore's NoShapeFoundError for no such."""
    from botocore.loaders import create_loader
    from botocore.model import ServiceModel

    model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    return model.operation_model(name).input_shape if name in model.operation_names else model.shape_for(name)
