"""Every operation of the service is answered, and the documentation says how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pipectl.local.codepipeline import coverage

OPERATIONS = botocore.session.get_session().get_service_model("codepipeline").operation_names
PAGE = Path(__file__).parents[3] / "docs" / "local-codepipeline.md"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_answered(operation: str) -> None:
    assert coverage.answered(operation)


def test_the_page_in_the_documentation_is_fresh() -> None:
    assert PAGE.read_text() == coverage.page(), "run python -m pipectl.local.codepipeline.coverage"


def test_what_the_page_says_is_refused_is_refused(codepipeline: Any) -> None:
    unknown = {"jobId": "00000000-0000-0000-0000-000000000000", "clientToken": "token"}
    failure = {"failureDetails": {"type": "JobFailed", "message": "no"}}
    requests: dict[str, dict[str, Any]] = {
        "acknowledge_third_party_job": {**unknown, "nonce": "1"},
        "get_third_party_job_details": unknown,
        "put_third_party_job_failure_result": {**unknown, **failure},
        "put_third_party_job_success_result": unknown,
    }
    for operation, request in requests.items():
        with pytest.raises(ClientError) as refused:
            getattr(codepipeline, operation)(**request)
        assert refused.value.response["Error"]["Code"] == "JobNotFoundException"
