"""How tests look at what the local AWS refuses: by code and message."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError


@contextmanager
def refused(code: str, text: str = "") -> Iterator[None]:
    """What is done here is refused with the code, and a message that has the text"""
    with pytest.raises(ClientError) as error:
        yield
    answer = error.value.response["Error"]
    assert answer["Code"] == code
    assert text in answer["Message"]


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The code and the message with which the call is refused"""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]
