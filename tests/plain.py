"""Plain boto3, for looks that know nothing of pipectl: one reading of the service models for all of them."""

from functools import cache
from typing import Any

import boto3
import botocore.session


@cache
def _loader() -> Any:
    """What botocore knows of services and Regions: reading it takes longer than all that a test does"""
    return botocore.session.get_session().get_component("data_loader")


def session(access_key: str, secret_key: str = "local", region: str | None = None) -> boto3.Session:  # noqa: S107  no secret
    """A session of its own, as whoever has these keys"""
    core = botocore.session.Session()
    core.register_component("data_loader", _loader())
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        region_name=region,
    )
