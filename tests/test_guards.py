"""No test has usable credentials, and none leaves this machine."""

import os
import socket

import boto3
import pytest
from botocore.exceptions import BotoCoreError, NoCredentialsError


def test_no_credentials_reach_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("AWS_") and "KEY" in name]
    with pytest.raises(NoCredentialsError):
        boto3.client("sts", region_name="eu-west-1").get_caller_identity()


@pytest.mark.parametrize("address", ["192.0.2.1", "169.254.169.254", "2001:db8::1"])
def test_no_connection_leaves_this_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(RuntimeError, match="must not connect"):
        outside.connect((address, 80))


def test_no_name_is_looked_up_outside() -> None:
    with pytest.raises(RuntimeError, match="must not look up"):
        socket.getaddrinfo("sts.eu-west-1.amazonaws.com", 443)


def test_aws_cannot_be_called_by_mistake() -> None:
    client = boto3.client(
        "sts", region_name="eu-west-1", aws_access_key_id="123456789012", aws_secret_access_key="x"
    )
    with pytest.raises((RuntimeError, BotoCoreError), match="must not"):
        client.get_caller_identity()


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
