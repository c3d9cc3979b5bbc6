"""Every operation of the service is answered or refused in words, and the documentation says how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pipectl.local.ecs import coverage, unmodelled

OPERATIONS = botocore.session.get_session().get_service_model("ecs").operation_names
PAGE = Path(__file__).parents[3] / "docs" / "local-ecs.md"
LISTS = {  # of each thing that is not modelled an operation that needs no arguments, or few
    "list_daemons": {},
    "list_gateways": {},
    "describe_express_gateway_service": {"serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/shop/web"},
    "continue_service_deployment": {"serviceDeploymentArn": "arn", "hookId": "hook"},
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_answered_or_refused_for_a_reason(operation: str) -> None:
    assert coverage.answered(operation) is not bool(unmodelled.reason(operation))


@pytest.mark.parametrize("operation", LISTS)
def test_what_is_not_modelled_is_refused_in_words_that_name_the_operation(ecs: Any, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(ecs, operation)(**LISTS[operation])
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
    name = "".join(part.title() for part in operation.split("_"))
    assert f"does not answer ecs:{name}: it does not model" in refused.value.response["Error"]["Message"]


def test_the_page_in_the_documentation_is_fresh() -> None:
    assert PAGE.read_text() == coverage.page(), "run python -m pipectl.local.ecs.coverage"
